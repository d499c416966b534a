"""The automatic base price, computed after each sync unless the user has set one (contract, *Listings*)."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from django.db import transaction

import pricing
from listings.models import ChannelListing, Listing
from listings.pricing_inputs import HISTORY, NO_HOST_STAYS, HostStays, facts_of, market_of, past_closed
from listings.selectors import live
from listings.services.events import SYSTEM, PriceChange, record_base_prices
from listings.services.markets import place_listings
from listings.services.prices import LARGEST_PRICE, set_automatic_base_price
from listings.services.pushing import queue_pushes
from listings.stays import local_date, stays_of
from pricing.base_price import LOWEST_BASE_PRICE, step_towards
from pricing.money import round_to_unit

# The number of listings that are in memory with their reservations, and locked, at the same time.
LISTINGS_PER_BATCH = 50


def refresh_automatic(
    listing_ids: Iterable[int], now: datetime, *, keep_lease: Callable[[], None] = lambda: None
) -> list[int]:
    """Update what depends on listings that were just read from a channel: markets, automatic base prices, pushes.

    Call it once for all listings of a sync, because a market is estimated from all of them. Call it outside a
    transaction: it uses one transaction per batch and calls `keep_lease` before each. It may be repeated.

    Returns the ids of the listings whose base price changed.
    """
    ids = sorted(set(listing_ids))
    place_listings(ids, now, keep_lease=keep_lease)
    changed: list[int] = []
    for start in range(0, len(ids), LISTINGS_PER_BATCH):
        keep_lease()
        changed += _refresh(ids[start : start + LISTINGS_PER_BATCH], now)
    return changed


@transaction.atomic
def _refresh(listing_ids: Collection[int], now: datetime) -> list[int]:
    locked = Listing.objects.select_for_update().filter(pk__in=listing_ids, deleted_at=None)
    listings = locked.prefetch_related("market", "channel_calendar").order_by("pk")
    automatic = [listing for listing in listings if listing.base_price_is_automatic]
    stays = stays_of(automatic, ending_after=(now - HISTORY).date())
    own_terms = _own_terms([listing for listing in automatic if listing.by_the_month])
    # A channel's price is used only while no base price is known. Later it may be a price that we pushed there.
    channel_prices = _channel_prices([listing for listing in automatic if not listing.base_price])
    changed: list[PriceChange] = []
    for listing in automatic:
        old_price = listing.base_price
        today = local_date(listing, now)
        price = pricing.automatic_base_price(
            facts_of(listing, own_terms.get(listing.pk, NO_HOST_STAYS)),
            stays[listing.pk],
            market_of(listing, today),
            blocked=past_closed(listing, stays[listing.pk], today),
        )
        price = price or channel_prices.get(listing.pk)
        # A room let by the month follows its host, who may have been far from what nightly homes earn.
        if price and old_price and not listing.by_the_month:
            price = step_towards(price, old_price, _days_since(listing.base_price_updated_at, now))
        if price and set_automatic_base_price(listing, min(price, LARGEST_PRICE), now=now):
            changed.append(PriceChange(listing, old_price, listing.currency))
    record_base_prices(changed, by=SYSTEM, now=now)
    queue_pushes(listing_ids, now)
    return [change.listing.pk for change in changed]


def _days_since(then: datetime | None, now: datetime) -> float:
    """Days; a week if nobody knows."""
    return 7.0 if then is None else (now - then).total_seconds() / 86_400


def _own_terms(listings: Collection[Listing]) -> dict[int, HostStays]:
    """What the hosts of the listings set at the channel that was connected first, by listing id."""
    if not listings:
        return {}
    shown = live(ChannelListing.objects.filter(listing__in=listings)).order_by("-id")
    return {pk: HostStays(*terms) for pk, *terms in shown.values_list("listing_id", *HostStays._fields)}


def _channel_prices(listings: Collection[Listing]) -> dict[int, int]:
    """The channel's own price of a night for each listing that has one: whole currency units, by listing id.

    If several channels have a price, the channel that was connected first decides.
    """
    currencies = {listing.pk: listing.currency for listing in listings}
    prices: dict[int, int] = {}
    shown = live(ChannelListing.objects.filter(listing__in=listings)).order_by("-id")
    for listing_id, price in shown.values_list("listing_id", "price"):
        if not price:
            continue
        whole = round_to_unit(price / pricing.minor_units_per_unit(currencies[listing_id]))
        prices[listing_id] = max(whole, LOWEST_BASE_PRICE)
    return prices
