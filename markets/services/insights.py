"""Adds up the figures of market insights, place by place and year by year (docs/markets.md, *Market insights*).

The listings are read twice for each year: first to learn how much each owner may count, then to add them up. So the
memory does not grow with the number of listings.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import chain

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from jobs.one_by_one import one_by_one
from jobs.queue import AlreadyQueued, enqueue
from jobs.running import RunningJob
from listings.models import ChannelCalendar, Listing, Market, Reservation
from listings.selectors import synced
from markets.insight_days import ANY_BEDROOMS, ANY_CLUSTER, MOST_BEDROOMS, UNKNOWN_BEDROOMS, YearOfDays
from markets.insight_groups import Group, GroupCaps, Kind, groups_in, groups_of, is_in, parts_of
from markets.insight_sources import Stay, Window, count_listing, count_public_listing
from markets.models import InsightPlace, InsightYear, PublicListing, PublicMarket
from markets.public_nights import unpacked
from pricing.localities import city_key, country_code
from pricing.market_shares import FEWEST_OWNERS

# The hourly job does a place again after this time, and at once when public data of it were imported.
FRESH_FOR = timedelta(hours=20)
SOON = timedelta(seconds=30)
REFRESH_INSIGHTS = "refresh_insights"
YEARS_BACK = 8
DAYS_AHEAD = timedelta(days=400)
LISTINGS_PER_BATCH = 200

KeepLease = Callable[[], None]
Where = tuple[str, str, str]  # city, country, currency


def nothing() -> None:
    """A lease that need not be kept."""


def bedrooms_of(bedrooms: int | None) -> int:
    """The size class of a listing: MOST_BEDROOMS stands for as many or more."""
    return UNKNOWN_BEDROOMS if bedrooms is None else max(min(bedrooms, MOST_BEDROOMS), 0)


def cluster_of(neighborhood: str | None) -> str:
    """One spelling of a neighborhood's name; empty if it is unknown."""
    return city_key(neighborhood)[:256]


def where_public(market: PublicMarket) -> Where:
    """The place of a public market, as listings.services.places has it."""
    country = country_code(market.country) or city_key(market.country)
    return city_key(market.city)[:256], country[:256], market.currency.upper()


def refresh_insights(job: RunningJob) -> None:
    """Handle the hourly job `refresh_insights`: add up every place that is due, cities before their countries.

    When the job is repeated after a crash, it continues with the places that are not yet fresh.
    """

    def refresh(place: InsightPlace) -> int:
        refresh_place(place, job.now(), keep_lease=job.keep_lease, fence=job.fence)
        job.give_way_if_others_wait()
        return 1

    know_places()
    due = _due(job.now())
    one_by_one(job, chain(due.exclude(city=""), due.filter(city="")), refresh, counted_as="places")


def queue_insights(now: datetime) -> None:
    """Queue the job soon after an import, so that its figures need not wait for the hour. Others may follow."""
    with suppress(AlreadyQueued):
        enqueue(REFRESH_INSIGHTS, now=now, due_at=now + SOON)


def know_places() -> None:
    """Store the places of all markets, synced and public, and their countries. Remove those that have gone."""
    cities: set[Where] = {where_public(market) for market in PublicMarket.objects.all()}
    cities.update(Market.objects.exclude(city="").values_list("city", "country", "currency").distinct())
    wanted = {place for place in cities if place[0]} | {("", *place[1:]) for place in cities if place[0] and place[1]}
    known = {(place.city, place.country, place.currency): place.pk for place in InsightPlace.objects.all()}
    InsightPlace.objects.filter(pk__in=[pk for where, pk in known.items() if where not in wanted]).delete()
    InsightPlace.objects.bulk_create(
        [
            InsightPlace(city=city, country=country, currency=currency)
            for city, country, currency in sorted(wanted - known.keys())
        ],
        ignore_conflicts=True,
    )


def _due(now: datetime) -> QuerySet[InsightPlace]:
    imported = [
        (where_public(market), market.imported_at)
        for market in PublicMarket.objects.annotate(imported_at=Max("scrapes__imported_at")).exclude(imported_at=None)
    ]
    due = Q(refreshed_at=None) | Q(refreshed_at__lte=now - FRESH_FOR)
    for (city, country, currency), imported_at in imported:
        due |= Q(city__in=["", city], country=country, currency=currency, refreshed_at__lt=imported_at)
    return InsightPlace.objects.filter(due).order_by("pk")


