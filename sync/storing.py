"""Writes what a channel told into our rows. Every function may be repeated with the same values, or newer ones.

Each is called inside a transaction, which the caller fences with its job's lease.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from connectors.base import CalendarNight, ReservationPage
from connectors.base import ChannelListing as Described
from listings.models import ChannelCalendar, ChannelListing, Listing, PostedNights, Reservation
from listings.posted_nights import read_posted
from sync.fitting import (
    RESERVATION_FIELDS,
    fitting_units,
    listing_attributes,
    reservation_attributes,
)
from sync.models import ConnectorDetails
from users.models import Account

AVAILABLE = "a"
STAYS = ("min_stay", "max_stay")


def store_listings(account: Account, page: Sequence[Described], now: datetime) -> list[str]:
    """Creates and updates the listings of a page; returns the channel's ids of those that are new to us.

    A listing that was removed before is back.
    """
    described = {listing.channel_listing_id: listing for listing in page}
    known = {
        shown.channel_listing_id: shown
        for shown in ChannelListing.objects.filter(account=account, channel_listing_id__in=described).select_related(
            "listing"
        )
    }
    new = sorted(described.keys() - known.keys())
    _update({shown.listing: described[channel_id] for channel_id, shown in known.items()})
    created = Listing.objects.bulk_create(
        Listing(
            owner=account.user,
            application_id=account.user.application_id,
            created_at=now,
            **listing_attributes(described[channel_id]),
        )
        for channel_id in new
    )
    listings = {channel_id: shown.listing for channel_id, shown in known.items()}
    listings |= dict(zip(new, created, strict=True))
    shown_now = {
        channel_id: ChannelListing(
            account=account,
            channel=account.channel,
            channel_listing_id=channel_id,
            listing=listings[channel_id],
            price=described[channel_id].price,
            min_stay=described[channel_id].min_stay,
            max_stay=described[channel_id].max_stay,
        )
        for channel_id in sorted(described)
    }
    _keep_own_stays(shown_now, known)
    ChannelListing.objects.bulk_create(
        shown_now.values(),
        update_conflicts=True,
        unique_fields=["account", "channel_listing_id"],
        update_fields=["price", *STAYS, "removed_at"],
    )
    ids = dict(
        ChannelListing.objects.filter(account=account, channel_listing_id__in=described).values_list(
            "channel_listing_id", "pk"
        )
    )
    ConnectorDetails.objects.bulk_create(
        [ConnectorDetails(channel_listing_id=ids[each], details=dict(described[each].details)) for each in shown_now],
        update_conflicts=True,
        unique_fields=["channel_listing"],
        update_fields=["details"],
    )
    return new


def details_of(shown: ChannelListing) -> dict[str, Any]:
    """What the connector needs to push to a listing; it comes with `select_related("connector_details")`."""
    stored: ConnectorDetails | None = getattr(shown, "connector_details", None)
    return {} if stored is None else stored.details


def _update(described: Mapping[Listing, Described]) -> None:
    """Writes the listings that differ, and of them only what channels tell: the rest may be changing meanwhile."""
    changed: list[Listing] = []
    written: set[str] = set()
    for listing, told in described.items():
        attributes = listing_attributes(told)
        different = {name for name, value in attributes.items() if getattr(listing, name) != value}
        for name in different:
            setattr(listing, name, attributes[name])
        if different:
            changed.append(listing)
            written |= different
    if changed:
        changed.sort(key=lambda listing: listing.pk)  # the same order everywhere: no deadlocks
        Listing.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=sorted(written))


def _keep_own_stays(shown_now: Mapping[str, ChannelListing], known: Mapping[str, ChannelListing]) -> None:
    """Keeps the host's own stay rule where the channel now returns the rule that was pushed there.

    Some channels have one rule for all nights of a listing, and pushing it replaces the host's.
    """
    changed = [
        before
        for channel_id, before in known.items()
        if any(getattr(shown_now[channel_id], rule) != getattr(before, rule) for rule in STAYS)
    ]
    for posted in PostedNights.objects.filter(channel_listing__in=changed).select_related("channel_listing"):
        before, shown = posted.channel_listing, shown_now[posted.channel_listing.channel_listing_id]
        nights = read_posted(posted.nights).values()
        for rule in STAYS:
            pushed = {getattr(night, rule) for night in nights} - {None}
            if pushed == {getattr(shown, rule)}:
                setattr(shown, rule, getattr(before, rule))


def remove_listings(account: Account, channel_listing_ids: Collection[str], now: datetime) -> None:
    """The channel no longer has them: they are not synced any more, and disabled unless another account shows them."""
    gone = ChannelListing.objects.filter(account=account, channel_listing_id__in=channel_listing_ids, removed_at=None)
    listing_ids = list(gone.values_list("listing_id", flat=True))
    gone.update(removed_at=now)
    elsewhere = ChannelListing.objects.filter(listing=OuterRef("pk"), removed_at=None, account__deleted_at=None)
    Listing.objects.filter(~Exists(elsewhere), pk__in=listing_ids).update(enabled=False)


def store_calendar(shown: ChannelListing, nights: Sequence[CalendarNight], now: datetime) -> None:
    """Replaces the listing's calendar. Nights come in order; one that was not told of is available."""
    if nights:
        first, last = nights[0].night, nights[-1].night
        letters = [AVAILABLE] * ((last - first).days + 1)
        for night in nights:
            letters[(night.night - first).days] = night.availability.value
        ChannelCalendar.objects.update_or_create(
            listing_id=shown.listing_id, defaults={"first_night": first, "availability": "".join(letters)}
        )
    units = [night.units for night in nights if night.units is not None]
    if units:
        Listing.objects.filter(pk=shown.listing_id).update(units=fitting_units(max(units)))
    ChannelListing.objects.filter(pk=shown.pk).update(last_successful_sync_at=now)


