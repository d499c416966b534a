"""The engine of `pricing/` as a policy, through its public functions."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np

import pricing
from bench.prices.demand import Floats
from bench.prices.knowledge import CURRENCY, YEAR, Facts, Knowledge, MarketView, Stay
from pricing.base_price import step_towards

# Days between estimates of a market and of base prices, which take longer than prices. The server makes them daily.
DAYS_BETWEEN_ESTIMATES = 7

_estimates: WeakKeyDictionary[MarketView, dict[date, pricing.MarketStatistics]] = WeakKeyDictionary()


class Engine:
    """Prices every day as the server does: the stored base price, or the automatic one, then the calendar.

    base_price: whole units; None: the automatic one. bases: the base price of each day so far. ratios: per day, the
    prices of all nights as multiples of it.
    """

    def __init__(
        self,
        base_price: int | None = None,
        rules: pricing.Rules | None = None,
        *,
        refresh: int = DAYS_BETWEEN_ESTIMATES,
    ) -> None:
        self._base_price, self._rules, self._refresh = base_price, rules or pricing.Rules(), refresh
        self._stored: int | None = None
        self.bases: list[int] = []
        self.ratios: list[Floats] = []

    def prices(self, day: int, knowledge: Knowledge) -> Floats:
        market = estimate(knowledge, day - day % self._refresh)
        stays = [booked(stay) for stay in knowledge.stays]
        facts = facts_of(knowledge.facts)
        if day % self._refresh == 0:
            best = self._base_price or pricing.automatic_base_price(facts, stays, market)
            self._stored = step_towards(best, self._stored, self._refresh) if best and self._stored else best
        base = self._stored
        if not base:
            raise pricing.NoBasePrice("Neither the listing nor its market gives a base price.")
        calendar = pricing.price_calendar(
            facts_of(knowledge.facts, base), market, stays, self._rules, knowledge.today, knowledge.nights[day:]
        )
        prices = np.zeros(YEAR)
        prices[day:] = [night.price / pricing.minor_units_per_unit(CURRENCY) for night in calendar]
        self.bases.append(base)
        self.ratios.append(prices / base)
        return prices


def estimate(knowledge: Knowledge, day: int) -> pricing.MarketStatistics:
    """The market as of a day of the measured year, without the listing's own bookings; all listings share it."""
    view, today = knowledge.market, knowledge.opens + timedelta(days=day)
    of_view = _estimates.setdefault(view, {})
    if today not in of_view:
        of_view[today] = pricing.estimate_market(
            listings_of(view.comparables(today)),
            today=today,
            country=view.country,
            city=view.city,
            currency=CURRENCY,
        )
    return of_view[today]


def listings_of(
    comparables: Sequence[tuple[Facts, Sequence[Stay]]],
) -> list[tuple[pricing.ListingFacts, list[pricing.BookedStay]]]:
    return [(facts_of(facts), [booked(stay) for stay in stays]) for facts, stays in comparables]


def facts_of(facts: Facts, base_price: int | None = None) -> pricing.ListingFacts:
    return pricing.ListingFacts(currency=CURRENCY, bedrooms=facts.bedrooms, units=facts.units, base_price=base_price)


@lru_cache(maxsize=2**16)
def booked(stay: Stay) -> pricing.BookedStay:
    return pricing.BookedStay(
        check_in=stay.check_in,
        check_out=stay.check_out,
        booked_on=stay.booked_on,
        cancelled_on=stay.cancelled_on,
        total=round(stay.total * pricing.minor_units_per_unit(CURRENCY)),
    )
