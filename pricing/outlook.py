"""How a listing compares with its market over the coming nights."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import fmean

from pricing.bookings import Bookings
from pricing.engine import price_calendar
from pricing.expected import Expected, forecast
from pricing.horizon import Horizon
from pricing.listing import BookedStay, ListingFacts
from pricing.market import MarketStatistics
from pricing.money import lowest_whole_price, minor_units_per_unit, round_to_unit
from pricing.night import Night
from pricing.rules import Rules
from pricing.stay_rules import min_stays

# The number of coming nights that are compared with the market.
NIGHTS_COMPARED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The coming year of a listing. Prices are whole units of `currency`; shares are 0 to 1.

    year: the 365 nights from today on. filled_min_stays: the min stays of these nights with gap filling enabled.
    minor_units: minor units of one whole unit.
    vacant, gaps: of the first NIGHTS_COMPARED nights, whether a unit is vacant, and the length of the gap (0: no gap).
    booked: the booked share of these nights at the listing (None: none was for sale, or the occupancy is unknown).
    expected: what the nights of `year` are expected to sell; None where the requests or the occupancy are not known.
    market_booked: the booked share in the market. market_usual: the share that is usually booked in the market at these
    lead times.
    """

    currency: str
    rules: Rules
    base_price: int
    min_price: int | None
    year: Sequence[Night]
    filled_min_stays: Sequence[int]
    minor_units: int
    vacant: Sequence[bool]
    gaps: Sequence[int]
    expected: Expected | None
    booked: float | None
    market_booked: float
    market_usual: float
    occupancy_known: bool

    @property
    def compared(self) -> Sequence[Night]:
        """The first NIGHTS_COMPARED nights."""
        return self.year[:NIGHTS_COMPARED]

    def amount(self, whole_units: float) -> str:
        """An amount for people, such as "1,250 EUR"."""
        return f"{round_to_unit(whole_units):,} {self.currency}".strip()

    @property
    def min_stays(self) -> list[int]:
        """The min stays of the nights of `year`."""
        return [night.min_stay for night in self.year]

    def about(self, whole_units: float) -> str:
        """A positive amount that is only estimated: two digits, such as "about 1,200 EUR"."""
        return f"about {self.amount(float(f'{whole_units:.2g}'))}"


def outlook(
    listing: ListingFacts,
    market: MarketStatistics,
    reservations: Collection[BookedStay],
    rules: Rules,
    today: date,
    blocked: Collection[date] = (),
) -> Outlook:
    """The outlook of a listing from `today` on. The arguments are those of `price_calendar`; raises NoBasePrice."""
    dates = [today + timedelta(days=ahead) for ahead in range(365)]
    year = price_calendar(listing, market, reservations, rules, today, dates, blocked=blocked)
    whole_year, horizon = Horizon.of(dates, today), Horizon.of(dates[:NIGHTS_COMPARED], today)
    bookings = Bookings.around(whole_year, listing, reservations, blocked)
    filling = replace(rules.min_stays, gap_fill_min_stay=replace(rules.min_stays.gap_fill_min_stay, enabled=True))
    paces = [pace for pace in market.paces(horizon.ordinals) if pace is not None]
    coming = forecast(listing, market, reservations, today, dates, blocked)
    dynamic = rules.time_based_adjustments.dynamic_time_based_adjustments
    minor_units = minor_units_per_unit(listing.currency)
    min_price = rules.min_max_prices.min_price
    return Outlook(
        currency=listing.currency or "",
        rules=rules,
        base_price=year[0].factors[0].amount // minor_units,
        min_price=None if min_price is None else lowest_whole_price(min_price),
        year=year,
        filled_min_stays=min_stays(filling, listing, whole_year, bookings),
        minor_units=minor_units,
        vacant=bookings.vacant(horizon),
        gaps=bookings.gaps(horizon),
        expected=None if coming is None else Expected(year, coming, dynamic.tier if dynamic.enabled else None),
        booked=bookings.share(horizon),
        market_booked=fmean(pace.booked for pace in paces) if paces else 0.0,
        market_usual=fmean(pace.usual for pace in paces) if paces else 0.0,
        occupancy_known=listing.occupancy_known,
    )
