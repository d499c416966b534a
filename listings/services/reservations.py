"""Stores reservations. Each function may be repeated with the same or with newer values.

Call them inside a transaction.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from django.db.models import QuerySet

from listings.models import Reservation
from users.models import Account

Id = TypeVar("Id", int, str)

IDS_PER_QUERY = 500  # Databases limit the number of parameters of a query.
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


def store_reservations(
    account: Account,
    found: Mapping[str, tuple[int, Mapping[str, Any]]],
    kept: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> None:
    """Create and update reservations. `found` maps the channel's id to the id of our listing and the COLUMNS.

    `kept` names, by the channel's id, columns that do not replace stored values.
    """
    if kept:
        found = _with_stored_values(account, found, kept)
    Reservation.objects.bulk_create(
        [
            Reservation(account=account, channel_reservation_id=channel_id, listing_id=listing_id, **columns)
            for channel_id, (listing_id, columns) in sorted(found.items())
        ],
        update_conflicts=True,
        unique_fields=["account", "channel_reservation_id"],
        update_fields=["listing", *COLUMNS],
    )


def _with_stored_values(
    account: Account, found: Mapping[str, tuple[int, Mapping[str, Any]]], kept: Mapping[str, Collection[str]]
) -> dict[str, tuple[int, Mapping[str, Any]]]:
    merged = dict(found)
    for ids in _batches(kept.keys() & found.keys()):
        stored = Reservation.objects.filter(account=account, channel_reservation_id__in=ids)
        for row in stored.values("channel_reservation_id", *COLUMNS):
            channel_id = row["channel_reservation_id"]
            listing_id, columns = found[channel_id]
            merged[channel_id] = (listing_id, {**columns, **{name: row[name] for name in kept[channel_id]}})
    return merged


def reservations_on_file(account: Account, now: datetime, listing_id: int | None = None) -> frozenset[int]:
    """The ids of the upcoming reservations of an account, or of one of its listings. Call it before the request to
    the channel, and pass the result to `cancel_missing`.
    """
    coming = _coming(account, now)
    if listing_id is not None:
        coming = coming.filter(listing_id=listing_id)
    return frozenset(coming.values_list("pk", flat=True))


def taking_nights(account: Account, channel_reservation_ids: Collection[str]) -> dict[str, int]:
    """Those of the account's reservations that take nights now: the channel's ids, and the ids of their listings."""
    taking = Reservation.objects.filter(account=account).exclude(status=Reservation.Status.CANCELLED)
    found: dict[str, int] = {}
    for ids in _batches(channel_reservation_ids):
        found.update(taking.filter(channel_reservation_id__in=ids).values_list("channel_reservation_id", "listing_id"))
    return found


def free_nights(account: Account, reservations: Mapping[str, datetime]) -> None:
    """Cancel reservations of the account. Maps the channel's ids to the times of their cancellation.

    A reservation that is already cancelled keeps its time.
    """
    by_time: dict[datetime, list[str]] = {}
    for channel_id, cancelled_at in reservations.items():
        by_time.setdefault(cancelled_at, []).append(channel_id)
    for cancelled_at, channel_ids in by_time.items():
        for ids in _batches(channel_ids):
            _cancel(Reservation.objects.filter(account=account, channel_reservation_id__in=ids), cancelled_at)


def cancel_missing(
    account: Account,
    listing_ids: Collection[int],
    present: Collection[str],
    now: datetime,
    *,
    on_file: Collection[int],
) -> set[int]:
    """Cancel the upcoming reservations of the listings that the channel no longer has. Return these listings' ids.

    `present` contains all ids that the channel still has. Only reservations that were `on_file` before the request to
    the channel are cancelled, because another sync may have stored newer reservations since.
    """
    missing = _coming(account, now).filter(listing_id__in=listing_ids).exclude(channel_reservation_id__in=present)
    # Compared in Python, because databases limit the number of parameters of a query.
    gone = {pk: listing_id for pk, listing_id in missing.values_list("pk", "listing_id") if pk in on_file}
    for pks in _batches(gone):
        _cancel(Reservation.objects.filter(pk__in=pks), now)
    return set(gone.values())


def _batches(ids: Collection[Id]) -> Iterator[list[Id]]:
    listed = list(ids)
    return (listed[start : start + IDS_PER_QUERY] for start in range(0, len(listed), IDS_PER_QUERY))


def _cancel(reservations: QuerySet[Reservation], cancelled_at: datetime) -> None:
    """Cancel reservations. A reservation that is already cancelled keeps its time of cancellation."""
    cancelled = Reservation.Status.CANCELLED
    reservations.exclude(status=cancelled).update(status=cancelled, cancelled_at=cancelled_at)


def _coming(account: Account, now: datetime) -> QuerySet[Reservation]:
    # Channels may leave out past stays.
    coming = Reservation.objects.filter(account=account, check_out__gt=now.date())
    return coming.exclude(status=Reservation.Status.CANCELLED)
