"""Storing what channels say about listings. Each function may be repeated with the same values, or newer ones.

Call them inside a transaction.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from listings.models import ChannelListing, Listing, PostedNights
from listings.posted_nights import read_posted
from listings.selectors import live
from users.models import Account

STAY_RULES = ("min_stay", "max_stay")


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """A listing as its channel describes it. `attributes` are columns of models.Listing, with values that fit."""

    attributes: Mapping[str, Any]
    price: int | None  # the channel's own base price of a night, minor units
    min_stay: int | None  # nights
    max_stay: int | None  # nights


def store_listings(account: Account, found: Mapping[str, ChannelFacts], now: datetime) -> list[str]:
    """Creates and updates listings, by the channel's ids; returns the ids of the new ones.

    A listing that was removed before comes back.
    """
    known = {
        shown.channel_listing_id: shown
        for shown in ChannelListing.objects.filter(account=account, channel_listing_id__in=found).select_related(
            "listing"
        )
    }
    new = sorted(found.keys() - known.keys())
    _update({shown.listing: found[channel_id] for channel_id, shown in known.items()})
    created = Listing.objects.bulk_create(
        Listing(
            owner=account.user,
            application_id=account.user.application_id,
            created_at=now,
            **found[channel_id].attributes,
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
            price=found[channel_id].price,
            min_stay=found[channel_id].min_stay,
            max_stay=found[channel_id].max_stay,
        )
        for channel_id in sorted(found)
    }
    _keep_own_stays(shown_now, known)
    ChannelListing.objects.bulk_create(
        shown_now.values(),
        update_conflicts=True,
        unique_fields=["account", "channel_listing_id"],
        update_fields=["price", *STAY_RULES, "removed_at"],
    )
    return new


def _update(found: Mapping[Listing, ChannelFacts]) -> None:
    """Writes the listings that differ, and only the columns that differ: the others may be changing meanwhile."""
    changed: list[Listing] = []
    written: set[str] = set()
    for listing, facts in found.items():
        different = {name for name, value in facts.attributes.items() if getattr(listing, name) != value}
        for name in different:
            setattr(listing, name, facts.attributes[name])
        if different:
            changed.append(listing)
            written |= different
    if changed:
        changed.sort(key=lambda listing: listing.pk)  # every writer uses this order, which prevents deadlocks
        Listing.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=sorted(written))


def _keep_own_stays(shown_now: Mapping[str, ChannelListing], known: Mapping[str, ChannelListing]) -> None:
    """Keeps the host's own stay rule where the channel now returns the rule that was pushed there.

    Some channels have one rule for all nights of a listing, and pushing it replaces the host's.
    """
    changed = [
        before
        for channel_id, before in known.items()
        if any(getattr(shown_now[channel_id], rule) != getattr(before, rule) for rule in STAY_RULES)
    ]
    for posted in PostedNights.objects.filter(channel_listing__in=changed).select_related("channel_listing"):
        before, shown = posted.channel_listing, shown_now[posted.channel_listing.channel_listing_id]
        nights = read_posted(posted.nights).values()
        for rule in STAY_RULES:
            pushed = {getattr(night, rule) for night in nights} - {None}
            if pushed == {getattr(shown, rule)}:
                setattr(shown, rule, getattr(before, rule))


def remove_listings(account: Account, channel_listing_ids: Collection[str], now: datetime) -> None:
    """For listings that the channel no longer has: they are not synced any more.

    They are disabled too, unless another live account shows them.
    """
    gone = ChannelListing.objects.filter(account=account, channel_listing_id__in=channel_listing_ids, removed_at=None)
    listing_ids = list(gone.values_list("listing_id", flat=True))
    gone.update(removed_at=now)
    elsewhere = live(ChannelListing.objects.filter(listing=OuterRef("pk")))
    Listing.objects.filter(~Exists(elsewhere), pk__in=listing_ids).update(enabled=False)