def refresh_place(
    place: InsightPlace,
    now: datetime,
    *,
    keep_lease: KeepLease = nothing,
    fence: KeepLease = nothing,
    batch_size: int = LISTINGS_PER_BATCH,
) -> None:
    """Add up all years of a place. Each year is replaced in a transaction of its own, which begins with `fence`."""
    until = now.date() + DAYS_AHEAD
    work = _City(place, keep_lease, batch_size) if place.city else _Country(place, keep_lease, batch_size)
    years = range(max(work.first_year(now), now.year - YEARS_BACK), until.year + 1)
    for year in years:
        rows = [
            InsightYear(place=place, bedrooms=bedrooms, cluster=cluster, year=year, days=days.pack())
            for (bedrooms, cluster), days in work.parts(Window.of(year, until=until))
            if days
        ]
        with transaction.atomic():
            fence()
            place.years.filter(year=year).delete()
            InsightYear.objects.bulk_create(rows, batch_size=50)
    with transaction.atomic():
        fence()
        place.years.exclude(year__in=years).delete()
        InsightPlace.objects.filter(pk=place.pk).update(refreshed_at=now)


class _Synced:
    """The synced listings of a place, divided into groups. Listings of one owner are read one after the other."""

    def __init__(self, listings: QuerySet[Listing], *, divide: bool, keep_lease: KeepLease, batch_size: int) -> None:
        self._listings = synced(listings)
        self._keep_lease, self._batch_size, self._divide = keep_lease, batch_size, divide
        owners: dict[Kind, set[int]] = {}
        self._ids: list[int] = []
        in_order = self._listings.order_by("application_id", "owner_id", "pk")
        columns = in_order.values_list("pk", "owner_id", "bedrooms", "neighborhood")
        for pk, owner, bedrooms, neighborhood in columns.iterator():
            self._ids.append(pk)
            owners.setdefault(self._kind(bedrooms, neighborhood), set()).add(owner)
        self.groups = groups_of(owners)
        self.kinds = set(owners)

    def _kind(self, bedrooms: int | None, neighborhood: str | None) -> Kind:
        return _kind(bedrooms, neighborhood) if self._divide else (UNKNOWN_BEDROOMS, ANY_CLUSTER)

    def first_year(self, now: datetime) -> int:
        here = self._listings.aggregate(created=Min("created_at"), stay=Min("reservations__check_in"))
        return min((day.year for day in here.values() if day), default=now.year) if self.groups else now.year

    def figures(self, window: Window) -> dict[Group, YearOfDays]:
        """The figures of each group, as far as they may be published."""
        if not self.groups:
            return {}
        caps = {group: GroupCaps() for group in self.groups}
        for application, numbers in self._owners(window):
            for group, own in numbers.items():
                caps[group].add_owner(application, own)
        for each in caps.values():
            self._keep_lease()
            each.settle()
        figures = {group: YearOfDays() for group in self.groups}
        for application, numbers in self._owners(window):
            for group, own in numbers.items():
                caps[group].count(figures[group], application, own)
        return figures

    def _owners(self, window: Window) -> Iterator[tuple[int, dict[Group, dict[int, float]]]]:
        """The numbers of each owner by group, with the owner's application."""
        group_of = {kind: group for group in self.groups for kind in group}
        numbers: dict[Group, dict[int, float]] = {}
        last: tuple[int, int] | None = None
        for start in range(0, len(self._ids), self._batch_size):
            self._keep_lease()
            ids = self._ids[start : start + self._batch_size]
            batch = list(Listing.objects.filter(pk__in=ids).order_by("application_id", "owner_id", "pk"))
            stays, first_check_ins = _stays_of(batch, window)
            calendars = ChannelCalendar.objects.filter(listing__in=batch).in_bulk(field_name="listing_id")
            for listing in batch:
                owner = (listing.application_id, listing.owner_id)
                if last is not None and owner != last:
                    yield last[0], numbers
                    numbers = {}
                last = owner
                group = group_of.get(self._kind(listing.bedrooms, listing.neighborhood))
                if group is None:
                    continue  # changed since the groups were made
                count_listing(
                    numbers.setdefault(group, {}),
                    window,
                    listing,
                    stays.get(listing.pk, ()),
                    calendars.get(listing.pk),
                    first_check_ins.get(listing.pk),
                )
        if last is not None:
            yield last[0], numbers


