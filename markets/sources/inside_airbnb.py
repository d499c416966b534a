"""Files in the form in which Inside Airbnb publishes them: `listings.csv`, detailed or summary, and `calendar.csv`.

Columns have appeared and vanished over the years, so all are found by name. Both forms of the listings have the same
name; a column that the summary lacks is unknown.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from markets.sources import cells
from markets.sources.cells import Inexact, Unreadable
from markets.sources.source import Reading, SourceListing, SourceNight
from markets.sources.tables import Table

LISTING_COLUMNS = ("id", "latitude", "longitude", "room_type")
CALENDAR_COLUMNS = ("listing_id", "date", "available")
NOT_SEEN = "previous scrape"
NIGHTS_BEFORE, NIGHTS_AFTER = 60, 800
"""The nights of a calendar, around the day of its scrape. The site has 365, and scraping a city takes days."""
AVAILABLE = {"t": True, "f": False, "true": True, "false": False}
MOST_REMEMBERED = 50_000
"""Amounts that are parsed only once."""


class InsideAirbnb:
    name: Final = "inside-airbnb"
    channel: Final = "airbnb"

    def listings(self, table: Table, reading: Reading) -> Iterator[SourceListing]:
        """Counts as skipped: `listing-cells`, `listing-id`, `listing-id-rounded` and `listing-not-seen`.

        A price that cannot be read is counted as `listing-price`, but the listing is kept without it.
        """
        table.require(LISTING_COLUMNS, "a file of listings")
        for row in table.rows():
            if len(row) != table.width:
                reading.skipped["listing-cells"] += 1
                continue
            cell = _cells(table, row)
            if cell("source").strip().lower() == NOT_SEEN:
                reading.skipped["listing-not-seen"] += 1
                continue
            try:
                public_id = cells.exact_id(cell("id"))
            except Inexact:
                reading.skipped["listing-id-rounded"] += 1
            except Unreadable:
                reading.skipped["listing-id"] += 1
            else:
                yield _listing(public_id, cell, reading)

    def nights(self, table: Table, reading: Reading) -> Iterator[SourceNight]:
        """Counts as skipped: `night-cells`, `night-listing-id`, `night-date`, `night-availability`, `night-price`."""
        table.require(CALENDAR_COLUMNS, "a calendar")
        columns, width, skipped = table.columns, table.width, reading.skipped
        listing_at, date_at, available_at = (columns[name] for name in CALENDAR_COLUMNS)
        price_at, min_stay_at = columns.get("price"), columns.get("minimum_nights")
        ordinals, prices, min_stays, ids = _Ordinals(reading.day), _Prices(reading.minor_units), _MinStays(), _Ids()
        new_night = tuple.__new__  # the loop runs millions of times; this is half the cost of the constructor
        for row in table.rows():
            if len(row) != width:
                skipped["night-cells"] += 1
                continue
            listing = ids[row[listing_at]]
            if not listing:
                skipped["night-listing-id"] += 1
                continue
            night = ordinals[row[date_at]]
            if not night:
                skipped["night-date"] += 1
                continue
            available = AVAILABLE.get(row[available_at])
            if available is None:
                skipped["night-availability"] += 1
                continue
            price = -1 if price_at is None else prices[row[price_at]]
            if price is None:
                skipped["night-price"] += 1
                continue
            min_stay = 0 if min_stay_at is None else min_stays[row[min_stay_at]]
            yield new_night(SourceNight, (listing, night, available, price, min_stay))


def _cells(table: Table, row: list[str]) -> Callable[[str], str]:
    columns = table.columns

    def cell(name: str) -> str:
        index = columns.get(name)
        return "" if index is None else row[index]

    return cell


def _listing(public_id: str, cell: Callable[[str], str], reading: Reading) -> SourceListing:
    try:
        price = cells.amount(cell("price"), reading.minor_units)
    except Unreadable:
        reading.skipped["listing-price"] += 1
        price = None
    latitude, longitude = cells.coordinate(cell("latitude"), 90), cells.coordinate(cell("longitude"), 180)
    if latitude is None or longitude is None:
        latitude = longitude = None
    bathrooms = cells.number(cell("bathrooms"))
    rating = cells.number(cell("review_scores_rating"))
    if rating is not None and rating > 5:
        rating /= 20  # until 2021 ratings went up to 100
    reviews_per_month = cells.number(cell("reviews_per_month"))
    return SourceListing(
        public_id=public_id,
        host_id=cell("host_id").strip(),
        title=cells.plain_text(cell("name"), 255),
        neighborhood=cells.plain_text(cell("neighbourhood_cleansed") or cell("neighbourhood"), 256),
        latitude=latitude,
        longitude=longitude,
        room_type=cells.plain_text(cell("room_type"), 256),
        property_type=cells.plain_text(cell("property_type"), 256),
        bedrooms=cells.whole_number(cell("bedrooms")),
        bathrooms=cells.bathrooms(cell("bathrooms_text")) if bathrooms is None else _within(bathrooms, 1000),
        person_capacity=cells.whole_number(cell("accommodates"), least=1),
        price=price,
        min_stay=cells.whole_number(cell("minimum_nights"), least=1),
        rating=_within(rating, 5),
        reviews_count=cells.whole_number(cell("number_of_reviews")),
        reviews_per_month=_within(reviews_per_month, 1000),
    )


def _within(value: float | None, most: float) -> float | None:
    return value if value is not None and 0 <= value <= most else None


class _Ids(dict[str, str]):
    """The exact id of a cell, or an empty text. Remembers the last one only, as calendars come listing by listing."""

    def __missing__(self, text: str) -> str:
        self.clear()
        try:
            self[text] = found = cells.exact_id(text)
        except Unreadable:
            self[text] = found = ""
        return found


class _Ordinals(dict[str, int]):
    """The day ordinal of a cell; 0 for what is no date (30 February) or no night around the scrape."""

    def __init__(self, day: date) -> None:
        super().__init__()
        self._day = day.toordinal()

    def __missing__(self, text: str) -> int:
        try:
            found = date.fromisoformat(text.strip()).toordinal()
        except ValueError:
            return 0
        if not self._day - NIGHTS_BEFORE <= found <= self._day + NIGHTS_AFTER:
            return 0
        self[text] = found
        return found


class _Prices(dict[str, int | None]):
    """The minor units of a cell; -1 for an empty one, None for what is no amount."""

    def __init__(self, minor_units: int) -> None:
        super().__init__({"": -1})
        self._minor_units = minor_units

    def __missing__(self, text: str) -> int | None:
        try:
            price = cells.amount(text, self._minor_units)
        except Unreadable:
            return None
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        found = self[text] = -1 if price is None else price
        return found


class _MinStays(dict[str, int]):
    """The minimum stay of a cell in nights; 0 for what cannot be one."""

    def __missing__(self, text: str) -> int:
        found = cells.whole_number(text, least=1) or 0
        found = found if found <= 0xFFFF else 0
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[text] = found
        return found
