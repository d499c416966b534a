"""Stores reservations. Each function may be repeated with the same or with newer values.

Call them inside a transaction.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from listings.models import Reservation
from users.models import Account

# The columns whose values come from channels.
COLUMNS = (
    "status",
    "check_in",
    "check_out",
    "units",
    "total",
    "currency",
    "source",
    "booked_at",
    "cancelled_at",
)


def store_reservations(account: Account, found: Mapping[str, tuple[int, Mapping[str, Any]]]) -> None:
    """Create and update reservations. `found` maps the channel's id to the id of our listing and the COLUMNS."""
    Reservation.objects.bulk_create(
        [
            Reservation(account=account, channel_reservation_id=channel_id, listing_id=listing_id, **columns)
            for channel_id, (listing_id, columns) in sorted(found.items())
        ],
        update_conflicts=True,
        unique_fields=["account", "channel_reservation_id"],
        update_fields=["listing", *COLUMNS],
    )


def reservations_on_file(account: Account, now: datetime, listing_id: int | None = None) -> frozenset[int]:
    """The ids of the upcoming reservations of an account, or of one of its listings. Call it before the request to
    the channel, and pass the result to `cancel_missing`.
    """
    coming = _coming(account, now)
    if listing_id is not None:
        coming = coming.filter(listing_id=listing_id)
    return frozenset(coming.values_list("pk", flat=True))


def cancel_reservations(account: Account, channel_reservation_ids: Collection[str], now: datetime) -> None:
    """Cancel the account's reservations with these ids of the channel."""
    _cancel(Reservation.objects.filter(account=account, channel_reservation_id__in=channel_reservation_ids), now)


def cancel_missing(
    account: Account,
    listing_ids: Collection[int],
    present: Collection[str],
    now: datetime,
    *,
    on_file: Collection[int],
) -> None:
    """Cancel the upcoming reservations of the listings that the channel no longer has.

    `present` contains all ids that the channel still has. Only reservations that were `on_file` before the request to
    the channel are cancelled, because another sync may have stored newer reservations since.
    """
    missing = _coming(account, now).filter(listing_id__in=listing_ids).exclude(channel_reservation_id__in=present)
    # Compared in Python, because databases limit the number of parameters of a query.
    gone = [pk for pk in missing.values_list("pk", flat=True) if pk in on_file]
    _cancel(Reservation.objects.filter(pk__in=gone), now)


def _cancel(reservations: QuerySet[Reservation], now: datetime) -> None:
    """Cancel reservations. A reservation that is already cancelled keeps its time of cancellation."""
    cancelled = Reservation.Status.CANCELLED
    reservations.exclude(status=cancelled).update(status=cancelled, cancelled_at=now)


def _coming(account: Account, now: datetime) -> QuerySet[Reservation]:
    # Channels may leave out past stays.
    coming = Reservation.objects.filter(account=account, check_out__gt=now.date())
    return coming.exclude(status=Reservation.Status.CANCELLED)
