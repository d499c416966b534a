"""What the engine must know of a listing and of the stays booked in it."""

from dataclasses import dataclass
from datetime import date

from pricing.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingFacts:
    """The facts of a listing that move its prices.

    `base_price` is the one in force, in whole units of `currency`: the user's, else the automatic one as last
    stored; None: none yet, and the engine computes the automatic one itself.
    `channel_min_stay` and `channel_max_stay` are in nights: what the channel says, used where no
    customization says anything. `listed_on` is the first night the listing could be sold; when it is not
    known, the market counts the listing from its first reservation on.
    """

    currency: str | None = None
    bedrooms: int | None = None
    person_capacity: int | None = None
    units: int = 1
    base_price: Money | None = None
    channel_min_stay: int | None = None
    channel_max_stay: int | None = None
    listed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedStay:
    """A stay: the nights from `check_in` to the one before `check_out`.

    `total` is what all its nights and units bring together, in minor units of the listing's currency; None
    when it is not known or is in another currency. `owner_stay` nights are taken but were not for sale: they
    count neither as booked nor as vacant. `booked_on` and `cancelled_on` are days in the listing's timezone;
    a reservation with `cancelled_on` takes no night, but tells how the market usually fills, and one without
    `booked_on` takes its nights but tells nothing of that.
    """

    check_in: date
    check_out: date
    booked_on: date | None = None
    cancelled_on: date | None = None
    total: int | None = None
    units: int = 1
    owner_stay: bool = False