def _kind(bedrooms: int | None, neighborhood: str | None) -> Kind:
    return bedrooms_of(bedrooms), cluster_of(neighborhood)


def _stays_of(batch: Iterable[Listing], window: Window) -> tuple[dict[int, list[Stay]], dict[int, date]]:
    """The stays that end in the year or later, and the first arrivals, by listing."""
    rows = Reservation.objects.filter(listing__in=batch)
    stays: dict[int, list[Stay]] = {}
    here = rows.filter(check_out__gt=date(window.year, 1, 1)).values_list("listing_id", *Stay._fields)
    for listing, *columns in here.iterator():
        stays.setdefault(listing, []).append(Stay(*columns))
    first = rows.order_by().values_list("listing_id").annotate(Min("check_in"))
    return stays, dict(first)


class _City:
    """The parts of a city: its groups of synced listings, and its public listings."""

    def __init__(self, place: InsightPlace, keep_lease: KeepLease, batch_size: int) -> None:
        here = Listing.objects.filter(
            market__city=place.city, market__country=place.country, market__currency=place.currency
        )
        self._synced = _Synced(here, divide=True, keep_lease=keep_lease, batch_size=batch_size)
        where = (place.city, place.country, place.currency)
        public = [market.pk for market in PublicMarket.objects.all() if where_public(market) == where]
        self._public = PublicListing.objects.filter(market__in=public).exclude(calendar=None)
        self._keep_lease, self._batch_size = keep_lease, batch_size

    def first_year(self, now: datetime) -> int:
        first_night = self._public.aggregate(first=Min("calendar__first_night"))["first"]
        return min(self._synced.first_year(now), first_night.year if first_night else now.year)

    def parts(self, window: Window) -> Iterator[tuple[Kind, YearOfDays]]:
        groups = self._synced.figures(window)
        public = self._public_figures(window)
        for part in sorted(parts_of({*public, *(kind for group in groups for kind in group)})):
            self._keep_lease()
            days = YearOfDays()
            for kind, more in public.items():
                if is_in(kind, part):
                    days.add(more)
            for group in groups_in(part, groups.keys()):
                days.add(groups[group])
            yield part, days

    def _public_figures(self, window: Window) -> dict[Kind, YearOfDays]:
        figures: dict[Kind, YearOfDays] = {}
        rows = self._public.select_related("calendar").order_by("pk").iterator(chunk_size=self._batch_size)
        for number, listing in enumerate(rows):
            if number % self._batch_size == 0:
                self._keep_lease()
            kind = _kind(listing.bedrooms, listing.neighborhood)
            days = figures.setdefault(kind, YearOfDays())
            count_public_listing(days.numbers, window, listing, unpacked(listing.calendar))
        return figures


class _Country:
    """A country as a whole, and by bedrooms: its cities, and one group of the cities with too few owners."""

    def __init__(self, place: InsightPlace, keep_lease: KeepLease, batch_size: int) -> None:
        self._place, self._keep_lease = place, keep_lease
        here = Listing.objects.filter(market__country=place.country, market__currency=place.currency)
        cities = synced(here).order_by().values_list("market__city").annotate(owners=Count("owner", distinct=True))
        small = [city for city, owners in cities if owners < FEWEST_OWNERS]
        self._synced = _Synced(
            here.filter(market__city__in=small), divide=False, keep_lease=keep_lease, batch_size=batch_size
        )

    def _years(self) -> QuerySet[InsightYear]:
        place = self._place
        return InsightYear.objects.filter(
            place__country=place.country, place__currency=place.currency, cluster=ANY_CLUSTER
        ).exclude(place__city="")

    def first_year(self, now: datetime) -> int:
        first = self._years().aggregate(first=Min("year"))["first"]
        return min(self._synced.first_year(now), now.year if first is None else first)

    def parts(self, window: Window) -> Iterator[tuple[Kind, YearOfDays]]:
        parts: dict[Kind, YearOfDays] = {}
        for row in self._years().filter(year=window.year).order_by("pk").iterator(chunk_size=20):
            self._keep_lease()
            parts.setdefault((row.bedrooms, row.cluster), YearOfDays()).add(YearOfDays.unpack(row.days))
        for days in self._synced.figures(window).values():
            parts.setdefault((ANY_BEDROOMS, ANY_CLUSTER), YearOfDays()).add(days)
        yield from sorted(parts.items(), key=lambda part: part[0])
