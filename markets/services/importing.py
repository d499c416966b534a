"""Imports one scrape of a city: listings first, then calendars, in batches that can be repeated.

A first pass reads both files to their ends and writes nothing, so that a file that is damaged anywhere changes nothing.
Each batch is a transaction. Whoever was killed in between imports the same scrape again, and every batch that is in
already stays as it is. Scrapes are imported in the order of their days, as a night's state continues the one before.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction
from django.utils.crypto import salted_hmac

from markets.merging import Seen, merged
from markets.models import PublicCalendar, PublicListing, PublicMarket, Scrape
from markets.public_nights import BLOCKED, BOOKED, unpacked
from markets.services.connecting import queue_market
from markets.services.insights import queue_insights
from markets.services.spilling import gathered
from markets.sources import SOURCES
from markets.sources.source import Reading, Source, SourceListing, SourceNight
from markets.sources.tables import BadFile, Table
from pricing.money import minor_units_per_unit

Row = TypeVar("Row")

BATCH = 200
ROWS_PER_STEP = 20_000
UPDATED = [
    name
    for name in (field.name for field in PublicListing._meta.local_concrete_fields)
    if name not in ("id", "market", "public_id", "first_seen_on")
]


class ImportRefused(Exception):
    """The scrape does not fit to what is imported already. The text says why."""


@dataclass(frozen=True, slots=True)
class City:
    """Whose data they are. Amounts in the files are in `currency`, whatever sign they have."""

    source: str
    city: str
    country: str
    currency: str


@dataclass(frozen=True, slots=True)
class Files:
    listings: Path
    calendar: Path | None
    most_bytes: int
    """Bounds the unpacked size of each file."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What the caller does in between. A job renews its lease, a command shows progress."""

    fence: Callable[[], None] = lambda: None
    """Called first in each transaction."""
    step: Callable[[str, int], None] = lambda what, count: None
    """Called every few thousand rows, with what is done and how many rows of it are."""


@dataclass(slots=True)
class Summary:
    listings: int = 0
    nights: int = 0
    newly_booked: int = 0
    newly_blocked: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def import_scrape(city: City, day: date, files: Files, *, now: datetime, steps: Steps | None = None) -> Summary:
    """Import the scrape of `day`. Importing it again changes nothing, unless the files have changed.

    Raises BadFile and ImportRefused. Then nothing was written, unless a newer scrape was imported meanwhile.
    """
    return _Import(city, day, files, steps or Steps()).run(now)


