"""Reads the reservations of listings in the pricing engine's form."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import pricing
from connectors.timezones import is_iana
from listings.models import Listing, Reservation

_COLUMNS = ("status", "check_in", "check_out", "units", "total", "currency", "booked_at", "cancelled_at")


@lru_cache(maxsize=1024)
def timezone_of(name: str) -> tzinfo:
    """The time zone with this IANA name. UTC for an unknown name."""
    return ZoneInfo(name) if is_iana(name) else UTC


def local_date(listing: Listing, moment: datetime) -> date:
    """The calendar date at the listing at `moment`."""
    return moment.astimezone(timezone_of(listing.timezone)).date()


def stays_of(
    listings: Iterable[Listing], *, ending_after: date, with_cancelled: bool = False
) -> dict[int, list[pricing.BookedStay]]:
    """The stays of each listing that end after the date, by listing id. Makes one query."""
    by_id = {listing.pk: listing for listing in listings}
    rows = Reservation.objects.filter(listing__in=list(by_id), check_out__gt=ending_after)
    if not with_cancelled:
        rows = rows.exclude(status=Reservation.Status.CANCELLED)
    stays: dict[int, list[pricing.BookedStay]] = {pk: [] for pk in by_id}
    for listing_id, *row in rows.values_list("listing_id", *_COLUMNS):
        stays[listing_id].append(_stay(by_id[listing_id], *row))
    return stays


def _stay(
    listing: Listing,
    status: str,
    check_in: date,
    check_out: date,
    units: int,
    total: int | None,
    currency: str | None,
    booked_at: datetime | None,
    cancelled_at: datetime | None,
) -> pricing.BookedStay:
    booked_on = None if booked_at is None else local_date(listing, booked_at)
    cancelled_on = None
    if status == Reservation.Status.CANCELLED:
        # A stay with an unknown time of cancellation counts as cancelled immediately.
        cancelled_on = (booked_on or check_in) if cancelled_at is None else local_date(listing, cancelled_at)
    earns = status == Reservation.Status.BOOKED and currency == listing.currency
    return pricing.BookedStay(
        check_in=check_in,
        check_out=check_out,
        booked_on=booked_on,
        cancelled_on=cancelled_on,
        total=total if earns else None,
        units=units,
        owner_stay=status == Reservation.Status.OWNER,
    )
