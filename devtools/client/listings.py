"""`partners listings`, `calendar` and `recommendations`."""

from datetime import datetime
from typing import Annotated, Any

import typer

from devtools.client.accounts import Watch, sync_status
from devtools.client.api import data_of, path, resource
from devtools.client.heat_map import Day, heat_map
from devtools.client.listing_pages import DEFAULT_LIMIT, Limit, resources, show_list
from devtools.client.output import Column, attributes, moment, related
from devtools.client.session import Session, command
from devtools.client.syncs import last_sync, watch
from pricing.money import minor_units_per_unit

app = typer.Typer(help="What guests book: homes, rooms, groups of equal units.", no_args_is_help=True)
calendar_app = typer.Typer(help="Prices and availability of a listing.", no_args_is_help=True)
recommendations_app = typer.Typer(help="What the server recommends for a listing.", no_args_is_help=True)

ListingId = Annotated[str, typer.Argument(metavar="LISTING", help="The listing's id.")]
COLUMNS = (
    Column("id", lambda listing: listing.get("id"), right=True),
    Column("title", lambda listing: attributes(listing).get("title"), wide=True),
    Column("city", lambda listing: attributes(listing).get("city")),
    Column("base", lambda listing: _money(listing, "base-price"), right=True),
    Column("min", lambda listing: _money(listing, "min-price"), right=True),
    Column("enabled", lambda listing: attributes(listing).get("enabled")),
    Column("owner", lambda listing: related(listing, "owner"), right=True),
)
RECOMMENDATIONS = (
    Column("id", lambda each: each.get("id"), right=True),
    Column("category", lambda each: attributes(each).get("category")),
    Column("status", lambda each: attributes(each).get("status")),
    Column("created", lambda each: moment(attributes(each).get("created-at"))),
    Column("recommendation", lambda each: attributes(each).get("recommendations"), wide=True),
)


@command(app, "ls")
def list_listings(
    session: Session,
    owner: Annotated[str | None, typer.Option(help="Only those of this user.")] = None,
    enabled: Annotated[
        bool | None, typer.Option("--enabled/--disabled", help="Only those.", show_default=False)
    ] = None,
    sort: Annotated[
        str | None, typer.Option(help="title, city, base-price, created-at, updated-at; - for descending.")
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List listings."""
    only = None if enabled is None else str(enabled).lower()
    show_list(
        session, "/listings/", COLUMNS, limit=limit, **{"filter[owner]": owner, "filter[enabled]": only, "sort": sort}
    )


@command(app, "show")
def show(session: Session, listing: ListingId) -> None:
    """Show one listing."""
    _show(session, session.api.get(path("listings", listing)))


@command(app, "activate")
def activate(
    session: Session,
    listing: ListingId,
    base_price: Annotated[int | None, typer.Option(help="In whole units of the currency.", show_default=False)] = None,
    min_price: Annotated[int | None, typer.Option(help="In whole units of the currency.", show_default=False)] = None,
) -> None:
    """Push the listing's prices to its channels from now on."""
    _set_activation(session, listing, enabled=True, base_price=base_price, min_price=min_price)
    session.output.done(f"Listing {listing} is active: its prices are pushed.")


@command(app, "deactivate")
def deactivate(session: Session, listing: ListingId) -> None:
    """Push no prices of the listing any more."""
    _set_activation(session, listing, enabled=False)
    session.output.done(f"Listing {listing} is not active any more.")


@command(app, "refresh")
def refresh(session: Session, listing: ListingId, watch_sync: Watch = False) -> None:
    """Read one listing from its channels now."""
    place = path("listings", listing)
    before = last_sync(session.api.get(place)) if watch_sync else None
    answer = session.api.call("POST", f"{place}refresh/")
    if watch_sync:
        _show(session, watch(session, place, f"Listing {listing}", before=before))
        return
    if session.output.json and answer is not None:
        session.output.document(answer)
    session.output.done(f"A refresh of listing {listing} is queued.")


@command(calendar_app, "show")
def show_calendar(
    session: Session,
    listing: ListingId,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="By default today.", show_default=False)
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="By default a year later.", show_default=False)
    ] = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw the months: prices, and which nights are booked.")] = False,
    limit: Limit = 0,
) -> None:
    """Show the prices, the availability and the stay rules of a listing's nights."""
    query = {
        "filter[start-date]": first and first.date().isoformat(),
        "filter[end-date]": last and last.date().isoformat(),
    }
    nights = resources(session, path("listings", listing, "calendar"), limit, query)
    if session.output.json:
        for night in nights:
            session.output.record(night)
        return
    of_listing = attributes(data_of(session.api.get(path("listings", listing))))
    currency = str(of_listing.get("currency") or "")
    if plot:
        session.output.line(f"{of_listing.get('title')} ({currency})")
        for line in heat_map([day for night in nights if (day := _day(night, currency))], session.output.out.width):
            session.output.line(line)
        return
    columns = (
        Column("night", lambda night: attributes(night).get("date")),
        Column("state", lambda night: attributes(night).get("availability")),
        Column(f"price {currency}", lambda night: _whole(attributes(night).get("price"), currency), right=True),
        Column("posted", lambda night: _whole(attributes(night).get("price-posted"), currency), right=True),
        Column("min stay", lambda night: attributes(night).get("min-stay"), right=True),
    )
    session.output.table(columns, nights)


@command(recommendations_app, "ls")
def list_recommendations(session: Session, listing: ListingId, limit: Limit = DEFAULT_LIMIT) -> None:
    """List the recommendations for a listing, the newest first."""
    show_list(session, path("listings", listing, "recommendations"), RECOMMENDATIONS, limit=limit)


def _set_activation(session: Session, listing: str, **changes: Any) -> None:
    document = resource("listing-activations", listing, **changes)
    answer = session.api.call("PATCH", path("listings", listing, "activation"), document)
    if session.output.json:
        session.output.document(answer)


def _show(session: Session, document: Any) -> None:
    if session.output.json:
        session.output.document(document)
        return
    listing = data_of(document)
    found, status = attributes(listing), sync_status(listing)
    session.output.facts(
        [
            *((column.title, column.value(listing)) for column in COLUMNS),
            *((name, found.get(name)) for name in ("max-price", "bedrooms", "room-type", "address", "timezone")),
            ("channels", ", ".join(_channels(found.get("channel-listings")))),
            ("sync", status.get("state")),
            ("last synced", moment(status.get("last-successful-sync-at"))),
            *((name, status[name]) for name in ("error", "push-error") if status.get(name)),
        ]
    )


def _channels(shown: Any) -> list[str]:
    return [f"{each.get('channel')} {each.get('channel-id')}" for each in shown or [] if isinstance(each, dict)]


def _money(listing: Any, name: str) -> str | None:
    found = attributes(listing)
    return None if found.get(name) is None else f"{found[name]} {found.get('currency') or ''}"


def _whole(minor: Any, currency: str) -> str | None:
    """An amount in minor units, written in whole ones."""
    units = minor_units_per_unit(currency)
    if not isinstance(minor, int | float):
        return None
    return f"{minor / units:,.{len(str(units)) - 1}f}"


def _day(night: Any, currency: str) -> Day | None:
    found = attributes(night)
    try:
        date = datetime.strptime(str(found.get("date")), "%Y-%m-%d").date()  # noqa: DTZ007  a date
    except ValueError:
        return None
    price = found.get("price")
    amount = price / minor_units_per_unit(currency) if isinstance(price, int | float) else None
    return Day(date, amount, str(found.get("availability")))
