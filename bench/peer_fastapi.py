"""The listings served by FastAPI-JSONAPI from the same SQLite database, without tokens and related rows.

bench/peers.py runs this module in a virtual environment of its own.
"""

import os
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from fastapi import Depends, FastAPI
from fastapi.responses import ORJSONResponse
from fastapi_jsonapi import ApplicationBuilder
from fastapi_jsonapi.misc.sqla.generics.base import ViewBaseGeneric
from fastapi_jsonapi.schema_base import BaseModel
from fastapi_jsonapi.views import Operation, OperationConfig, ViewBase
from pydantic import ConfigDict
from sqlalchemy import Numeric
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(f"sqlite+aiosqlite:///{os.environ['SQLITE_FILE']}")
sessions = async_sessionmaker(bind=engine, expire_on_commit=False)


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


class Base(DeclarativeBase):
    pass


class Listing(Base):
    __tablename__ = "listings_listing"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    image: Mapped[str | None]
    neighborhood: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    country: Mapped[str | None]
    room_type: Mapped[str | None]
    bedrooms: Mapped[int | None]
    bathrooms: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    base_price: Mapped[int]
    base_price_updated_at: Mapped[datetime | None]
    min_price: Mapped[int | None]
    min_price_updated_at: Mapped[datetime | None]
    max_price: Mapped[int | None]
    min_stay: Mapped[int | None]
    extra_guest_fee: Mapped[int | None]
    extra_guest_threshold: Mapped[int | None]
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(12, 8))
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(12, 8))
    timezone: Mapped[str]
    currency: Mapped[str | None]
    in_active_market: Mapped[bool]
    enabled: Mapped[bool]
    address: Mapped[str | None]
    created_at: Mapped[datetime]


class ListingSchema(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    title: str
    image: str | None
    neighborhood: str | None
    city: str | None
    state: str | None
    country: str | None
    room_type: str | None
    bedrooms: int | None
    bathrooms: Decimal | None
    base_price: int
    base_price_updated_at: datetime | None
    min_price: int | None
    min_price_updated_at: datetime | None
    max_price: int | None
    min_stay: int | None
    extra_guest_fee: int | None
    extra_guest_threshold: int | None
    latitude: Decimal | None
    longitude: Decimal | None
    timezone: str
    currency: str | None
    in_active_market: bool
    enabled: bool
    address: str | None
    created_at: datetime


class SessionDependency(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    session: AsyncSession = Depends(session)


def with_session(view: ViewBase, dependencies: SessionDependency) -> dict[str, Any]:
    return {"session": dependencies.session}


class ListingView(ViewBaseGeneric):
    operation_dependencies: ClassVar = {
        Operation.ALL: OperationConfig(dependencies=SessionDependency, prepare_data_layer_kwargs=with_session)
    }


app = FastAPI(default_response_class=ORJSONResponse)
builder = ApplicationBuilder(app)
builder.add_resource(
    path="/listings/",
    tags=["Listings"],
    view=ListingView,
    schema=ListingSchema,
    model=Listing,
    resource_type="listings",
)
builder.initialize()
