"""Policies that a spreadsheet can follow: their prices do not depend on bookings."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np

from bench.prices.demand import Floats, Ints
from bench.prices.knowledge import YEAR
from bench.prices.policies import LAST_MINUTE, LAST_MINUTE_DAYS, LEVELS, ROUNDS, SEASONS
from bench.referee.channel import Booking, Channel
from bench.referee.guests import ListingYear, comparables, listing_of, worth_of, year_of
from bench.referee.world import days_from, morning, sandbox
from sandbox.markets import MARKETS
from sandbox.world.listings import Listing
from sandbox.world.market_days import MarketDays
from sandbox.world.nights import default_price

# The prices of a listing, in whole units, of a number of nights from a day on. None: the manager's own.
Prices = Callable[[Listing, date, int], Sequence[float]] | None

BEYOND = 31  # nights after the measured year that are priced too, for stays that go on
TRAINING_LISTINGS = 24
STATIC_LEVELS = tuple(round(float(level), 3) for level in np.geomspace(0.6, 1.9, 14))


def measure(
    seed: int, client_id: int, opening: date, days: int, prices: Prices, *, last_minute: bool = False
) -> list[Booking]:
    """Write the prices on the first day, let the days pass, and return the bookings that stand then.

    With `last_minute`, the nights of the coming week have a discount, which is written every morning.
    """
    with sandbox(seed) as world:
        world.stop_clock_at(morning(opening))
        with Channel(world.url, client_id) as channel:
            if prices is not None:
                asked = {
                    listing: prices(listing_of(listing, seed), opening, days + BEYOND) for listing in channel.listings()
                }
                for listing, nights in asked.items():
                    channel.write(listing, opening, nights)
                if last_minute:
                    for number, day in enumerate(days_from(opening, days)):
                        world.stop_clock_at(morning(day))
                        first = number if number == 0 else number + LAST_MINUTE_DAYS - 1
                        for listing, nights in asked.items():
                            reduced = [LAST_MINUTE * price for price in nights[first : number + LAST_MINUTE_DAYS]]
                            channel.write(listing, opening + timedelta(days=first), reduced)
            world.stop_clock_at(morning(opening + timedelta(days=days)))
            return channel.bookings()


def owners_guess(listing: Listing, opening: date, nights: int) -> Sequence[float]:
    """The mean of what the manager asked in the year before."""
    first = opening.toordinal()
    price = round(float(np.mean([default_price(listing, night) for night in range(first - YEAR, first)])))
    return [float(price)] * nights


def static(level: float) -> Prices:
    """One price, a multiple of the listing's fair price."""
    return lambda listing, opening, nights: [float(round(level * worth_of(listing)))] * nights


class SeasonTable:
    """Eight prices of a listing of worth 1: four groups of three months, by weekend.

    They are those that earn most from the guests of the year before the opening, of several listings of the city:
    those of the account, and of other hosts. Months are ranked by what these listings took at their own prices.
    """

    def __init__(self, city: str, own: Sequence[Listing], opening: date, *, seed: int) -> None:
        days, before = MarketDays(MARKETS[city], seed=seed), opening - timedelta(days=YEAR)
        listings = [*own, *comparables(city, seed)][:TRAINING_LISTINGS]
        years = [year_of(listing, days, before, seed=seed) for listing in listings]
        self._season = _ranked_months(years, before)
        self.table = self._tuned(years, self._cells(before, YEAR))

    def prices(self, listing: Listing, opening: date, nights: int) -> Sequence[float]:
        return [float(price) for price in np.round(self.table[self._cells(opening, nights)] * worth_of(listing))]

    def _cells(self, first: date, nights: int) -> Ints:
        dates = days_from(first, nights)
        return np.array([2 * self._season[night.month] + (night.weekday() in (4, 5)) for night in dates])

    @staticmethod
    def _tuned(years: Sequence[ListingYear], cells: Ints) -> Floats:
        """Coordinate ascent from the fair price, as for the table of the first referee."""
        table = np.ones(2 * SEASONS)
        for levels in (LEVELS, LEVELS**0.5, LEVELS**0.25)[:ROUNDS]:
            for cell in range(2 * SEASONS):
                tables = np.repeat(table[None, :], len(levels), axis=0)
                tables[:, cell] *= levels
                asked = tables[:, cells]
                revenue = sum(year.sell(asked * year.worth).revenue / year.worth for year in years)
                table = tables[int(np.argmax(revenue))]
        return table


def _ranked_months(years: Sequence[ListingYear], opens: date) -> Ints:
    """For each month, from 1 to 12, the number of its group: 0 for the three in which least was taken."""
    taken = np.zeros(13)
    for year in years:
        for _, arrival, _, total, cancels in year.sell(year.asked()[None, :]).bookings:
            if cancels > YEAR:
                taken[(opens + timedelta(days=arrival)).month] += total / year.worth
    season = np.zeros(13, dtype=np.int64)
    season[1:][np.argsort(taken[1:])] = np.arange(12) // (12 // SEASONS)
    return season