class _Import:
    def __init__(self, city: City, day: date, files: Files, steps: Steps) -> None:
        self._city, self._day, self._files, self._steps = city, day, files, steps
        self._source: Source = SOURCES[city.source]
        self._summary = Summary()

    def run(self, now: datetime) -> Summary:
        if self._day > now.date() + timedelta(days=1):
            raise ImportRefused(f"{self._day} has not come yet. All scrapes before it would be refused afterwards.")
        in_order = self._check()
        self._market = self._begin()
        self._import_listings()
        if self._files.calendar:
            self._import_calendars(self._files.calendar, in_order)
        self._finish(now)
        return self._summary

    # Checking

    def _check(self) -> bool:
        """Read both files to their ends. Whether the calendar's nights come listing by listing."""
        with Table(self._files.listings, most_bytes=self._files.most_bytes) as table:
            if not sum(1 for _ in self._counted("listings checked", self._source.listings(table, self._reading()))):
                raise BadFile(f"{table.name} has no listing that can be read.")
        if self._files.calendar is None:
            return True
        done: set[str] = set()
        last, in_order, count = "", True, 0
        with Table(self._files.calendar, most_bytes=self._files.most_bytes) as table:
            for night in self._counted("nights checked", self._source.nights(table, self._reading())):
                count += 1
                if night[0] != last:
                    in_order = in_order and night[0] not in done
                    last = night[0]
                    done.add(last)
            if not count:
                raise BadFile(f"{table.name} has no night that can be read.")
        self._summary.nights = count
        return in_order

    def _reading(self, skipped: Counter[str] | None = None) -> Reading:
        counts = Counter[str]() if skipped is None else skipped
        return Reading(self._day, minor_units_per_unit(self._city.currency), counts)

    def _counted(self, what: str, rows: Iterator[Any]) -> Iterator[Any]:
        """The same rows. Every so often the caller of the import can do something."""
        count = 0
        for count, row in enumerate(rows, 1):
            yield row
            if not count % ROWS_PER_STEP:
                self._steps.step(what, count)
        self._steps.step(what, count)

    # Writing

    @transaction.atomic
    def _begin(self) -> PublicMarket:
        self._steps.fence()
        city = asdict(self._city)
        currency = city.pop("currency")
        market, _ = PublicMarket.objects.get_or_create(**city, defaults={"currency": currency})
        if market.currency != currency:
            raise ImportRefused(f"{market.city} is imported in {market.currency}, not in {currency}.")
        self._refuse_if_overtaken(market)
        Scrape.objects.get_or_create(market=market, day=self._day)
        return market

    def _refuse_if_overtaken(self, market: PublicMarket) -> None:
        """Lock the market until the end of the transaction, and raise ImportRefused if it has a newer scrape."""
        PublicMarket.objects.select_for_update().get(pk=market.pk)
        newer = Scrape.objects.filter(market=market, day__gt=self._day).order_by("day").last()
        if newer is not None:
            raise ImportRefused(
                f"{market.city} has a scrape of {newer.day} already. Scrapes are imported in the order of their days."
            )

    def _import_listings(self) -> None:
        seen: set[str] = set()
        with Table(self._files.listings, most_bytes=self._files.most_bytes) as table:
            listings = self._source.listings(table, self._reading(self._summary.skipped))
            for batch in _batches(self._counted("listings", listings)):
                by_id = {listing.public_id: listing for listing in batch}  # of a listing that is there twice, the last
                self._summary.skipped["listing-twice"] += len(batch) - len(by_id.keys() - seen)
                seen |= by_id.keys()
                self._write_listings(by_id.values())
        self._summary.listings = len(seen)

    @transaction.atomic
    def _write_listings(self, listings: Iterable[SourceListing]) -> None:
        self._steps.fence()
        self._refuse_if_overtaken(self._market)
        PublicListing.objects.bulk_create(
            [self._row(listing) for listing in listings],
            update_conflicts=True, unique_fields=["market", "public_id"], update_fields=UPDATED,
        )  # fmt: skip

    def _row(self, listing: SourceListing) -> PublicListing:
        members = {name: getattr(listing, name) for name in listing.__slots__ if name != "host_id"}
        return PublicListing(
            market=self._market,
            channel=self._source.channel,
            host=host_hash(self._source.name, listing.host_id),
            first_seen_on=self._day,
            last_seen_on=self._day,
            **members,
        )

    def _import_calendars(self, calendar: Path, in_order: bool) -> None:
        seen = PublicListing.objects.filter(market=self._market, last_seen_on=self._day)
        known = {public_id: (pk, price) for public_id, pk, price in seen.values_list("public_id", "pk", "price")}
        with Table(calendar, most_bytes=self._files.most_bytes) as table:
            nights = self._counted("nights", self._source.nights(table, self._reading(self._summary.skipped)))
            by_listing = _by_listing(nights) if in_order else gathered(nights, self._summary.nights)
            for batch in _batches(self._known_only(by_listing, known)):
                self._write_calendars(batch)

    def _known_only(
        self, by_listing: Iterator[tuple[str, Mapping[int, Seen]]], known: Mapping[str, tuple[int, int | None]]
    ) -> Iterator[tuple[int, int | None, Mapping[int, Seen]]]:
        """The key, the price and the nights of the listings that the other file has."""
        for public_id, nights in by_listing:
            if public_id in known:
                yield *known[public_id], nights
            else:
                self._summary.skipped["night-listing-not-seen"] += len(nights)

    @transaction.atomic
    def _write_calendars(self, batch: list[tuple[int, int | None, Mapping[int, Seen]]]) -> None:
        self._steps.fence()
        self._refuse_if_overtaken(self._market)
        before = {row.pk: unpacked(row) for row in PublicCalendar.objects.filter(pk__in=[key for key, _, _ in batch])}
        changed = []
        for key, price, seen in batch:
            nights = merged(before.get(key), seen, day=self._day, listing_price=price)
            self._summary.newly_booked += nights.taken_at(self._day, BOOKED)
            self._summary.newly_blocked += nights.taken_at(self._day, BLOCKED)
            if nights != before.get(key):
                changed.append(PublicCalendar(listing_id=key, **nights.packed()))
        PublicCalendar.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["listing"],
            update_fields=["first_night", "states", "prices", "min_stays", "booked_on"],
        )  # fmt: skip

    @transaction.atomic
    def _finish(self, now: datetime) -> None:
        self._steps.fence()
        self._refuse_if_overtaken(self._market)
        self._summary.skipped = +self._summary.skipped
        self._summary.nights -= self._summary.skipped["night-listing-not-seen"]
        Scrape.objects.filter(market=self._market, day=self._day).update(
            imported_at=now,
            listings=self._summary.listings,
            nights=self._summary.nights,
            skipped=dict(sorted(self._summary.skipped.items())),
        )
        queue_market(self._market.pk, now)
        queue_insights(now)


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def host_hash(source: str, host_id: str) -> str:
    """A keyed hash, from which nobody without the key can find the host. Empty for a listing without a host."""
    if not host_id:
        return ""
    return salted_hmac("markets.public_listing.host", f"{source}/{host_id}", algorithm="sha256").hexdigest()


def _by_listing(nights: Iterator[SourceNight]) -> Iterator[tuple[str, Mapping[int, Seen]]]:
    """The nights of each listing, by day ordinal. They must come listing by listing."""
    last, found = "", dict[int, Seen]()
    for public_id, night, available, price, min_stay in nights:
        if public_id != last:
            if found:
                yield last, found
            last, found = public_id, {}
        found[night] = (available, price, min_stay)
    if found:
        yield last, found
