"""Markets: the assignment of listings, the statistics over their reservations, and the active markets.

A market contains listings of all users and applications of the server. Only estimates over its listings are published.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from itertools import chain

from django.db import transaction
from django.db.models import Q, QuerySet

from jobs.one_by_one import one_by_one
from jobs.running import RunningJob
from listings.models import Listing, Market
from listings.pricing_inputs import RENT_LEVEL
from listings.services.events import record_market_activity
from listings.services.market_estimates import estimate_place
from listings.services.places import Place, place_of
from listings.services.pushing import queue_pushes
from listings.services.recommendations import cancel

# Half of the interval of the daily job.
FRESH_FOR = timedelta(hours=12)
# The number of listings that are in memory with their reservations at the same time.
LISTINGS_PER_BATCH = 200


def place_listings(listing_ids: Iterable[int], now: datetime, *, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Assign listings to the markets of their places, and estimate the places that are due.

    A place is also due if a listing that is assigned to it is in no active market, so that the first account of a place
    has an active market at the end of its first sync. `keep_lease` is called before each batch of listings.
    """
    ids = sorted(listing_ids)
    slices = [ids[start : start + LISTINGS_PER_BATCH] for start in range(0, len(ids), LISTINGS_PER_BATCH)]
    due: set[Place] = set()
    for some in slices:
        keep_lease()
        _assign(some)
        here = Listing.objects.filter(pk__in=some)
        show_market_activity(here, now)
        anybodys = Q(market__refreshed_at=None) | Q(market__refreshed_at__lte=now - FRESH_FOR)
        places = here.filter(anybodys | Q(in_active_market=False)).exclude(market=None)
        due.update(Place(*place) for place in places.values_list("market__city", "market__country", "market__currency"))
    for place in sorted(due):
        refresh_market(place.market(), now, keep_lease=keep_lease)


def _due(now: datetime) -> QuerySet[Market]:
    due = Market.objects.filter(Q(refreshed_at=None) | Q(refreshed_at__lte=now - FRESH_FOR), application=None)
    return due.defer("statistics").order_by("pk")  # The statistics are large and will be replaced.


@transaction.atomic
def _assign(listing_ids: Collection[int]) -> None:
    """Assign the listings to the markets of their places."""
    by_place: dict[Place | None, list[Listing]] = {}
    listings = Listing.objects.select_for_update().filter(pk__in=listing_ids, deleted_at=None)
    for listing in listings.order_by("pk"):
        by_place.setdefault(place_of(listing), []).append(listing)
    for place, here in by_place.items():
        moved: dict[int | None, list[int]] = defaultdict(list)
        market_of = _markets_of(place) if place else lambda application, owner: None
        for listing in here:
            market_id = market_of(listing.application_id, listing.owner_id)
            if listing.market_id != market_id:
                moved[market_id].append(listing.pk)
        for market_id, ids in moved.items():
            Listing.objects.filter(pk__in=ids).update(market=market_id)


def _markets_of(place: Place) -> Callable[[int, int], int | None]:
    """A function of application and owner that returns the id of the row that is for them."""
    anybodys = place.market().pk
    in_use = place.markets().exclude(refreshed_at=None).values_list("application", "owner", "pk")
    rows: dict[tuple[int | None, int | None], int] = {(application, owner): pk for application, owner, pk in in_use}

    def market_of(application: int, owner: int) -> int | None:
        return rows.get((application, owner)) or rows.get((application, None)) or anybodys

    return market_of


def refresh_market(
    market: Market,
    now: datetime,
    *,
    keep_lease: Callable[[], None] = lambda: None,
    batch_size: int = LISTINGS_PER_BATCH,
) -> None:
    """Estimate the market's place for all its readers, and store which of the estimates are active.

    Reads `batch_size` listings at a time and calls `keep_lease` before each batch.
    """
    place = Place.of(market)
    estimates = estimate_place(place, now, keep_lease=keep_lease, batch_size=batch_size)
    kept = []
    for reader, (statistics, rent_level) in estimates.items():
        row = place.market(reader.application, reader.owner)
        kept.append(row.pk)
        Market.objects.filter(pk=row.pk).update(
            statistics=statistics.to_dict() | {RENT_LEVEL: rent_level}, active=statistics.is_active, refreshed_at=now
        )
    place.markets().exclude(pk__in=kept).update(refreshed_at=None)
    if place.city:
        _assign_again(place, batch_size)
        show_market_activity(place.listings(), now, batch_size=batch_size)


def _assign_again(place: Place, batch_size: int) -> None:
    """Assign the listings of the place to the rows that are for them now."""
    market_of = _markets_of(place)
    rows = place.listings().order_by("pk").values_list("pk", "application", "owner", "market")
    moving = [pk for pk, application, owner, market in rows if market != market_of(application, owner)]
    for start in range(0, len(moving), batch_size):
        _assign(moving[start : start + batch_size])


def show_market_activity(listings: QuerySet[Listing], now: datetime, *, batch_size: int = LISTINGS_PER_BATCH) -> None:
    """Update `in_active_market` of the listings; no other function writes it.

    Uses one transaction for `batch_size` listings. Listings that enter an active market get a push of their prices; the
    suggestions of those that leave one are closed.
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
    moving = list(locked[:batch_size])
    came = [listing.pk for listing in moving if not listing.in_active_market]
    left = [listing.pk for listing in moving if listing.in_active_market]
    Listing.objects.filter(pk__in=came).update(in_active_market=True)
    Listing.objects.filter(pk__in=left).update(in_active_market=False)
    cancel(Listing.objects.filter(pk__in=left), now)
    for listing in moving:
        listing.in_active_market = not listing.in_active_market
    record_market_activity(moving, now=now)
    queue_pushes(came, now)
    return len(moving) == batch_size


def refresh_markets(job: RunningJob) -> None:
    """Handle the daily job `refresh_markets`: estimate every place that is due, countries first.

    When the job is repeated after a crash, it continues with the places that are not yet fresh.
    """

    def refresh(market: Market) -> int:
        refresh_market(market, job.now(), keep_lease=job.keep_lease)
        return 1 if market.city else 0

    _add_countries()
    due = _due(job.now())
    one_by_one(job, chain(due.filter(city=""), due.exclude(city="")), refresh, counted_as="markets")


def _add_countries() -> None:
    """Add the countries of the cities, which serve places with few owners."""
    cities = Market.objects.filter(application=None).exclude(city="").exclude(country="")
    for country, currency in cities.values_list("country", "currency").distinct():
        Place("", country, currency).market()
