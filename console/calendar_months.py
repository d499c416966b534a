"""The calendar as months of weeks, ready to be drawn: what each night looks like, and how it is read aloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from statistics import fmean

from console.charts.price_scale import PriceScale
from console.factors_in_words import ExplainedFactor, explain
from console.money import amount, number
from listings.availability import BOOKED
from listings.calendar import CalendarNight
from pricing import minor_units_per_unit

LONGEST_PRICE = 5  # characters that fit into a cell in the usual size


@dataclass(frozen=True, slots=True)
class Cell:
    """One night. `step` is its step of the colour scale; `posted` is set where the channel has another price."""

    night: CalendarNight
    step: int
    price: str
    posted: str | None
    in_words: str
    facts: list[str]
    factors: list[ExplainedFactor]
    total: str
    is_today: bool

    @property
    def day(self) -> str:
        """The ISO date, which ids in the page contain."""
        return self.night.date.isoformat()

    @property
    def heading(self) -> str:
        return f"{self.night.date:%a} {self.night.date.day} {self.night.date:%B %Y}"

    @property
    def classes(self) -> str:
        long = " long" if len(self.price) > LONGEST_PRICE else ""
        return f"night p{self.step} {self.night.availability}{long}" + (" differs" if self.posted else "")


@dataclass(frozen=True, slots=True)
class Month:
    """A month or the part of it that is shown. Weeks have seven places from Monday on; None is a day outside."""

    first: date
    weeks: list[list[Cell | None]]
    summary: str

    @property
    def cells(self) -> list[Cell]:
        return [cell for week in self.weeks for cell in week if cell is not None]


def scale_of(nights: Sequence[CalendarNight], currency: str | None) -> PriceScale:
    units = minor_units_per_unit(currency)
    return PriceScale.of([night.price / units for night in nights])


def months_of(
    nights: Sequence[CalendarNight], scale: PriceScale, currency: str | None, today: date, *, units: int = 1
) -> list[Month]:
    """The months of nights in a row, which are in ascending order. `units` is the listing's number of rooms."""
    months = []
    for _, group in groupby(nights, key=lambda night: (night.date.year, night.date.month)):
        cells = [_cell(night, scale, currency, today) for night in group]
        months.append(Month(cells[0].night.date.replace(day=1), _weeks(cells), _summary(cells, currency, units)))
    return months


def differs(night: CalendarNight) -> bool:
    """Whether the channel has another price than ours. A night without a posted price does not differ."""
    return night.price_posted is not None and night.price_posted != night.price


def booked_word(units: int) -> str:
    """A night of several equal rooms counts as booked only when all of them are."""
    return "fully booked" if units > 1 else "booked"


def _weeks(cells: Sequence[Cell]) -> list[list[Cell | None]]:
    by_day = {cell.night.date: cell for cell in cells}
    monday = cells[0].night.date - timedelta(days=cells[0].night.date.weekday())
    last = cells[-1].night.date
    mondays = range(monday.toordinal(), last.toordinal() + 1, 7)
    return [[by_day.get(date.fromordinal(day)) for day in range(first, first + 7)] for first in mondays]


def _summary(cells: Sequence[Cell], currency: str | None, units: int) -> str:
    minor = minor_units_per_unit(currency)
    average = round(fmean(cell.night.price for cell in cells) / minor) * minor
    booked = sum(cell.night.availability == BOOKED for cell in cells)
    return f"{amount(average, currency)} on average, {booked} of {len(cells)} {booked_word(units)}"


def _cell(night: CalendarNight, scale: PriceScale, currency: str | None, today: date) -> Cell:
    posted = night.price_posted if differs(night) else None
    is_today = night.date == today
    day = f"{night.date:%A} {night.date.day} {night.date:%B %Y}" + (", today" if is_today else "")
    words = [day, amount(night.price, currency), night.availability]
    if posted is not None:
        words.append(f"the channel has {number(posted, currency)}")
    return Cell(
        night=night,
        step=scale.step_of(night.price / minor_units_per_unit(currency)),
        price=_short(night.price, currency),
        posted=None if posted is None else _short(posted, currency),
        in_words=", ".join(words),
        facts=_facts(night, currency),
        factors=[explain(factor, currency) for factor in night.factors],
        total=amount(night.price, currency),
        is_today=is_today,
    )


def _short(minor: int, currency: str | None) -> str:
    """The amount as it fits into a cell: from 100,000 on in thousands."""
    units = minor_units_per_unit(currency)
    return number(minor, currency) if minor < 100_000 * units else f"{round(minor / units / 1000):,}k"


def _facts(night: CalendarNight, currency: str | None) -> list[str]:
    facts = [night.availability.capitalize()]
    if night.price_posted is None:
        facts.append("no price posted")
    else:
        facts.append(f"posted {amount(night.price_posted, currency)}")
    highest = f" to {number(night.effective_max_price, currency)}" if night.effective_max_price is not None else ""
    facts.append(f"limits {number(night.effective_min_price, currency)}{highest or ' and more'}")
    longest = f"to {night.max_stay}" if night.max_stay is not None else "or more"
    facts.append(f"stays of {night.min_stay} {longest} nights")
    if not night.checkin_allowed:
        facts.append("no check-in")
    if not night.checkout_allowed:
        facts.append("no check-out")
    return facts
