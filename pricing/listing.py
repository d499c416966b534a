"""A listing and its stays, as the engine reads them."""

from dataclasses import dataclass
from datetime import date

from pricing.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingFacts:
    """The facts of a listing that affect its prices.

    currency: ISO 4217 code.
    base_price: in whole units of `currency`; the user's or, if there is none, the stored automatic one. None: the
        engine computes the automatic base price.
    channel_min_stay, channel_max_stay: nights; the channel's own limits, for listings without a customization.
    listed_on: the first night that could be sold. None: the market counts the listing from its first stay on.
    by_the_month: whether it is let by the month. Then it takes no level from nightly homes, and adds nothing to theirs.
    channel_price: the host's own price of a night at the channel, in whole units, before any push.
    occupancy_known: whether nights without a stay are vacant. If not, nothing follows from them.
    """

    currency: str | None = None
    bedrooms: int | None = None
    person_capacity: int | None = None
    units: int = 1
    base_price: Money | None = None
    channel_min_stay: int | None = None
    channel_max_stay: int | None = None
    listed_on: date | None = None
    occupancy_known: bool = True
    by_the_month: bool = False
    channel_price: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedStay:
    """A stay of a guest or of the owner: the nights from `check_in` to the one before `check_out`.

    booked_on, cancelled_on: dates in the listing's timezone. A stay with `cancelled_on` takes no night, but counts in
        the market's booking curve. A stay without `booked_on` takes its nights, but does not count in that curve.
    total: the revenue of all nights and units, in minor units of the listing's currency. None: not known, or in another
        currency.
    owner_stay: the nights are taken but were not for sale; they count neither as booked nor as vacant.
    """

    check_in: date
    check_out: date
    booked_on: date | None = None
    cancelled_on: date | None = None
    total: int | None = None
    units: int = 1
    owner_stay: bool = False
