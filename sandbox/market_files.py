"""Public files about each city's listings as of a day, in the form of Inside Airbnb: see docs/markets.md.

They show what a visitor of a channel's pages would see: listings of the managers that the channels serve, and of many
hosts that no channel here knows (sandbox.world.portfolios). Nights are taken by the same stays that the channels show.
The files of a day are the same at any later instant, unless clients change something. They have some of the traps that
such files have in reality.
"""

import csv
import io
import json
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from sandbox.world import World
from sandbox.world.chance import seeded_number
from sandbox.world.days import start_of
from sandbox.world.listings import Listing
from sandbox.world.maintenance import is_maintenance
from sandbox.world.nights import default_price
from sandbox.world.portfolios import NEIGHBOURS, PORTFOLIOS
from sandbox.world.stays import Status, Stay

MANAGERS = (10003, 10040, 11000, 30003, 30040, 31000)
"""The portfolios of short stays at the channels."""
MOST_OF_A_MANAGER = 12
"""Listings of one manager in a city."""
HOSTS_OF_A_CITY = 40
NIGHTS = 365
KEPT_FOR = 35
"""Days for which the nights of a listing are computed at once."""
REVIEW_RATE = 0.5
HELD_UNTIL_CHANGED = frozenset({Status.CANCELLED, Status.DECLINED, Status.EXPIRED})
WITHOUT_PRICES, WITH_INDEX = "Prague", "Tokyo"
"""Cities whose calendars have no prices, as newer ones, and an unnamed first column, as copies."""
CLOSING_EVERY, CLOSED_NIGHTS = 12, 80
"""Every n-th neighbour closes some quarters of a year for about a season."""
NAMES_OF_ROOMS = {"entire_home": "Entire home/apt", "private_room": "Private room"}
LISTING_COLUMNS = (
    "id", "listing_url", "scrape_id", "last_scraped", "source", "name", "description", "picture_url", "host_id",
    "host_name", "neighbourhood_cleansed", "latitude", "longitude", "property_type", "room_type", "accommodates",
    "bathrooms", "bathrooms_text", "bedrooms", "beds", "amenities", "price", "minimum_nights", "maximum_nights",
    "has_availability", "availability_365", "calendar_last_scraped", "number_of_reviews", "review_scores_rating",
    "instant_bookable", "calculated_host_listings_count", "reviews_per_month",
)  # fmt: skip
CALENDAR_COLUMNS = (
    "listing_id", "date", "available", "price", "adjusted_price", "minimum_nights", "maximum_nights",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A listing as the site showed it on a day."""

    listing: Listing
    public_id: int
    host: int
    free: list[bool]
    prices: list[int]
    min_stays: list[int]
    reviews: int
    reviews_per_month: float


@dataclass(frozen=True, slots=True)
class OwnNights:
    """Prices from the night `first` (a day ordinal) on, and the nights for maintenance."""

    listing: Listing
    first: int
    prices: "array[int]"
    maintained: list[int]


class MarketFiles:
    def __init__(self, world: World, *, seed: int) -> None:
        self._world, self._seed = world, seed
        self._own: dict[int, OwnNights] = {}

    def listings(self, city: str, day: date, *, now: int) -> Iterator[bytes]:
        """The file of listings, in pieces. Between two pieces a server can answer other requests."""
        seen = []
        for found in self._seen(city, day, now):
            seen.append(found)
            yield b""
        hosts = Counter(found.host for found in seen)
        rows = [self._listing_row(found, day, hosts[found.host]) for found in seen]
        spreadsheet = {**rows[0], "id": "1.2E+18", "name": "Saved by a spreadsheet"}
        yield _csv(LISTING_COLUMNS, [*rows, rows[-1], spreadsheet])

    def calendar(self, city: str, day: date, *, now: int) -> Iterator[bytes]:
        """The calendar of all listings, in pieces. Between two pieces a server can answer other requests."""
        numbers = count()
        columns = ("", *CALENDAR_COLUMNS) if city == WITH_INDEX else CALENDAR_COLUMNS
        yield f"{','.join(columns)}\n".encode()
        nights = [(day + timedelta(days=index)).isoformat() for index in range(NIGHTS)]
        last = ""
        for found in self._seen(city, day, now):
            rows = []
            for night, free, price, min_stay in zip(nights, found.free, found.prices, found.min_stays, strict=True):
                shown = "" if city == WITHOUT_PRICES else _dollars(price)
                index = f"{next(numbers)}," if city == WITH_INDEX else ""
                rows.append(f"{index}{found.public_id},{night},{'ft'[free]},{shown},,{min_stay},365\n")
            last = rows[-1]
            yield "".join(rows).encode()
        yield last.replace(nights[-1], f"{day.year}-02-30").encode()

    def _seen(self, city: str, day: date, now: int) -> Iterator[Seen]:
        instant = start_of(day.toordinal())
        for listing in self._of_city(city, instant):
            if listing.created_at <= instant and not (listing.archived_at and listing.archived_at <= instant):
                yield self._look_at(listing, day, instant, now)

    def _of_city(self, city: str, at: int) -> Iterator[Listing]:
        for portfolio in (*MANAGERS, NEIGHBOURS):
            here = (listing for listing in self._world.listings(portfolio, at=at) if listing.market_city == city)
            most = PORTFOLIOS[portfolio].size if portfolio == NEIGHBOURS else MOST_OF_A_MANAGER
            for listing, _ in zip(here, range(most), strict=False):
                yield listing

    def _look_at(self, listing: Listing, day: date, instant: int, now: int) -> Seen:
        first, end = day.toordinal(), day.toordinal() + NIGHTS
        taken, past = Counter[int](), 0
        for stay in self._world.stays(
            listing.portfolio, at=now, listing=listing.id, where="departure > ?", values=[first - 365]
        ):
            departure = _held_until(stay, instant)
            if first - 365 < departure <= first:
                past += 1
            elif departure > first:
                taken.update(range(max(stay.arrival, first), min(departure, end)))
        own = self._own_nights(listing, first)
        prices, min_stays = list(own.prices[first - own.first : end - own.first]), [listing.min_stay] * NIGHTS
        taken.update(dict.fromkeys(own.maintained, listing.units))
        taken.update(dict.fromkeys(self._closed_nights(listing, day), listing.units))
        for night in self._world.night_changes(listing, first, end - 1, at=instant):
            (terms,) = self._world.terms(listing, night, night, at=instant)
            prices[night - first], min_stays[night - first] = int(terms.price), terms.min_stay
            taken[night] += terms.blocked_units
        free = [True] * NIGHTS
        for night, units in taken.items():
            if first <= night < end and units >= listing.units:
                free[night - first] = False
        return Seen(
            listing,
            self._public_id(listing),
            self._host(listing),
            free,
            prices,
            min_stays,
            round(2 * past * REVIEW_RATE),
            round(past * REVIEW_RATE / 12, 2),
        )

    def _own_nights(self, listing: Listing, first: int) -> OwnNights:
        """What the manager has set for the nights, without clients' changes. Kept for the files of the next days."""
        known = self._own.get(listing.id)
        if known is None or known.listing != listing or not known.first <= first <= known.first + KEPT_FOR:
            nights = range(first, first + NIGHTS + KEPT_FOR)
            prices = array("q", [int(default_price(listing, night)) for night in nights])
            maintained = [night for night in nights if is_maintenance(listing, night, seed=self._seed)]
            known = self._own[listing.id] = OwnNights(listing, first, prices, maintained)
        return known

    def _closed_nights(self, listing: Listing, day: date) -> Iterator[int]:
        """Some neighbours close quarters of the year, one to three months before they begin."""
        if listing.portfolio != NEIGHBOURS or listing.number % CLOSING_EVERY:
            return
        for year in (day.year, day.year + 1):
            for month in (1, 4, 7, 10):
                begin = date(year, month, 1)
                chance = seeded_number(self._seed, "closing", listing.id, begin)
                if chance % 3 == 0 and day >= begin - timedelta(days=30 + chance // 3 % 60):
                    yield from range(begin.toordinal(), begin.toordinal() + CLOSED_NIGHTS)

    def _public_id(self, listing: Listing) -> int:
        """Ids were small numbers once, and have 18 or 19 digits now."""
        chance = seeded_number(self._seed, "public id", listing.id)
        return 1_000_000 + chance % 60_000_000 if chance % 2 else 600_000_000_000_000_000 + chance % 10**18

    def _host(self, listing: Listing) -> int:
        if listing.portfolio != NEIGHBOURS:
            return listing.portfolio
        chance = seeded_number(self._seed, "host", listing.id) % HOSTS_OF_A_CITY
        return 1_000_000 + seeded_number(listing.city, chance) % 400_000_000

    def _listing_row(self, found: Seen, day: date, of_host: int) -> dict[str, object]:
        listing, chance = found.listing, seeded_number(self._seed, "row", found.listing.id, day)
        private = listing.room_type == "private_room"
        text = f"{listing.bathrooms} {'shared ' if private else ''}bath{'s' * (listing.bathrooms > 1)}"
        old = found.public_id < 2**53
        return {
            "id": f"{found.public_id}.0" if old and chance % 40 == 1 else found.public_id,
            "scrape_id": f"{day:%Y%m%d}000000",
            "last_scraped": day,
            "source": "previous scrape" if chance % 50 == 0 else "city scrape",
            "name": f'"{listing.name}" 🏠' if chance % 20 == 2 else listing.name,
            "description": f"{listing.description}\n<br/>Welcome!",
            "host_id": found.host,
            "host_name": f"Host {found.host}",
            "neighbourhood_cleansed": listing.area,
            "latitude": listing.latitude,
            "longitude": listing.longitude,
            "property_type": f"Private room in {listing.property_type.lower()}" if private else "Entire rental unit",
            "room_type": NAMES_OF_ROOMS.get(listing.room_type, "Entire home/apt"),
            "accommodates": listing.capacity,
            "bathrooms": "" if chance % 3 else listing.bathrooms,
            "bathrooms_text": "Half-bath" if not listing.bathrooms else text,
            "bedrooms": listing.bedrooms,
            "beds": listing.beds,
            "amenities": json.dumps(listing.amenities),
            "price": "" if chance % 30 == 3 else _dollars(found.prices[0]),
            "minimum_nights": listing.min_stay,
            "maximum_nights": listing.max_stay,
            "has_availability": "t" if any(found.free) else "f",
            "availability_365": sum(found.free),
            "calendar_last_scraped": day,
            "number_of_reviews": found.reviews,
            "review_scores_rating": round(listing.rating / 2, 2) if found.reviews else "",
            "instant_bookable": "ft"[listing.instant_bookable],
            "calculated_host_listings_count": of_host,
            "reviews_per_month": found.reviews_per_month or "",
        }


def _held_until(stay: Stay, instant: int) -> int:
    """The day of departure of a stay that held its nights at an instant; 0 if it did not hold them."""
    if stay.booked_at > instant:
        return 0
    later = stay.changed_at > instant
    if not stay.holds and not (later and stay.status in HELD_UNTIL_CHANGED):
        return 0
    return stay.previous_departure if later and stay.previous_departure is not None else stay.departure


def _dollars(amount: int) -> str:
    """With a dollar sign in every currency, and with quotes for the CSV file if it has a comma."""
    return f"${amount:.2f}" if amount < 1000 else f'"${amount:,.2f}"'


def _csv(columns: tuple[str, ...], rows: list[dict[str, object]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
