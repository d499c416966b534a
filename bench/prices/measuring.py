"""Runs policies in worlds and sums up what they earn, relative to the reference."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import fmean
from typing import Any

import numpy as np

from bench.prices.demand import Floats
from bench.prices.engine import Engine
from bench.prices.knowledge import YEAR
from bench.prices.markets import Market
from bench.prices.policies import Fixed, NewPolicy, best_price, owners_guess, run, season_table
from bench.prices.reference import TUNING_LISTINGS, Reference, reference
from bench.prices.selling import Sales, sell
from bench.prices.world import Listing, World

STATIC, GUESS, TABLE, AUTOMATIC, BEST_BASE, REFERENCE = (
    "one static price, best in hindsight",
    "owner's guess with a last-minute discount",
    "season and weekend table of eight numbers",
    "the engine, automatic base price",
    "the engine, best base price",
    "dynamic program that knows the demand",
)
HALF_A_YEAR = 182


@dataclass
class Measured:
    """What one market's listing-years earned, in parallel lists over seeds and listings.

    revenue, occupancy: per policy; whole units, and the sold share of the unit-nights. first_day, half_year: automatic
    base price relative to the best level. bounds: upper bound relative to the expected revenue of the reference, by
    seed.
    """

    market: Market
    revenue: dict[str, list[float]] = field(default_factory=dict)
    occupancy: dict[str, list[float]] = field(default_factory=dict)
    first_day: list[float] = field(default_factory=list)
    half_year: list[float] = field(default_factory=list)
    best_level: float | None = None
    bounds: list[float] = field(default_factory=list)

    def add(self, policy: str, sales: Sales) -> None:
        nights = YEAR * self.market.units
        self.revenue.setdefault(policy, []).append(float(sales.revenue[0]))
        self.occupancy.setdefault(policy, []).append(float(sales.nights[0]) / nights)

    def ratio(self, policy: str, to: str = REFERENCE) -> tuple[float, float]:
        """Revenue of one policy over that of another, with half the width of the 95 % interval (`ratio_of_sums`)."""
        return ratio_of_sums(self.revenue[policy], self.revenue[to])


def ratio_of_sums(earned: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """The ratio of two sums over paired listing-years, with half the width of its 95 % interval.

    Cochran (1977), Sampling Techniques, chapter 6: the residuals earned - ratio x other are treated as independent.
    """
    ratio, count = sum(earned) / sum(other), len(earned)
    if count < 2:
        return ratio, float("inf")
    squares = sum((one - ratio * two) ** 2 for one, two in zip(earned, other, strict=True))
    return ratio, quantile(count - 1) * sqrt(squares / (count - 1) / count) / fmean(other)


def quantile(freedom: int) -> float:
    """The 97.5 % quantile of Student's t; the first terms of the expansion in Abramowitz & Stegun, formula 26.7.5."""
    z = 1.959964
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return float(z + first / freedom + second / freedom**2 + third / freedom**3)


def measure_market(
    market: Market,
    seeds: Sequence[int],
    listings: int,
    policies: Mapping[str, NewPolicy] | None = None,
    *,
    say: Callable[[str], None] = lambda _: None,
) -> Measured:
    """Measure the policies and the benchmarks that they are compared with. Without `policies`, all of the table."""
    measured = Measured(market)
    worlds = [World(market, seed, listings) for seed in seeds]
    automatic: list[tuple[World, Listing, Engine]] = []
    for world in worlds:
        known, table = reference(world), season_table(world)
        if known.bound is not None:
            measured.bounds.append(known.bound / expected(known, world))
        for listing in world.listings:
            measured.add(REFERENCE, sell(listing.guests, known.prices(listing.worth), units=market.units))
            measured.add(GUESS, run(owners_guess(listing), world, listing))
            measured.add(TABLE, run(Fixed(np.round(table * listing.worth)), world, listing))
            for name, new_policy in (policies or {}).items():
                measured.add(name, run(new_policy(), world, listing))
            if policies is None:
                engine = Engine()
                measured.add(AUTOMATIC, run(engine, world, listing))
                automatic.append((world, listing, engine))
        say(f"{market.name}, seed {world.seed}")
    for sales in best_price([(world, listing) for world in worlds for listing in world.listings]):
        measured.add(STATIC, sales)
    if automatic:
        _measure_best_base(measured, automatic)
    return measured


def expected(known: Reference, world: World) -> float:
    """What the reference earns with a listing of worth 1, from guests that nobody else meets."""
    years = world.tuning(TUNING_LISTINGS + 24)[TUNING_LISTINGS:]
    return fmean(float(sell(guests, known.prices(1.0), units=world.market.units).revenue[0]) for guests in years)


def _measure_best_base(measured: Measured, automatic: Sequence[tuple[World, Listing, Engine]]) -> None:
    """Find the base price, the same multiple of each listing's worth, with which the engine earns most.

    First all levels are tried with the ratios that the engine had with the automatic base price; the best one is then
    priced by the engine itself. If the engine's own ratios lead to another level, that is priced as well.
    """
    engines, best, tried = list(automatic), -1.0, set()
    for _ in range(2):
        level = _best_level(engines, measured.market)
        if level in tried:
            break
        tried.add(level)
        found, sold = [], []
        for world, listing, _ in engines:
            engine = Engine(max(round(level * listing.worth), 1))
            sold.append(run(engine, world, listing))
            found.append((world, listing, engine))
        if (earned := sum(float(sales.revenue[0]) for sales in sold)) > best:
            best, measured.best_level = earned, level
            measured.revenue[BEST_BASE], measured.occupancy[BEST_BASE] = [], []
            for sales in sold:
                measured.add(BEST_BASE, sales)
        engines = found
    for _, listing, engine in automatic:
        best_price_of_listing = (measured.best_level or 1) * listing.worth
        measured.first_day.append(engine.bases[0] / best_price_of_listing)
        measured.half_year.append(engine.bases[HALF_A_YEAR] / best_price_of_listing)


LEVELS = np.geomspace(0.3, 4, 54)


def _best_level(engines: Sequence[tuple[World, Listing, Engine]], market: Market) -> float:
    levels = market.demand.scale * LEVELS
    revenue: Floats = np.zeros(len(levels))
    for _, listing, engine in engines:
        ratios = engine.ratios

        def prices(today: int, _: Sales, ratios: Sequence[Floats] = ratios, worth: float = listing.worth) -> Floats:
            return np.asarray(np.round(levels[:, None] * worth * ratios[today]))

        revenue += sell(listing.guests, prices, candidates=len(levels), units=market.units).revenue
    return float(levels[int(np.argmax(revenue))])


def row_of(measured: Measured) -> dict[str, Any]:
    """The figures of a market as plain numbers; each ratio is a pair of the value and half of its 95 % interval."""
    last = (AUTOMATIC, BEST_BASE, REFERENCE)
    others = [name for name in measured.revenue if name not in (STATIC, *last)]
    names = [STATIC, *others, *(name for name in last if name in measured.revenue)]
    row: dict[str, Any] = {
        "market": measured.market.name,
        "use": measured.market.use,
        "listing_years": len(measured.revenue[REFERENCE]),
        "to_reference": {name: measured.ratio(name) for name in names},
        "to_table": {name: measured.ratio(name, TABLE) for name in names},
        "to_static": {name: measured.ratio(name, STATIC) for name in names},
        "occupancy": {name: fmean(measured.occupancy[name]) for name in names},
        "bound": fmean(measured.bounds) if measured.bounds else None,
    }
    if measured.first_day:
        row |= {"first_day": fmean(measured.first_day), "half_year": fmean(measured.half_year)}
    return row
