"""One simulated world: a market and a seed. Its guests are the same for all policies (common random numbers)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from bench.prices.demand import Choice, Floats, Ints, booking_curve
from bench.prices.knowledge import AHEAD, HISTORY, YEAR, Calendar, Facts, MarketView, Stay
from bench.prices.markets import BY_NAME, Market, Months, Segment
from bench.prices.selling import Guests, sell_at_one_price

# What a listing of 0, 1, 2, 3 bedrooms is worth to guests, and how many of ten listings have that size.
WORTH_OF_SIZE = (0.8, 1.0, 1.3, 1.6)
SIZES = (0, 1, 1, 1, 1, 2, 2, 2, 3, 3)
NIGHTS = HISTORY + AHEAD
LONGEST_STAY = 7
LAST_MINUTE_DAYS, LAST_MINUTE = 7, 0.85
# What hosts ask in the market of choices, relative to the scale.
CHOICE_LEVEL = 0.8
# Listing-years of guests from which the hosts' level and the table of seasons are learned.
TRAINING_LISTINGS = 8
# Purposes of random streams, so that one does not shift another.
SHOCKS, HOSTS, COMPARABLES, MEASURED, TRAINING, TUNING = range(6)


@dataclass(frozen=True)
class Listing:
    """A measured listing. worth: what guests pay, relative to an average listing of one bedroom.

    asked, history: prices and stays of the two years before the measured one. guests: those of the measured year.
    """

    facts: Facts
    worth: float
    asked: Floats
    last_minute: float
    history: Sequence[Stay]
    guests: Guests


class World:
    """Nights are counted from the first night of the measured year; arrays over nights begin HISTORY before it."""

    def __init__(self, market: Market, seed: int, listings: int) -> None:
        self.market, self.seed = market, seed
        self._listings = listings
        self.dates = [market.opens + timedelta(days=night - HISTORY) for night in range(NIGHTS)]
        self._draw_demand()

    def random(self, *purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, list(BY_NAME).index(self.market.name), *purpose])

    def _draw_demand(self) -> None:
        demand = self.market.demand
        weekdays = np.array([day.weekday() for day in self.dates])
        season = by_day(self.dates, demand.prices)
        years = (np.arange(NIGHTS) - HISTORY) / 365.25
        self.usual_scale = season * np.array(demand.night_prices)[weekdays]
        volume = by_day(self.dates, demand.volume)
        event = np.ones(NIGHTS)
        for each in demand.events:
            covered = np.array([covers(day, each.month, each.day, each.nights) for day in self.dates])
            event = np.where(covered, event * each.price, event)
            volume = np.where(covered, volume * each.volume, volume)
        # Whole currency units that count as 1, for a listing of worth 1.
        self.scale: Floats = demand.scale * self.usual_scale * event * (1 + demand.growth) ** years
        volume = volume / volume.mean() * demand.requests / 365.25 * np.exp(self._shocks())
        # The expected number of requests per night of arrival, for each segment and unit.
        self.arrivals: list[Floats] = []
        for segment in demand.segments:
            weekly = np.array(segment.weekdays) / np.mean(segment.weekdays)
            self.arrivals.append(segment.share * volume * weekly[weekdays])
        self.curves = [booking_curve(segment.lead, segment.lead_shape) for segment in demand.segments]

    def _shocks(self) -> Floats:
        demand, random = self.market.demand, self.random(SHOCKS)
        weeks = NIGHTS // 7 + 2
        noise = random.standard_normal(weeks) * demand.shock
        shocks = np.empty(weeks)
        shocks[0] = noise[0]
        for week in range(1, weeks):
            shocks[week] = demand.persistence * shocks[week - 1] + np.sqrt(1 - demand.persistence**2) * noise[week]
        return shocks[np.arange(NIGHTS) // 7] - demand.shock**2 / 2

    @cached_property
    def level(self) -> float:
        """The static price that earns most in the training year, for a listing of worth 1."""
        return self._levels[0]

    @cached_property
    def _levels(self) -> tuple[float, float]:
        """The static price that earns most, and what hosts ask on average, for a listing of worth 1.

        Hosts also want to see their calendar filled: their level is the geometric mean of the price that earns most and
        the price that sells half of the nights.
        """
        market = self.market
        if market.demand.choice is not None:
            # What earns most depends on the competitors' prices, which depend on it.
            return CHOICE_LEVEL * market.demand.scale, CHOICE_LEVEL * market.demand.scale
        grid = market.demand.scale * np.geomspace(0.2, 4, 61)
        sales = sell_at_one_price(self.training, grid, market.units)
        most = float(grid[np.argmax(sales.revenue)])
        sold = sales.nights / (YEAR * market.units * TRAINING_LISTINGS)
        filled = float(grid[np.argmin(np.abs(sold - 0.5))])
        return most, (most * filled) ** 0.5

    @cached_property
    def training(self) -> list[Guests]:
        """Guests of listings of worth 1 in the year before the measured one, with nights from 0 to 364."""
        return [
            self._guests(self.random(TRAINING, number), -YEAR, 0, 1.0).shifted(YEAR)
            for number in range(TRAINING_LISTINGS)
        ]

    def tuning(self, count: int) -> list[Guests]:
        """Other guests of the measured year, for a listing of worth 1: for references that know the demand."""
        return [self._guests(self.random(TUNING, number), 0, YEAR, 1.0) for number in range(count)]

    @cached_property
    def view(self) -> MarketView:
        return MarketView(self.market.country, self.market.city, self.market.opens, self._calendars)

    @cached_property
    def listings(self) -> list[Listing]:
        found = []
        for number in range(self._listings):
            facts, worth, asked, last_minute = self._host(self.random(MEASURED, number), f"listing {number}")
            past = self._guests(self.random(MEASURED, number, 1), -HISTORY, 0, worth)
            history = self._stays(past, asked, last_minute)
            guests = self._guests(self.random(MEASURED, number, 2), 0, YEAR, worth)
            found.append(Listing(facts, worth, asked[:HISTORY], last_minute, history, guests))
        return found

    def _host(self, random: np.random.Generator, name: str) -> tuple[Facts, float, Floats, float]:
        hosts = self.market.hosts
        bedrooms = int(random.choice(SIZES))
        worth = WORTH_OF_SIZE[bedrooms] * float(np.exp(self.market.quality * random.standard_normal()))
        level = self._levels[1] * worth * hosts.bias * float(np.exp(hosts.error * random.standard_normal()))
        asked = np.round(level * self.usual_scale ** random.uniform(*hosts.season))
        last_minute = LAST_MINUTE if random.random() < hosts.last_minute else 1.0
        return Facts(name, bedrooms, self.market.units), worth, asked, last_minute

    @cached_property
    def _hosts(self) -> list[tuple[Facts, float, Floats, float]]:
        return [
            self._host(self.random(HOSTS, number), f"comparable {number}") for number in range(self.market.comparables)
        ]

    @cached_property
    def _calendars(self) -> list[Calendar]:
        if self.market.demand.choice is not None:
            return self._chosen[0]
        calendars = []
        for number, (facts, worth, asked, last_minute) in enumerate(self._hosts):
            guests = self._guests(self.random(COMPARABLES, number), -HISTORY, AHEAD - LONGEST_STAY, worth)
            calendars.append(Calendar(facts, asked, last_minute, self._stays(guests, asked, last_minute)))
        return calendars

    def _guests(self, random: np.random.Generator, first: int, last: int, worth: float) -> Guests:
        """The guests who ask for the listing, for arrivals and departures within the nights `first` to `last`.

        No guest asks before the day `first`. Their number, days, stays and limits do not depend on any price.
        """
        if self.market.demand.choice is not None:
            return self._choosing_guests(random, first, last, worth)
        parts = []
        for segment, expected, curve in zip(self.market.demand.segments, self.arrivals, self.curves, strict=True):
            day, arrival, nights = self._requests(
                random, segment, expected[first + HISTORY : last + HISTORY] * self.market.units, curve, first
            )
            scale = self._mean_scale(arrival, nights) * segment.level
            limit = segment.response.sample(random, len(day)) * scale * nights * worth
            parts.append((day, arrival, nights, limit))
        day, arrival, nights, limit = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return self._in_order(random, day, arrival, nights, limit, first, last)

    def _requests(
        self, random: np.random.Generator, segment: Segment, expected: Floats, curve: Floats, first: int
    ) -> tuple[Ints, Ints, Ints]:
        counts = random.poisson(expected)
        arrival = np.repeat(np.arange(len(expected)) + first, counts)
        lead = random.choice(len(curve), size=len(arrival), p=curve)
        lengths = np.array(segment.lengths)
        nights = 1 + random.choice(len(lengths), size=len(arrival), p=lengths / lengths.sum())
        return arrival - lead, arrival, nights

    def _mean_scale(self, arrival: Ints, nights: Ints) -> Floats:
        sums = np.concatenate([[0.0], np.cumsum(self.scale)])
        begins = arrival + HISTORY
        ends = np.minimum(begins + nights, NIGHTS)
        return np.asarray((sums[ends] - sums[begins]) / (ends - begins))

    def _in_order(
        self, random: np.random.Generator, day: Ints, arrival: Ints, nights: Ints, limit: Floats, first: int, last: int
    ) -> Guests:
        leaves = random.random(len(day)) < self.market.demand.cancelled
        cancelled = day + np.ceil(random.random(len(day)) * (arrival - day)).astype(np.int64)
        # A booking that is cancelled on its own day is no booking to anybody; it is cancelled the next day instead.
        cancels = np.where(leaves & (arrival > day), np.maximum(cancelled, day + 1), NIGHTS)
        kept = (day >= first) & (arrival + nights <= last) & (limit > 0)
        order = np.flatnonzero(kept)[np.lexsort((random.random(int(kept.sum())), day[kept]))]
        return Guests(day[order], arrival[order], nights[order], limit[order], cancels[order])

    def _stays(self, guests: Guests, asked: Floats, last_minute: float) -> list[Stay]:
        """The stays of a listing at its host's prices, in the order of booking."""
        free = [self.market.units] * NIGHTS
        stays = []
        returned: dict[int, list[tuple[int, int]]] = {}
        day_before = -HISTORY
        prices = asked.tolist()
        for day, arrival, nights, limit, cancels in guests:
            for passed in range(day_before + 1, day + 1):
                for begins, ends in returned.pop(passed, ()):
                    for night in range(begins, ends):
                        free[night] += 1
            day_before = max(day, day_before)
            begins, ends = arrival + HISTORY, arrival + HISTORY + nights
            total = sum(
                prices[night] * (last_minute if night - HISTORY - day < LAST_MINUTE_DAYS else 1.0)
                for night in range(begins, ends)
            )
            if total <= limit and min(free[begins:ends]) > 0:
                for night in range(begins, ends):
                    free[night] -= 1
                if cancels < NIGHTS:
                    returned.setdefault(cancels, []).append((begins, ends))
                stays.append(self.stay(day, arrival, nights, total, cancels))
        return stays

    def stay(self, day: int, arrival: int, nights: int, total: float, cancels: int) -> Stay:
        opens = self.market.opens
        return Stay(
            check_in=opens + timedelta(days=arrival),
            check_out=opens + timedelta(days=arrival + nights),
            booked_on=opens + timedelta(days=day),
            total=round(total, 2),
            cancelled_on=opens + timedelta(days=cancels) if cancels < NIGHTS else None,
        )

    # The market of choices: every guest sees all comparables, and each measured listing beside them.

    @property
    def requests_per_listing(self) -> int:
        """What the requests of the market of choices are multiplied by. Half of the guests or so stay away."""
        return self.market.comparables // 2

    @cached_property
    def _chosen(self) -> tuple[list[Calendar], Guests, Floats, Floats]:
        """The calendars; all guests; the utility of each guest's best other choice; the inclusive value of these."""
        demand, random = self.market.demand, self.random(COMPARABLES)
        choice = demand.choice or Choice()
        (segment,), (expected,), (curve,) = demand.segments, self.arrivals, self.curves
        all_requests = expected[: NIGHTS - LONGEST_STAY] * self.requests_per_listing
        day, arrival, nights = self._requests(random, segment, all_requests, curve, -HISTORY)
        guests = self._in_order(random, day, arrival, nights, np.ones(len(day)), -HISTORY - YEAR, AHEAD - LONGEST_STAY)
        worths = np.array([worth for _, worth, _, _ in self._hosts])
        asked = np.array([prices for _, _, prices, _ in self._hosts])
        discounts = np.array([last_minute for *_, last_minute in self._hosts])
        scales = self._mean_scale(guests.arrival, guests.nights)
        errors = random.gumbel(size=(len(scales), len(worths) + 1))
        free = np.ones((len(worths), NIGHTS), dtype=bool)
        sums = np.concatenate([np.zeros((len(worths), 1)), np.cumsum(asked, axis=1)], axis=1)
        best, inclusive = np.empty(len(scales)), np.empty(len(scales))
        stays: list[list[Stay]] = [[] for _ in worths]
        for number, (booked_on, arrives, length, _, cancels) in enumerate(guests):
            begins, ends = arrives + HISTORY, arrives + HISTORY + length
            totals = sums[:, ends] - sums[:, begins]
            if arrives - booked_on < LAST_MINUTE_DAYS:
                totals = totals * discounts
            utilities = (1 - totals / length / (worths * scales[number])) / choice.spread
            vacant = free[:, begins:ends].all(axis=1)
            inclusive[number] = np.log(np.exp(choice.outside) + np.exp(utilities[vacant]).sum())
            felt = np.where(vacant, utilities + errors[number, 1:], -np.inf)
            favourite = int(felt.argmax())
            away = choice.outside + errors[number, 0]
            best[number] = max(away, felt[favourite])
            if felt[favourite] > away:
                free[favourite, begins:ends] = False
                stays[favourite].append(self.stay(booked_on, arrives, length, totals[favourite], cancels))
        calendars = [
            Calendar(facts, prices, last_minute, booked)
            for (facts, _, prices, last_minute), booked in zip(self._hosts, stays, strict=True)
        ]
        return calendars, guests, best, inclusive

    def _choosing_guests(self, random: np.random.Generator, first: int, last: int, worth: float) -> Guests:
        choice = self.market.demand.choice or Choice()
        _, guests, best, _ = self._chosen
        errors = random.gumbel(size=len(best))
        scales = self._mean_scale(guests.arrival, guests.nights)
        limit = (1 + choice.spread * (errors - best)) * scales * guests.nights * worth
        kept = (guests.day >= first) & (guests.arrival >= first) & (guests.arrival + guests.nights <= last)
        kept &= limit > 0
        return Guests(guests.day[kept], guests.arrival[kept], guests.nights[kept], limit[kept], guests.cancels[kept])

    def inclusive_values(self) -> tuple[Guests, Floats]:
        """All guests of the market of choices, with the inclusive value of what else they can choose."""
        _, guests, _, inclusive = self._chosen
        return guests, inclusive


def by_day(dates: Sequence[date], months: Months) -> Floats:
    """Monthly figures at the middle of their months, interpolated for each date."""
    positions = np.array([day.month - 1 + (day.day - 0.5) / 30.44 - 0.5 for day in dates])
    return np.asarray(np.interp(positions, np.arange(-1, 13), [months[-1], *months, months[0]]))


def covers(day: date, month: int, first: int, nights: int) -> bool:
    """Whether the night belongs to an event of that many nights from a day of the year on."""
    return any(0 <= (day - date(year, month, first)).days < nights for year in (day.year - 1, day.year))
