"""The policies that are compared. Each prices one listing for a year."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from bench.prices.demand import Floats, Ints
from bench.prices.knowledge import HISTORY, YEAR, Knowledge, as_seen
from bench.prices.selling import Sales, sell, sell_at_one_price
from bench.prices.world import Listing, World

STATIC_LEVELS = np.geomspace(0.3, 4, 60)


class Policy(Protocol):
    """What prices a listing. A policy may remember days that it has priced; it sees them in order."""

    def prices(self, day: int, knowledge: Knowledge) -> Floats:
        """The prices per night, whole units, of the 365 nights of the measured year.

        `day` counts from the first night on, so the nights before `day` are past and their prices do not matter. Called
        once at the beginning of each day.
        """
        ...


# Policies that only read `Knowledge`, such as engines, are made from nothing.
NewPolicy = Callable[[], Policy]


class Fixed:
    """Prices that do not depend on the day, with a factor for the nights that are less than `days` days away."""

    def __init__(self, asked: Floats, days: int = 0, factor: float = 1.0) -> None:
        self._asked, self._days, self._factor = asked, days, factor

    def prices(self, day: int, knowledge: Knowledge) -> Floats:
        asked = self._asked.copy()
        asked[day : day + self._days] *= self._factor
        return asked


def run(policy: Policy, world: World, listing: Listing) -> Sales:
    """Sell the listing's year at the policy's prices."""
    opens, view = world.market.opens, world.view
    stays = list(listing.history)

    def prices(today: int, sales: Sales) -> Floats:
        from_here = sales.bookings[len(stays) - len(listing.history) :]
        stays.extend(world.stay(*booking) for booking in from_here)
        now = world.dates[HISTORY + today]
        seen = [as_seen(stay, now) for stay in stays]
        known = Knowledge(now, opens, listing.facts, listing.asked, seen, view)
        return np.asarray(policy.prices(today, known), dtype=np.float64)[None, :]

    return sell(listing.guests, prices, units=world.market.units)


def best_price(listings: Sequence[tuple[World, Listing]]) -> list[Sales]:
    """The sales of each listing at the one price, the same multiple of each listing's worth, that earns most of all.

    The multiple is known only in hindsight. A price of its own for each listing would mostly follow its luck.
    """
    sold, revenue = [], np.zeros(len(STATIC_LEVELS))
    for world, listing in listings:
        levels = world.market.demand.scale * listing.worth * STATIC_LEVELS
        sales = sell_at_one_price([listing.guests], levels, world.market.units)
        sold.append(sales)
        revenue += sales.revenue
    best = [int(np.argmax(revenue))]
    return [Sales(sales.free, sales.revenue[best], sales.nights[best]) for sales in sold]


LAST_MINUTE_DAYS, LAST_MINUTE = 7, 0.8


def owners_guess(listing: Listing) -> Policy:
    """The mean of what the owner asked in the last year, with a fifth off in the last week."""
    price = float(np.mean(listing.asked[-YEAR:]))
    return Fixed(np.full(YEAR, float(round(price))), LAST_MINUTE_DAYS, LAST_MINUTE)


SEASONS, LEVELS, ROUNDS = 4, np.geomspace(0.5, 2, 15), 3


def season_table(world: World) -> Floats:
    """The prices of a listing of worth 1 by a table of eight numbers: season, four groups of three months, by weekend.

    The months are ranked by what the comparables took in the year before. The numbers are those that earn most from the
    guests of that year, of several listings: more than an owner can know, so the table is a strong one.
    """
    cells = _cells(world)
    table = np.full(2 * SEASONS, world.level)
    steps = (LEVELS, LEVELS**0.5, LEVELS**0.25)
    for levels in steps[:ROUNDS]:
        for cell in range(2 * SEASONS):
            tables = np.repeat(table[None, :], len(levels), axis=0)
            tables[:, cell] *= levels
            table = tables[_best_table(tables, cells, world)]
    return np.asarray(table[cells[1]])


def _best_table(tables: Floats, cells: tuple[Ints, Ints], world: World) -> int:
    asked = tables[:, cells[0]]
    revenue = sum(
        sell(guests, lambda *_: asked, candidates=len(tables), units=world.market.units).revenue
        for guests in world.training
    )
    return int(np.argmax(revenue))


def _cells(world: World) -> tuple[Ints, Ints]:
    """The cell of the table of each night of the training year and of the measured year."""
    taken = np.zeros(13)
    for _, stays in world.view.comparables(world.market.opens):
        for stay in stays:
            if stay.cancelled_on is None and (world.market.opens - stay.check_in).days <= YEAR:
                taken[stay.check_in.month] += stay.total
    season = np.zeros(13, dtype=np.int64)
    season[1:][np.argsort(taken[1:])] = np.arange(12) // (12 // SEASONS)
    nights = world.dates[HISTORY - YEAR : HISTORY + YEAR]
    cells = np.array([2 * season[night.month] + (night.weekday() in (4, 5)) for night in nights])
    return cells[:YEAR], cells[YEAR:]
