"""Listings as the world generates them, and as clients edit them."""

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import NormalDist
from typing import Any, TypeVar

from sandbox.demand import HOST_MISPRICING
from sandbox.markets import MARKETS, Market
from sandbox.store import Document
from sandbox.world.chance import seeded_random
from sandbox.world.places import PLACES, Place
from sandbox.world.portfolios import LISTING_NUMBERS, PORTFOLIOS, Portfolio

LISTING = "listing"
"""Kind of the documents that hold clients' edits of listings."""
ARCHIVED_AT = int(datetime(2025, 12, 1, tzinfo=UTC).timestamp())
ARCHIVED_EVERY = 37
"""Every listing whose number is a multiple of this is archived. Smaller portfolios have no archived listing."""
VALUE_BY_BEDROOMS = {0: 0.82, 1: 1.0, 2: 1.42, 3: 1.85, 4: 2.3}
BEDROOMS = (0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4)
AMENITIES = (
    "Internet", "Wireless", "Kitchen", "Washing machine", "Hair dryer", "Heating", "Air conditioning", "Iron",
    "Free parking", "Elevator", "Balcony", "Dishwasher", "Coffee maker", "Swimming pool", "Cot", "Desk",
)  # fmt: skip
ADJECTIVES = ("Sunny", "Quiet", "Bright", "Stylish", "Cosy", "Spacious", "Elegant", "Charming", "Modern", "Classic")
HOME_BY_BEDROOMS = {0: "studio", 1: "apartment", 2: "two-bedroom flat", 3: "family home", 4: "townhouse"}
ATTRACTIONS = ("with balcony", "near the market", "with city views", "by the park", "with terrace", "on the top floor")
SPREAD = NormalDist()
Option = TypeVar("Option")


BLANK: dict[str, Any] = {
    "city": "", "name": "", "internal_name": "", "description": "", "property_type": "Apartment",
    "room_type": "entire_home", "address": "", "street": "", "area": "", "zipcode": "", "state": "", "country": "",
    "country_code": "", "latitude": 0.0, "longitude": 0.0, "timezone": "UTC", "currency": "EUR", "decimals": 2,
    "bedrooms": 1, "beds": 1, "bathrooms": 1, "capacity": 2, "guests_included": 2, "extra_person_price": 0.0,
    "base_price": 100.0, "cleaning_fee": 0.0, "deposit": 0.0, "weekly_discount": 1.0, "monthly_discount": 1.0,
    "tax_percent": 0.0, "min_stay": 1, "max_stay": 365, "units": 1, "value": 1.0, "popularity": 0.0,
    "square_meters": 40, "check_in_hour": 15, "check_out_hour": 11, "instant_bookable": True, "rating": 0.0,
    "amenities": (), "photos": 0, "created_at": 0, "archived_at": None,
    "market_city": "",
}  # fmt: skip
"""Members of a listing that a client creates, as long as the client does not send them."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A property or a type of identical units. Money in whole units of `currency`; hours are local, 0-23."""

    id: int
    portfolio: int
    city: str
    """City of the address; the market is `market_city`."""
    name: str
    internal_name: str
    description: str
    property_type: str
    room_type: str
    address: str
    street: str
    area: str
    zipcode: str
    state: str
    country: str
    country_code: str
    latitude: float
    longitude: float
    timezone: str
    currency: str
    decimals: int
    bedrooms: int
    beds: int
    bathrooms: int
    capacity: int
    guests_included: int
    extra_person_price: float
    base_price: float
    cleaning_fee: float
    deposit: float
    weekly_discount: float
    """Multiplies the price of stays of 7 nights or more."""
    monthly_discount: float
    """Multiplies the price of stays of 28 nights or more."""
    tax_percent: float
    min_stay: int
    max_stay: int
    units: int
    value: float
    """Fair price, divided by the fair price of a one-bedroom of average quality."""
    popularity: float
    """Multiplies the market's stay requests; 0 means no requests."""
    square_meters: int
    check_in_hour: int
    check_out_hour: int
    instant_bookable: bool
    rating: float
    amenities: tuple[str, ...]
    photos: int
    created_at: int
    """Unix seconds."""
    archived_at: int | None
    """Unix seconds."""
    market_city: str

    @property
    def number(self) -> int:
        return self.id % LISTING_NUMBERS

    @property
    def market(self) -> Market | None:
        """None for a listing that a client created: it belongs to no market."""
        return MARKETS.get(self.market_city)


def generated_listing(listing_id: int, *, seed: int) -> Listing | None:
    """The listing as the world generates it; None if the world has no listing of this id."""
    portfolio_id, number = divmod(listing_id, LISTING_NUMBERS)
    portfolio = PORTFOLIOS.get(portfolio_id)
    if portfolio is None or not 1 <= number <= portfolio.size:
        return None
    city = _city(portfolio, number)
    return _furnished(listing_id, portfolio, PLACES[city], MARKETS[city], seeded_random(seed, "listing", listing_id))


