"""Markets: which listings compete, what their reservations say together, and who is in an active one.

A market spans all users and applications of the server. What leaves it are estimates over all its listings.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

import pricing
from jobs.one_by_one import one_by_one
from jobs.running import RunningJob
from listings.availability import Availability
from listings.models import ChannelCalendar, Listing, Market
from listings.pricing_inputs import HISTORY, facts_of
from listings.selectors import synced
from listings.services.pushing import queue_pushes
from listings.stays import stays_of
from pricing.localities import city_key, country_code
from pricing.market_tally import NIGHTS_AHEAD

# Half of what lies between two daily jobs.
FRESH_FOR = timedelta(hours=12)
# So many listings are in memory at a time, with their reservations.
BATCH = 200


class Place(NamedTuple):
    """Where a listing competes, whatever the spelling: Lisboa and Lisbon are one city, PT and Portugal one country."""

    city: str
    country: str
    currency: str


def place_of(listing: Listing) -> Place | None:
    """None for a listing whose city or currency is not known: it competes nowhere."""
    city = city_key(listing.city)
    if not city or not listing.currency:
        return None
    country = country_code(listing.country) or city_key(listing.country)
    return Place(city[:256], country[:256], listing.currency.upper())


def place_listings(listing_ids: Iterable[int], now: datetime, *, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Puts listings into their markets, and estimates those markets that are due.

    A market that is not active yet is due whenever listings are placed in it, so that a first account's market is
    there by the end of its first sync. `keep_lease` is called now and then while it works.
    """
    ids = sorted(listing_ids)
    slices = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
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
    return due.defer("statistics").order_by("pk")  # they are large, and about to be replaced


@transaction.atomic
def _assign(listing_ids: Collection[int]) -> set[int]:
    """Returns the ids of the markets that the listings are in now."""
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


def refresh_market(market: Market, now: datetime, *, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Estimates the market from its listings, read a batch at a time, and says whether it is active."""
    today = now.date()
    tally = pricing.MarketTally(today=today, currency=market.currency)
    for batch in _batches(synced(market.listings.all())):
        keep_lease()
        _count(tally, batch, today)
    statistics = pricing.market_statistics(tally, country=market.country, city=market.city)
    Market.objects.filter(pk=market.pk).update(
        statistics=statistics.to_dict(), active=statistics.is_active, refreshed_at=now
    )
    show_market_activity(market.listings.all(), now)


def _count(tally: pricing.MarketTally, batch: Collection[Listing], today: date) -> None:
    stays = stays_of(batch, ending_after=today - HISTORY, with_cancelled=True)
    calendars = ChannelCalendar.objects.filter(listing__in=batch).in_bulk(field_name="listing_id")
    for listing in batch:
        availability = Availability(
            first=today,
            last=today + timedelta(days=NIGHTS_AHEAD - 1),
            units=listing.units,
            stays=stays[listing.pk],
            calendar=calendars.get(listing.pk),
        )
        tally.add(facts_of(listing), stays[listing.pk], blocked=availability.closed)


def show_market_activity(listings: QuerySet[Listing], now: datetime) -> None:
    """The one place that writes `in_active_market`. Who comes into an active market has prices to be pushed."""
    while _show_activity_of_some(listings, now):
        pass


@transaction.atomic
def _show_activity_of_some(listings: QuerySet[Listing], now: datetime) -> bool:
    """Of a BATCH of those that come or leave; tells whether there may be more."""
    comes = Q(in_active_market=False, market__active=True)
    leaves = Q(market=None, in_active_market=True) | Q(market__active=False, in_active_market=True)
    # Both at once and by id, as everybody who locks many does, so that nobody waits in a circle.
    locked = listings.filter(comes | leaves).select_for_update(of=("self",)).order_by("pk")
    moving = list(locked.only("pk", "in_active_market")[:BATCH])
    came = [listing.pk for listing in moving if not listing.in_active_market]
    left = [listing.pk for listing in moving if listing.in_active_market]
    Listing.objects.filter(pk__in=came).update(in_active_market=True)
    Listing.objects.filter(pk__in=left).update(in_active_market=False)
    queue_pushes(came, now)
    return len(moving) == BATCH


def refresh_markets(job: RunningJob) -> None:
    """The daily job: estimates every market anew. Begun again after a crash, it goes on where it was."""

    def refresh(market: Market) -> int:
        refresh_market(market, job.now(), keep_lease=job.keep_lease)
        return 1

    one_by_one(job, _due(job.now()), refresh, counted_as="markets")


def _batches(listings: QuerySet[Listing]) -> Iterator[list[Listing]]:
    after = 0
    while batch := list(listings.filter(pk__gt=after).order_by("pk")[:BATCH]):
        yield batch
        after = batch[-1].pk
