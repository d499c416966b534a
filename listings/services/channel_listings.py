"""Stores the listings that channels return. Each function may be repeated with the same or with newer values.

Call them inside a transaction.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from connectors.timezones import is_iana
from listings.models import ChannelListing, Listing, PostedNights
from listings.posted_nights import read_posted
from listings.selectors import live
from listings.services.events import SYSTEM, PriceChange, record_base_prices
from listings.services.failing import NOT_FAILING
from listings.services.recommendations import cancel
from pricing.monthly import MONTHLY_FROM_NIGHTS
from users.models import Account
from users.services.locking import lock_in_order

STAY_RULES = ("min_stay", "max_stay")


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """A listing as its channel describes it. `attributes` are columns of models.Listing with valid values.

    `kept` names attributes and members that do not replace a value that is stored; they fill in a missing one.
    """

    attributes: Mapping[str, Any]
    price: int | None  # the channel's own base price of a night, minor units
    min_stay: int | None  # nights
    max_stay: int | None  # nights
    by_the_month: bool = False  # the channel sells months
    group: str | None = None  # the channel's id of its house or property
    kept: frozenset[str] = frozenset()


def store_listings(account: Account, found: Mapping[str, ChannelFacts], now: datetime) -> list[str]:
    """Create and update the listings in `found`, whose keys are the channel's ids. Return the ids of new listings.

    A listing that was removed earlier is restored.
    """
    known = {
        shown.channel_listing_id: shown
        for shown in ChannelListing.objects.filter(account=account, channel_listing_id__in=found).select_related(
            "listing"
        )
    }
    new = sorted(found.keys() - known.keys())
    _update({shown.listing: found[channel_id] for channel_id, shown in known.items()}, now)
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
            own_price=found[channel_id].price,
            group=found[channel_id].group,
        )
        for channel_id in sorted(found)
    }
    for channel_id, before in known.items():
        for name in ("price", *STAY_RULES):
            if name in found[channel_id].kept:
                setattr(shown_now[channel_id], name, getattr(before, name))
        if before.listing.activations:
            shown_now[channel_id].own_price = before.own_price  # We may have pushed the price that is there now.
        else:
            shown_now[channel_id].own_price = shown_now[channel_id].price
    _keep_own_stays(shown_now, known)
    _note_by_the_month(shown_now, found)
    ChannelListing.objects.bulk_create(
        shown_now.values(),
        update_conflicts=True,
        unique_fields=["account", "channel_listing_id"],
        update_fields=["price", "own_price", *STAY_RULES, "group", "removed_at"],
    )
    return new


def _update(found: Mapping[Listing, ChannelFacts], now: datetime) -> None:
    """Write only the columns that differ, because the API may change other columns at the same time."""
    changed: list[Listing] = []
    repriced: list[PriceChange] = []
    written: set[str] = set()
    for listing, facts in found.items():
        different = {
            name
            for name, value in facts.attributes.items()
            if getattr(listing, name) != value and not _keeps(listing, name, facts)
        }
        if "currency" in different and listing.base_price:
            repriced.append(PriceChange(listing, listing.base_price, listing.currency))
        for name in different:
            setattr(listing, name, facts.attributes[name])
        if different:
            changed.append(listing)
            written |= different
    if changed:
        changed.sort(key=lambda listing: listing.pk)  # Every writer uses this order, which prevents deadlocks.
        Listing.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=sorted(written))
    # The same number in another currency is another price.
    record_base_prices(repriced, by=SYSTEM, now=now)


def _keeps(listing: Listing, name: str, facts: ChannelFacts) -> bool:
    if name not in facts.kept or getattr(listing, name) is None:
        return False
    # Earlier versions stored names that are none.
    return name != "timezone" or is_iana(listing.timezone)


def _keep_own_stays(shown_now: Mapping[str, ChannelListing], known: Mapping[str, ChannelListing]) -> None:
    """Keep the host's own stay rule if the channel returns the rule that was pushed to it.

    Some channels have one rule for all nights of a listing, and a push replaces the rule of the host.
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


def _note_by_the_month(shown_now: Mapping[str, ChannelListing], found: Mapping[str, ChannelFacts]) -> None:
    """Store which listings are let by the month: the channel sells months, or the host takes no shorter stays."""
    different: dict[bool, list[int]] = {True: [], False: []}
    for channel_id, shown in shown_now.items():
        by_the_month = found[channel_id].by_the_month or (shown.min_stay or 0) >= MONTHLY_FROM_NIGHTS
        if bool(shown.listing.by_the_month) != by_the_month:
            different[by_the_month].append(shown.listing.pk)
    for by_the_month, listing_ids in different.items():
        if listing_ids:
            listings = Listing.objects.filter(pk__in=listing_ids)
            lock_in_order(listings)
            listings.update(by_the_month=by_the_month)


def remove_listings(account: Account, channel_listing_ids: Collection[str], now: datetime) -> None:
    """Mark listings that the channel no longer has as removed, which ends their syncs.

    Listings that no other live account shows are disabled, and their suggestions closed.
    """
    gone = ChannelListing.objects.filter(account=account, channel_listing_id__in=channel_listing_ids, removed_at=None)
    listing_ids = list(gone.values_list("listing_id", flat=True))
    # A user's change locks the listing first, and then its suggestions.
    lock_in_order(Listing.objects.filter(pk__in=listing_ids))
    gone.update(removed_at=now, **NOT_FAILING)
    elsewhere = live(ChannelListing.objects.filter(listing=OuterRef("pk")))
    unshown = Listing.objects.filter(~Exists(elsewhere), pk__in=listing_ids)
    unshown.update(enabled=False)
    cancel(unshown, now)