def edited(listing: Listing, document: Document) -> Listing:
    """The listing after a client's edit. A deleted listing counts as archived, so that it takes no more bookings."""
    if document.body is None:
        return replace(listing, archived_at=document.at)
    members: dict[str, Any] = document.body["listing"]
    if "amenities" in members:
        members = members | {"amenities": tuple(members["amenities"])}
    return replace(listing, **members)


def blank_listing(listing_id: int, portfolio: int) -> Listing:
    """A listing of default members, for a client that creates one. It belongs to no market and takes no requests."""
    return Listing(**(BLANK | {"id": listing_id, "portfolio": portfolio}))


def _city(portfolio: Portfolio, number: int) -> str:
    for city, count in portfolio.listings.items():
        if number <= count:
            return city
        number -= count
    raise AssertionError("the number is within the portfolio")


def _furnished(listing_id: int, portfolio: Portfolio, place: Place, market: Market, dice: Random) -> Listing:
    number = listing_id % LISTING_NUMBERS
    several = number % portfolio.multi_unit_every == 0
    units = 3 + int(dice.random() * 6) if several else 1
    bedrooms = _pick(dice, BEDROOMS[:5] if several else BEDROOMS)
    quality = math.exp(0.18 * _spread(dice))
    value = round(VALUE_BY_BEDROOMS[bedrooms] * quality * portfolio.stays.rate, 3)
    fair_price = market.nightly_rate * value
    base_price = fair_price * math.exp(HOST_MISPRICING * _spread(dice))
    capacity = 2 + 2 * bedrooms if bedrooms else 2
    street, area, zipcode = _pick(dice, place.streets), _pick(dice, place.areas), _pick(dice, place.zipcodes)
    home, adjective, attraction = HOME_BY_BEDROOMS[bedrooms], _pick(dice, ADJECTIVES), _pick(dice, ATTRACTIONS)
    opened = date(2019, 3, 1) + timedelta(days=int(dice.random() * 1000))
    archived = number % ARCHIVED_EVERY == 0
    return Listing(
        id=listing_id,
        portfolio=portfolio.id,
        city=place.city,
        name=f"{adjective} {home} {attraction}, {area}",
        internal_name=f"{place.city[:3].upper()}-{number:04d}",
        description=f"{adjective} {home} {attraction} in {area}, {place.city}. Sleeps {capacity}.",
        property_type="Hotel" if several else "House" if bedrooms == 4 else "Apartment",
        room_type="private_room" if several else "entire_home",
        address=place.address(street, 1 + int(dice.random() * 180), zipcode),
        street=street,
        area=area,
        zipcode=zipcode,
        state=place.state,
        country=place.country,
        country_code=place.country_code,
        latitude=round(place.latitude + 0.03 * (dice.random() - 0.5), 6),
        longitude=round(place.longitude + 0.04 * (dice.random() - 0.5), 6),
        timezone=place.timezone,
        currency=place.currency,
        decimals=place.decimals,
        bedrooms=bedrooms,
        beds=max(1, bedrooms + int(dice.random() * 2)),
        bathrooms=1 + bedrooms // 2,
        capacity=capacity,
        guests_included=max(2, capacity - 2),
        extra_person_price=_rounded(0.12 * fair_price),
        base_price=_rounded(base_price),
        cleaning_fee=_rounded(market.nightly_rate * portfolio.stays.rate * (0.25 + 0.12 * bedrooms)),
        deposit=_rounded(1.5 * fair_price),
        weekly_discount=0.93,
        monthly_discount=0.75,
        tax_percent=float(_pick(dice, (0, 5, 6, 10))),
        min_stay=_pick(dice, portfolio.stays.min_stay),
        max_stay=365,
        units=units,
        value=value,
        popularity=round(0.75 + 0.5 * dice.random(), 3),
        square_meters=26 + 22 * bedrooms + int(dice.random() * 18),
        check_in_hour=_pick(dice, (14, 15, 16)),
        check_out_hour=_pick(dice, (10, 11)),
        instant_bookable=dice.random() < 0.8,
        rating=round(7.6 + 2.3 * dice.random(), 1),
        amenities=tuple(name for name in AMENITIES if dice.random() < 0.65),
        photos=5 + int(dice.random() * 8),
        created_at=int(datetime(opened.year, opened.month, opened.day, 9, tzinfo=UTC).timestamp()),
        archived_at=ARCHIVED_AT if archived else None,
        market_city=place.city,
    )


def _pick(dice: Random, options: tuple[Option, ...]) -> Option:
    return options[int(dice.random() * len(options))]


def _spread(dice: Random) -> float:
    return max(-2.5, min(2.5, SPREAD.inv_cdf(dice.random() or 0.5)))


def _rounded(amount: float) -> float:
    """Rounded to whole currency units, and to tens from 1,000 on, as hosts set their prices."""
    return float(round(amount)) if amount < 1000 else float(round(amount, -1))
