"""The terms of a listing's nights: what the manager set by hand, and what clients wrote over it."""

from dataclasses import dataclass
from datetime import date

from sandbox.demand import host_price_factor
from sandbox.store import NightChange
from sandbox.world.listings import Listing
from sandbox.world.portfolios import PORTFOLIOS
from sandbox.world.requests import era_of, maintenance_night

WEEK, MONTH = 7, 28
MAINTENANCE_NOTE = "Maintenance"


@dataclass(frozen=True, slots=True)
class Terms:
    """Of one night. Price in whole units of the listing's currency, stays in nights."""

    price: float
    min_stay: int
    max_stay: int
    closed_on_arrival: bool
    closed_on_departure: bool
    blocked_units: int
    note: str | None


def terms_of_night(listing: Listing, night: int, change: NightChange | None, *, seed: int) -> Terms:
    """`night` as a day ordinal; `change` is all that clients wrote about it."""
    change = change or NightChange()
    maintained = is_maintenance(listing, night, seed=seed)
    return Terms(
        price=default_price(listing, night) if change.price is None else change.price,
        min_stay=listing.min_stay if change.min_stay is None else change.min_stay,
        max_stay=listing.max_stay if change.max_stay is None else change.max_stay,
        closed_on_arrival=bool(change.closed_on_arrival),
        closed_on_departure=bool(change.closed_on_departure),
        blocked_units=(listing.units if maintained else 0) if change.blocked_units is None else change.blocked_units,
        note=(MAINTENANCE_NOTE if maintained else None) if change.note is None else change.note,
    )


def default_price(listing: Listing, night: int) -> float:
    """Base price by the manager's three seasons and weekend, to whole currency units."""
    market = listing.market
    return float(round(listing.base_price * (host_price_factor(market, date.fromordinal(night)) if market else 1)))


def length_discount(listing: Listing, nights: int) -> float:
    """What the price of a stay is multiplied with for its length."""
    if nights >= MONTH:
        return listing.monthly_discount
    return listing.weekly_discount if nights >= WEEK else 1.0


def is_maintenance(listing: Listing, night: int, *, seed: int) -> bool:
    market = listing.market
    if market is None:
        return False
    day = date.fromordinal(night)
    if day.month != market.quiet_month:
        return False
    era = era_of(market, PORTFOLIOS[listing.portfolio].stays, day)
    return maintenance_night(listing, market, era, seed=seed) == night