def reservations_on_file(account: Account, now: datetime, listing_id: int | None = None) -> frozenset[int]:
    """Ids of reservations that the channel may leave out as gone, of one listing or all; taken before it is asked."""
    coming = _coming(account, now)
    if listing_id is not None:
        coming = coming.filter(listing_id=listing_id)
    return frozenset(coming.values_list("pk", flat=True))


def store_reservations(
    account: Account,
    page: ReservationPage,
    listing_ids: Mapping[str, int],
    now: datetime,
    *,
    on_file: Collection[int],
) -> int:
    """Creates and updates reservations of the listings in `listing_ids` (ours by the channel's); returns how many.

    Those that a listing no longer has, of listings that the page is complete for, are cancelled where they were
    `on_file` before the channel was asked: others may have been made since, and stored by another sync.
    """
    rows = {
        reservation.channel_reservation_id: Reservation(
            account=account,
            listing_id=listing_ids[reservation.channel_listing_id],
            channel_reservation_id=reservation.channel_reservation_id,
            **reservation_attributes(reservation),
        )
        for reservation in page.reservations
        if reservation.channel_listing_id in listing_ids
    }
    Reservation.objects.bulk_create(
        [rows[channel_id] for channel_id in sorted(rows)],
        update_conflicts=True,
        unique_fields=["account", "channel_reservation_id"],
        update_fields=["listing", *RESERVATION_FIELDS],
    )
    _cancel(Reservation.objects.filter(account=account, channel_reservation_id__in=page.cancelled), now)
    _cancel_missing(account, page, listing_ids, now, on_file)
    return len(rows)


def _cancel(reservations: QuerySet[Reservation], now: datetime) -> None:
    """One that is known to be cancelled keeps its instant."""
    cancelled = Reservation.Status.CANCELLED
    reservations.exclude(status=cancelled).update(status=cancelled, cancelled_at=now)


def _cancel_missing(
    account: Account, page: ReservationPage, listing_ids: Mapping[str, int], now: datetime, on_file: Collection[int]
) -> None:
    complete = [listing_ids[channel_id] for channel_id in page.complete_for if channel_id in listing_ids]
    there = [reservation.channel_reservation_id for reservation in page.reservations]
    missing = _coming(account, now).filter(listing_id__in=complete).exclude(channel_reservation_id__in=there)
    # Compared here: a database takes only so many parameters.
    gone = [pk for pk in missing.values_list("pk", flat=True) if pk in on_file]
    _cancel(Reservation.objects.filter(pk__in=gone), now)


def _coming(account: Account, now: datetime) -> QuerySet[Reservation]:
    # What is over may be left out for being over.
    coming = Reservation.objects.filter(account=account, check_out__gt=now.date())
    return coming.exclude(status=Reservation.Status.CANCELLED)
