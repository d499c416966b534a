"""Markets: the assignment of listings, the statistics over their reservations, and the active markets.

A market contains listings of all users and applications of the server. Only estimates over all its listings are
published.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

import pricing
from jobs.one_by_one import one_by_one
from jobs.running import RunningJob
from listings.availability import ListingAvailability
from listings.models import ChannelCalendar, Listing, Market
from listings.pricing_inputs import HISTORY, facts_of
from listings.selectors import synced
from listings.services.pushing import queue_pushes
from listings.stays import stays_of
from pricing.localities import city_key, country_code
from pricing.market_tally import NIGHTS_AHEAD

# Half of the interval of the daily job.
FRESH_FOR = timedelta(hours=12)
# The number of listings that are in memory with their reservations at the same time.
LISTINGS_PER_BATCH = 200


class Place(NamedTuple):
    """The place in which a listing competes, independent of spelling: Lisboa is Lisbon, and PT is Portugal."""

    city: str
    country: str
    currency: str


def place_of(listing: Listing) -> Place | None:
    """The place of a listing; None if its city or its currency is unknown."""
    city = city_key(listing.city)
    if not city or not listing.currency:
        return None
    country = country_code(listing.country) or city_key(listing.country)
    return Place(city[:256], country[:256], listing.currency.upper())


def place_listings(listing_ids: Iterable[int], now: datetime, *, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Assign listings to their markets, and estimate the markets that are due.

    An inactive market is due whenever listings are assigned to it, so that the first account of a place has an active
    market at the end of its first sync. `keep_lease` is called before each batch of listings.
    """
    ids = sorted(listing_ids)
    slices = [ids[start : start + LISTINGS_PER_BATCH] for start in range(0, len(ids), LISTINGS_PER_BATCH)]
    market_ids: set[int] = set()
    for some in slices:
        keep_lease()
        market_ids |= _assign(some)
    for market in _due(now).filter(pk__in=market_ids):
        refresh_market(market, now, keep_lease=keep_lease)
    for some in slices:
        show_market_activity(Listing.objects.filter(pk__in=some), now)


def _due(now: datetime) -> QuerySet[Market]:
    due = Market.objects.filter(Q(active=False) | Q(refreshed_at=None) | Q(refreshed_at__lte=now - FRESH_FOR))
    return due.defer("statistics").order_by("pk")  # The statistics are large and will be replaced.


@transaction.atomic
def _assign(listing_ids: Collection[int]) -> set[int]:
    """Assign the listings to the markets of their places; return the ids of these markets."""
    by_place: dict[Place | None, list[Listing]] = {}
    listings = Listing.objects.select_for_update().filter(pk__in=listing_ids, deleted_at=None)
    for listing in listings.order_by("pk"):
        by_place.setdefault(place_of(listing), []).append(listing)
    market_ids = set()
    for place, here in by_place.items():
        market_id = None if place is None else Market.objects.only("pk").get_or_create(**place._asdict())[0].pk
        if market_id is not None:
            market_ids.add(market_id)
        moved = [listing.pk for listing in here if listing.market_id != market_id]
        Listing.objects.filter(pk__in=moved).update(market=market_id)
    return market_ids


def refresh_market(
    market: Market,
    now: datetime,
    *,
    keep_lease: Callable[[], None] = lambda: None,
    batch_size: int = LISTINGS_PER_BATCH,
) -> None:
    """Estimate the statistics of the market from its listings, and store whether it is active.

    Reads `batch_size` listings at a time and calls `keep_lease` before each batch.
    """
    today = now.date()
    tally = pricing.MarketTally(today=today, currency=market.currency)
    for batch in _batches(synced(market.listings.all()), batch_size):
        keep_lease()
        _count(tally, batch, today)
    statistics = pricing.market_statistics(tally, country=market.country, city=market.city)
    Market.objects.filter(pk=market.pk).update(
        statistics=statistics.to_dict(), active=statistics.is_active, refreshed_at=now
    )
    show_market_activity(market.listings.all(), now, batch_size=batch_size)


def _count(tally: pricing.MarketTally, batch: Collection[Listing], today: date) -> None:
    stays = stays_of(batch, ending_after=today - HISTORY, with_cancelled=True)
    calendars = ChannelCalendar.objects.filter(listing__in=batch).in_bulk(field_name="listing_id")
    for listing in batch:
        availability = ListingAvailability(
            first=today,
            last=today + timedelta(days=NIGHTS_AHEAD - 1),
            units=listing.units,
            stays=stays[listing.pk],
            calendar=calendars.get(listing.pk),
        )
        tally.add(facts_of(listing), stays[listing.pk], blocked=availability.closed)


def show_market_activity(listings: QuerySet[Listing], now: datetime, *, batch_size: int = LISTINGS_PER_BATCH) -> None:
    """Update `in_active_market` of the listings; no other function writes it.

    Uses one transaction for `batch_size` listings. Listings that enter an active market get a push of their prices.
    """
    while _show_activity_of_batch(listings, now, batch_size):
        pass


@transaction.atomic
def _show_activity_of_batch(listings: QuerySet[Listing], now: datetime, batch_size: int) -> bool:
    """Update the next listings that enter or leave an active market; return whether there may be more."""
    comes = Q(in_active_market=False, market__active=True)
    leaves = Q(market=None, in_active_market=True) | Q(market__active=False, in_active_market=True)
    # All listings are locked by one query in the order of their ids, as everywhere, which prevents deadlocks.
    locked = listings.filter(comes | leaves).select_for_update(of=("self",)).order_by("pk")
    moving = list(locked.only("pk", "in_active_market")[:batch_size])
    came = [listing.pk for listing in moving if not listing.in_active_market]
    left = [listing.pk for listing in moving if listing.in_active_market]
    Listing.objects.filter(pk__in=came).update(in_active_market=True)
    Listing.objects.filter(pk__in=left).update(in_active_market=False)
    queue_pushes(came, now)
    return len(moving) == batch_size


def refresh_markets(job: RunningJob) -> None:
    """Handle the daily job `refresh_markets`: estimate every market that is due.

    When the job is repeated after a crash, it continues with the markets that are not yet fresh.
    """

    def refresh(market: Market) -> int:
        refresh_market(market, job.now(), keep_lease=job.keep_lease)
        return 1

    one_by_one(job, _due(job.now()), refresh, counted_as="markets")


def _batches(listings: QuerySet[Listing], size: int) -> Iterator[list[Listing]]:
    after = 0
    while batch := list(listings.filter(pk__gt=after).order_by("pk")[:size]):
        yield batch
        after = batch[-1].pk
