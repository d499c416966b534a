"""Turns what a channel said into what our rooms store. Every function may be repeated with the same or newer values.

Call them inside a transaction that the job's lease fences.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.values import RemoteListing, RemoteNight, RemoteReservation, ReservationPage, ReservationStatus
from listings.models import ChannelListing
from listings.services import channel_calendars, channel_listings, occupancy, reservations
from listings.services.channel_listings import ChannelFacts
from sync.fitting import fitting_units, kept_members, listing_attributes, reservation_attributes
from sync.models import ConnectorDetails
from users.models import Account


def store_listings(account: Account, page: Sequence[RemoteListing], now: datetime) -> list[str]:
    """Creates and updates the listings of a page; returns the channel's ids of the new ones."""
    remote = {listing.channel_listing_id: listing for listing in page}
    facts = {
        channel_id: ChannelFacts(
            attributes=listing_attributes(listing),
            price=listing.price,
            min_stay=listing.min_stay,
            max_stay=listing.max_stay,
            by_the_month=listing.by_the_month,
            group=listing.group,
            kept=kept_members(listing),
        )
        for channel_id, listing in remote.items()
    }
    new = channel_listings.store_listings(account, facts, now)
    if any(listing.group for listing in page):
        occupancy.settle_occupancy(account, now)
    kept = {channel_id for channel_id, listing_facts in facts.items() if "details" in listing_facts.kept}
    shown = ChannelListing.objects.filter(account=account, channel_listing_id__in=remote.keys() - kept)
    ConnectorDetails.objects.bulk_create(
        [
            ConnectorDetails(channel_listing_id=pk, details=dict(remote[channel_id].details))
            for pk, channel_id in shown.values_list("pk", "channel_listing_id")
        ],
        update_conflicts=True,
        unique_fields=["channel_listing"],
        update_fields=["details"],
    )
    return new


def details_of(shown: ChannelListing) -> dict[str, Any]:
    """What the connector needs to push to a listing. No query after `select_related("connector_details")`."""
    stored: ConnectorDetails | None = getattr(shown, "connector_details", None)
    return {} if stored is None else stored.details


def store_calendar(shown: ChannelListing, nights: Sequence[RemoteNight], now: datetime) -> None:
    """Replaces the listing's calendar. The nights are in order."""
    units = [night.units for night in nights if night.units is not None]
    channel_calendars.store_calendar(
        shown,
        [(night.night, night.availability.value) for night in nights],
        units=fitting_units(max(units)) if units else None,
        now=now,
    )


def store_reservations(
    account: Account,
    page: ReservationPage,
    listing_ids: Mapping[str, int],
    now: datetime,
    *,
    on_file: Collection[int],
) -> set[int]:
    """Creates, updates and cancels the reservations of listings in `listing_ids` (our ids by the channel's).

    Returns our ids of the listings in which a reservation no longer takes nights.

    A reservation that has moved to a listing that is unknown here takes no nights at its old one. Of the listings for
    which the page is complete, reservations that are not on it are cancelled, if they were `on_file` before the
    channel was asked.
    """
    found = {
        reservation.channel_reservation_id: (
            listing_ids[reservation.channel_listing_id],
            reservation_attributes(reservation),
        )
        for reservation in page.reservations
        if reservation.channel_listing_id in listing_ids
    }
    without = {row.channel_reservation_id: row.cancelled_at or now for row in page.without_nights}
    without |= {
        row.channel_reservation_id: row.cancelled_at or now
        for row in page.reservations
        if row.channel_listing_id not in listing_ids
    }
    cancelled = [channel_id for channel_id, (_, columns) in found.items() if columns["status"] == "cancelled"]
    freed = reservations.taking_nights(account, [*without, *cancelled]) if without or cancelled else {}
    kept = {row.channel_reservation_id: _kept(row) for row in page.reservations if _kept(row)}
    reservations.store_reservations(account, found, kept)
    reservations.free_nights(account, {channel_id: at for channel_id, at in without.items() if channel_id in freed})
    if page.unplaced or page.placed:
        occupancy.store_unplaced(account, page.unplaced, page.placed, now)
    missing = reservations.cancel_missing(
        account,
        [listing_ids[channel_id] for channel_id in page.complete_for if channel_id in listing_ids],
        [reservation.channel_reservation_id for reservation in page.reservations],
        now,
        on_file=on_file,
    )
    return {*freed.values(), *missing}


def _kept(row: RemoteReservation) -> frozenset[str]:
    """The columns of a reservation that do not replace stored values."""
    without_time = row.status is ReservationStatus.CANCELLED and row.cancelled_at is None
    return row.unanswered | {"cancelled_at"} if without_time else row.unanswered
