"""The part of a token's access that views need. The project's authentication supplies the implementation."""

from typing import Protocol, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


class Access(Protocol):
    """What the request's token opens (`request.auth`). Implementations are dataclasses."""

    @property
    def application_id(self) -> int: ...

    @property
    def credential_id(self) -> int | None: ...

    @property
    def user_id(self) -> int | None:
        """None on an app-level token."""

    @property
    def is_app_level(self) -> bool: ...

    def visible(self, queryset: QuerySet[Row]) -> QuerySet[Row]:
        """The rows that the token may see. Only `application_id` and `user_id` may decide which rows these are."""
