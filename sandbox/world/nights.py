"""Price and stay rules of a listing's nights: the manager's own settings, overwritten by clients' changes."""

from dataclasses import dataclass
from datetime import date

from sandbox.demand import host_price_factor
from sandbox.store import NightChange
from sandbox.world.listings import Listing
from sandbox.world.maintenance import is_maintenance

WEEK, MONTH = 7, 28
MAINTENANCE_NOTE = "Maintenance"


@dataclass(frozen=True, slots=True)
class Terms:
    """Price and stay rules of one night. Price in whole units of the listing's currency, stays in nights."""

    price: float
    min_stay: int
    max_stay: int
    closed_on_arrival: bool
    closed_on_departure: bool
    blocked_units: int
    note: str | None


def terms_of_night(listing: Listing, night: int, change: NightChange | None, *, seed: int) -> Terms:
    """`night` as a day ordinal; `change` is the sum of all clients' changes to it."""
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
    """The manager's own price: base price times season and weekend factors, in whole currency units."""
    market = listing.market
    return float(round(listing.base_price * (host_price_factor(market, date.fromordinal(night)) if market else 1)))


def length_discount(listing: Listing, nights: int) -> float:
    """The factor on the price of a stay of this length."""
    if nights >= MONTH:
        return listing.monthly_discount
    return listing.weekly_discount if nights >= WEEK else 1.0
