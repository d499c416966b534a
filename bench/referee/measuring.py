"""Runs every policy in a sandbox of its own, with the same guests, and sums up what the guests paid by market."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import inf, nan
from statistics import fmean
from typing import Any

from bench.prices.measuring import GUESS, STATIC, TABLE, ratio_of_sums
from bench.referee.channel import Booking, Channel, Earned, earned
from bench.referee.guests import listing_of, worth_of
from bench.referee.plain import STATIC_LEVELS, Prices, SeasonTable, measure, owners_guess, static
from bench.referee.world import ROOT, Sandbox, morning, sandbox
from sandbox.world.listings import Listing

HOST = "the manager's own prices"
ENGINE = "the engine, automatic base price"
POLICIES = (HOST, STATIC, GUESS, TABLE, ENGINE)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Year:
    """What is measured: an account of the sandbox, from a day on."""

    seed: int
    client_id: int
    opening: date
    days: int
    static_levels: Sequence[float] = STATIC_LEVELS

    def earned(self, bookings: Sequence[Booking]) -> dict[int, Earned]:
        return earned(bookings, morning(self.opening), self.opening, self.days)


@dataclass
class Market:
    """A city. Lists are parallel over listings and seeds: revenue by policy in whole units, sold nights of all nights,
    and the automatic base price of the first and of the last day divided by the best static price.
    """

    city: str
    revenue: dict[str, list[float]] = field(default_factory=dict)
    sold: dict[str, list[float]] = field(default_factory=dict)
    first_base: list[float] = field(default_factory=list)
    last_base: list[float] = field(default_factory=list)

    def add(self, policy: str, found: Earned, unit_nights: int) -> None:
        self.revenue.setdefault(policy, []).append(found.revenue)
        self.sold.setdefault(policy, []).append(found.nights / unit_nights)


def measure_all(years: Sequence[Year], *, say: Say) -> dict[str, Any]:
    """The figures as plain numbers. `rows` has one for each market; each ratio is a pair of the value and half of its
    95 % interval. `jobs` counts what the server did in the last weeks, by kind.
    """
    markets: dict[str, Market] = {}
    jobs: dict[str, int] = {}
    levels: dict[str, float] = {}
    for year in years:
        listings = _listings(year)
        by_policy = plain(year, listings, say=say)
        run = run_engine(year)
        say(f"seed {year.seed}: {ENGINE}")
        by_policy[ENGINE] = year.earned(run["bookings"])
        for kind, number in run["jobs"].items():
            jobs[kind] = jobs.get(kind, 0) + number
        for city in sorted({listing.market_city for listing in listings}):
            here = [listing for listing in listings if listing.market_city == city]
            market = markets.setdefault(city, Market(city))
            level = best_level(year.static_levels, by_policy, here)
            levels[f"{city}, seed {year.seed}"] = level
            _add(market, year, here, by_policy, level, run["bases"])
    return {"rows": [row_of(market) for market in markets.values()], "jobs": jobs, "static_levels": levels}


def _listings(year: Year) -> list[Listing]:
    with sandbox(year.seed) as world:
        world.stop_clock_at(morning(year.opening))
        with Channel(world.url, year.client_id) as channel:
            return [listing_of(listing, year.seed) for listing in channel.listings()]


def plain(year: Year, listings: Sequence[Listing], *, say: Say) -> dict[str, dict[int, Earned]]:
    """What each policy without an engine earned, by listing. Static prices are named by `static_name`."""

    def run(name: str, prices: Prices, *, last_minute: bool = False) -> dict[int, Earned]:
        found = measure(year.seed, year.client_id, year.opening, year.days, prices, last_minute=last_minute)
        say(f"seed {year.seed}: {name}")
        return year.earned(found)

    tables = {
        city: SeasonTable(city, [each for each in listings if each.market_city == city], year.opening, seed=year.seed)
        for city in sorted({listing.market_city for listing in listings})
    }
    found = {
        HOST: run(HOST, None),
        GUESS: run(GUESS, owners_guess, last_minute=True),
        TABLE: run(TABLE, lambda listing, first, nights: tables[listing.market_city].prices(listing, first, nights)),
    }
    return found | {static_name(level): run(static_name(level), static(level)) for level in year.static_levels}


def static_name(level: float) -> str:
    return f"static {level}"


def best_level(
    levels: Sequence[float], by_policy: Mapping[str, Mapping[int, Earned]], listings: Sequence[Listing]
) -> float:
    """The multiple of fair prices that earned most in a market, known in hindsight."""
    return max(levels, key=lambda level: _sum(by_policy[static_name(level)], listings))


def _sum(found: Mapping[int, Earned], listings: Sequence[Listing]) -> float:
    return sum(found.get(listing.id, Earned()).revenue for listing in listings)


def _add(
    market: Market,
    year: Year,
    listings: Sequence[Listing],
    by_policy: Mapping[str, Mapping[int, Earned]],
    level: float,
    bases: Mapping[str, Sequence[int]],
) -> None:
    for listing in listings:
        for policy in POLICIES:
            found = by_policy[static_name(level) if policy == STATIC else policy]
            market.add(policy, found.get(listing.id, Earned()), year.days * listing.units)
        own, best = bases[str(listing.id)], level * worth_of(listing)
        market.first_base.append(own[0] / best)
        market.last_base.append(own[-1] / best)


def run_engine(year: Year) -> dict[str, Any]:
    """Let the server price the account: its `bases` and `jobs` (bench/referee/engine.py), and the channel's `bookings`.

    Raises CalledProcessError if the server fails.
    """
    with tempfile.TemporaryDirectory(prefix="referee-") as folder, sandbox(year.seed, folder) as world:
        found = price(world, folder, year.client_id, year.opening, year.days)
        world.stop_clock_at(morning(year.opening + timedelta(days=year.days)))
        with Channel(world.url, year.client_id) as channel:
            return found | {"bookings": channel.bookings()}


def price(world: Sandbox, folder: str, client_id: int, opening: date, days: int) -> dict[str, Any]:
    """Run the server in a process of its own, on a database in the folder, whose clock is that of the sandbox."""
    settings = {
        "PROFILE": "development",
        "DJANGO_SETTINGS_MODULE": "partners.settings",
        "DATA_DIR": folder,
        "DATABASE_URL": "",
        "SANDBOX_URL": world.url,
        "MARKET_FEED_URL": "",
        "CHANNEL_LIMITS": "off",
    }
    command = [sys.executable, "-m", "bench.referee.engine", world.url, str(client_id), f"{opening}", str(days)]
    with open(os.path.join(folder, "server.log"), "wb") as log:
        finished = subprocess.run(  # noqa: S603
            command, env=os.environ | settings, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, check=False
        )
    if finished.returncode:
        with open(os.path.join(folder, "server.log")) as log_text:
            print("".join(log_text.readlines()[-30:]), file=sys.stderr)
        finished.check_returncode()
    found: dict[str, Any] = json.loads(finished.stdout)
    return found


def row_of(market: Market) -> dict[str, Any]:
    def ratios(to: str) -> dict[str, tuple[float, float]]:
        other = market.revenue[to]
        none = (nan, inf)  # a short run may have no booking at all
        return {policy: ratio_of_sums(market.revenue[policy], other) if sum(other) else none for policy in POLICIES}

    return {
        "market": market.city,
        "listings": len(market.revenue[HOST]),
        "to_table": ratios(TABLE),
        "to_host": ratios(HOST),
        "sold": {policy: fmean(market.sold[policy]) for policy in POLICIES},
        "first_base": fmean(market.first_base),
        "last_base": fmean(market.last_base),
    }
