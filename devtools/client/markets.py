"""`partners compsets` and `insights`."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, Literal

import typer

from devtools.client.api import data_of, path
from devtools.client.listing_pages import DEFAULT_LIMIT, Limit, resources, show_list
from devtools.client.output import Column, attributes, related
from devtools.client.session import Session, command
from devtools.client.users import UserId

compsets_app = typer.Typer(help="Comparable homes around a listing.", no_args_is_help=True)

COMPSETS = (
    Column("id", lambda each: each.get("id"), right=True),
    Column("title", lambda each: attributes(each).get("title"), wide=True),
    Column("kind", lambda each: attributes(each).get("kind")),
    Column("members", lambda each: attributes(each).get("member-count"), right=True),
    Column("listing", lambda each: attributes(each).get("listing-id"), right=True),
    Column("owner", lambda each: related(each, "owner"), right=True),
)
MEMBERS = (
    Column("id", lambda member: member.get("channel-listing-id"), right=True),
    Column("title", lambda member: member.get("title"), wide=True),
    Column("bedrooms", lambda member: member.get("bedrooms"), right=True),
    Column("km", lambda member: member.get("distance-km"), right=True),
    Column("base price", lambda member: _metrics(member).get("base-price"), right=True),
    Column("booked 30 days", lambda member: _percent(_metrics(member).get("thirty-day-adj-occupancy")), right=True),
)
INSIGHTS = (
    Column("dates", lambda period: period["dates"]),
    Column("listings", lambda period: period["listings"], right=True),
    Column("booked nights", lambda period: f"{period['occupied']:,}", right=True),
    Column(
        "occupancy",
        lambda period: _percent(_ratio(period["occupied"], period["occupied"] + period["free"])),
        right=True,
    ),
    Column("average rate", lambda period: _rate(period["volume"], period["occupied"]), right=True),
    Column("own nights", lambda period: f"{period['own']:,}", right=True),
)
_PERIODS = {"day": 10, "month": 7}  # how much of a date names the period


def add_to(app: typer.Typer, **options: Any) -> None:
    command(app, "insights", **options)(insights)


@command(compsets_app, "ls")
def list_compsets(
    session: Session,
    listing: Annotated[str | None, typer.Option(help="Only those of this listing.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only those of this user.")] = None,
    kind: Annotated[str | None, typer.Option(help="connected or custom.")] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List comp sets."""
    filters = {"filter[listing]": listing, "filter[owner]": owner, "filter[kind]": kind}
    show_list(session, "/compsets/", COMPSETS, limit=limit, **filters)


@command(compsets_app, "show")
def show_compset(session: Session, compset: Annotated[str, typer.Argument(metavar="COMPSET", help="Its id.")]) -> None:
    """Show a comp set with its members, the most comparable first."""
    document = session.api.get(path("compsets", compset))
    if session.output.json:
        session.output.document(document)
        return
    found = data_of(document)
    members, source = attributes(found).get("members"), attributes(found).get("source")
    source = source if isinstance(source, dict) else {}
    session.output.facts(
        [
            *((name, attributes(found).get(name)) for name in ("title", "kind", "listing-id", "matched-airbnb-id")),
            *((name, source.get(name)) for name in ("market", "currency", "base-price")),
        ]
    )
    session.output.line("")
    session.output.table(MEMBERS, [member for member in members or [] if isinstance(member, dict)])


def insights(
    session: Session,
    user: UserId,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], show_default=False)] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], show_default=False)] = None,
    markets: Annotated[str | None, typer.Option(help="Such as `PT/Lisbon`; by default the user's.")] = None,
    bedrooms: Annotated[str | None, typer.Option(help="Such as `1,2`.")] = None,
    currency: Annotated[str | None, typer.Option(help="Convert amounts to it.")] = None,
    by: Annotated[Literal["month", "day"], typer.Option(help="Add the days up by month, or show each.")] = "month",
) -> None:
    """Show how the markets of a user do. With --json, one object a day."""
    query = {
        "filter[start-date]": first and first.date().isoformat(),
        "filter[end-date]": last and last.date().isoformat(),
        "filter[markets]": markets,
        "filter[bedrooms]": bedrooms,
        "filter[currency]": currency,
    }
    days = resources(session, path("users", user, "market-insights"), 0, query)
    if session.output.json:
        for day in days:
            session.output.record(day)
        return
    length = _PERIODS[by]
    dated = groupby(days, key=lambda day: str(attributes(day).get("date"))[:length])
    session.output.table(INSIGHTS, [_period(dates, list(each)) for dates, each in dated])


def _period(dates: str, days: Sequence[Any]) -> dict[str, Any]:
    def total(name: str) -> float:
        return sum(_number(attributes(day).get(name)) for day in days)

    return {
        "dates": dates,
        "listings": f"{max((_number(attributes(day).get('listing-count')) for day in days), default=0):,.0f}",
        "occupied": int(total("occupied-days-count")),
        "free": int(total("availability")),
        "volume": total("volume"),
        "own": int(total("owner-nights")),
    }


def _metrics(member: Any) -> dict[str, Any]:
    found = member.get("metrics")
    return found if isinstance(found, dict) else {}


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else 0


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _percent(share: Any) -> str | None:
    return f"{share:.0%}" if isinstance(share, int | float) else None


def _rate(volume: float, nights: float) -> str | None:
    rate = _ratio(volume, nights)
    return None if rate is None else f"{rate:,.2f}"
