"""Estimates a place for each of its readers (docs/pricing.md, *Who counts how much*).

The listings are read twice: first to learn how much each owner counts for each reader, then to add them up. So the
memory does not grow with the number of listings.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from itertools import groupby

import pricing
from listings.availability import ListingAvailability
from listings.models import ChannelCalendar, Listing, Market
from listings.pricing_inputs import HISTORY, facts_of
from listings.selectors import synced
from listings.services.places import Place
from listings.services.public_data import public_start_of
from listings.stays import stays_of
from pricing.market_tally import NIGHTS_AHEAD

Shares = dict[pricing.Contributor, pricing.Share]
# Contributors with the same shares in all estimates are added up once.
Alike = tuple[pricing.Share | None, ...]

ANYBODY = pricing.Reader()


@dataclass(frozen=True, slots=True)
class Readers:
    """The readers whose estimates differ, with the shares of each."""

    shares: dict[pricing.Reader, Shares]

    def of(self, contributor: pricing.Contributor) -> pricing.Reader:
        """The reader whose estimate is for this owner."""
        own = pricing.Reader(contributor.application, contributor.owner)
        common = pricing.Reader(contributor.application)
        return next((reader for reader in (own, common) if reader in self.shares), ANYBODY)


def estimate_place(
    place: Place, now: datetime, *, keep_lease: Callable[[], None], batch_size: int
) -> dict[pricing.Reader, tuple[pricing.MarketStatistics, float | None]]:
    """The statistics of the place for anybody, and for each reader for whom they differ; with pricing.rent_level.

    Reads `batch_size` listings at a time and calls `keep_lease` before each batch and each reader.
    """
    today = now.date()

    def read() -> Iterator[tuple[Listing, Callable[[pricing.MarketTally], None]]]:
        for batch in _batches(place, batch_size):
            keep_lease()
            yield from _counted(batch, today)

    contributions: dict[pricing.Contributor, pricing.Contribution] = {}
    rents: list[float] = []
    for contributor, listings in groupby(read(), key=lambda each: contributor_of(each[0])):
        tally = pricing.MarketTally(today=today, currency=place.currency)
        for _, count in listings:
            count(tally)
        contributions[contributor] = pricing.Contribution.of(tally)
        if (rent := tally.mean_rent) is not None:
            rents.append(rent)
    rent_level = pricing.rent_level(rents)

    by_reader = readers_of(contributions, owners=bool(place.city), keep_lease=keep_lease).shares
    tallies: dict[Alike, pricing.MarketTally] = {}
    for listing, count in read():
        contributor = contributor_of(listing)
        alike = tuple(shares.get(contributor) for shares in by_reader.values())
        if any(alike):
            count(tallies.setdefault(alike, pricing.MarketTally(today=today, currency=place.currency)))
    areas = _areas(place) if place.city else {}
    public = cache(lambda: public_start_of(place, today) if place.city else None)
    estimates = {}
    for position, (reader, shares) in enumerate(by_reader.items()):
        keep_lease()
        tally = pricing.MarketTally(today=today, currency=place.currency)
        for alike, part in tallies.items():
            if (share := alike[position]) is not None:
                tally.merge(part, **share._asdict())
        statistics = pricing.market_statistics(tally, country=place.country, city=place.city)
        others_count = any(each.owner != reader.owner for each in shares)
        area = areas.get(reader.application, areas.get(None))
        # Rooms by the month make a market active, but say nothing about the seasons of nightly homes.
        nightly = replace(statistics, booked_nights=max(statistics.booked_nights - round(tally.by_the_month), 0))
        if not (others_count and nightly.is_active):
            statistics = pricing.completed(statistics, area, public())
        estimates[reader] = (statistics, rent_level)
    return estimates


def contributor_of(listing: Listing) -> pricing.Contributor:
    return pricing.Contributor(listing.application_id, listing.owner_id)


def readers_of(
    contributions: Mapping[pricing.Contributor, pricing.Contribution], *, owners: bool, keep_lease: Callable[[], None]
) -> Readers:
    """The readers whose shares differ from those of wider readers; owners, if `owners` is set, only with bookings."""
    found = {ANYBODY: pricing.shares(contributions, ANYBODY)}
    for application in sorted({each.application for each in contributions}):
        keep_lease()
        reader = pricing.Reader(application)
        shares = pricing.shares(contributions, reader)
        if shares != found[ANYBODY]:
            found[reader] = shares
    readers = Readers(found)
    with_bookings = [each for each in sorted(contributions) if contributions[each].booked]
    for contributor in with_bookings if owners else ():
        common = found[readers.of(contributor)]
        if common.get(contributor) == pricing.WHOLE and len(with_bookings) > pricing.FEWEST_OWNERS:
            continue  # counted in full already, beside enough others
        keep_lease()
        reader = pricing.Reader(*contributor)
        shares = pricing.shares(contributions, reader)
        if shares != common:
            found[reader] = shares
    return readers


def _areas(place: Place) -> dict[int | None, pricing.MarketStatistics]:
    """The active estimates of the place's country, by application; None for anybody's."""
    rows = Market.objects.filter(city="", country=place.country, currency=place.currency, active=True, owner=None)
    return {
        application: pricing.MarketStatistics.from_dict(statistics)
        for application, statistics in rows.values_list("application", "statistics")
    }


def _batches(place: Place, size: int) -> Iterator[list[Listing]]:
    """The listings of the place, those of one owner one after the other."""
    listings = synced(place.listings()).order_by("application_id", "owner_id", "pk")
    ids = list(listings.values_list("pk", flat=True))
    for start in range(0, len(ids), size):
        yield list(listings.filter(pk__in=ids[start : start + size]))


def _counted(
    batch: Collection[Listing], today: date
) -> Iterator[tuple[Listing, Callable[[pricing.MarketTally], None]]]:
    """Each listing with a function that counts it in a tally."""
    stays = stays_of(batch, ending_after=today - HISTORY, with_cancelled=True)
    calendars = ChannelCalendar.objects.filter(listing__in=batch).in_bulk(field_name="listing_id")

    def count(listing: Listing, tally: pricing.MarketTally) -> None:
        availability = ListingAvailability(
            first=today - HISTORY,
            last=today + timedelta(days=NIGHTS_AHEAD - 1),
            units=listing.units,
            stays=stays[listing.pk],
            calendar=calendars.get(listing.pk),
        )
        tally.add(facts_of(listing), stays[listing.pk], blocked=availability.closed)

    for listing in batch:
        yield listing, partial(count, listing)
