"""The customizations of a listing as sentences."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from console.money import whole_amount
from pricing import WEEKDAYS, Money, Rules
from pricing.rules import (
    CheckinCheckoutDays,
    DayOfWeekMinPrice,
    DayOfWeekMinStay,
    GapFillMinStay,
    MaxStays,
    MinMaxPrices,
    MinStays,
    Season,
    TimeBasedAdjustment,
    TimeBasedAdjustments,
    TimeBasedMinStay,
)

WEEKDAY_NAMES = {number: name.capitalize() for name, number in WEEKDAYS.items()}


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """One customization: its name and what it says, most general first."""

    title: str
    sentences: list[str]


def rules_in_words(rules: Rules, currency: str | None) -> list[RuleGroup]:
    """The customizations that say something. The base price and fees of guests are columns of the listing."""
    groups = [
        RuleGroup("Minimum and maximum prices", list(_prices(rules.min_max_prices, currency))),
        RuleGroup("Minimum stays", list(_min_stays(rules.min_stays))),
        RuleGroup("Maximum stays", list(_max_stays(rules.max_stays))),
        RuleGroup("Check-in and check-out days", list(_days(rules.checkin_checkout_days))),
        RuleGroup("Adjustments by lead time", list(_adjustments(rules.time_based_adjustments))),
    ]
    return [group for group in groups if group.sentences]


def season_in_words(season: Season) -> str:
    """`1 June 2027 to 31 August 2027`, and whether it comes again."""
    start, end = season.start_date, season.end_date
    words = f"{start.day} {start:%B %Y} to {end.day} {end:%B %Y}"
    return f"{words}, every year" if season.rollover else words


def _prices(rules: MinMaxPrices, currency: str | None) -> Iterator[str]:
    if limits := _between(rules.min_price, rules.max_price, currency):
        yield f"A night costs {limits}."
    if rules.monthly_min_price is not None:
        yield f"30 nights cost {_between(rules.monthly_min_price, None, currency)} for stays by the month."
    if weekdays := _weekday_prices(rules.day_of_week_min_prices, currency):
        yield f"By weekday: {weekdays}."
    for prices in rules.seasonal_prices:
        if limits := _between(prices.min_price, prices.max_price, currency):
            yield f"{season_in_words(prices)}: a night costs {limits}."
    for seasonal in rules.seasonal_day_of_week_min_prices:
        if weekdays := _weekday_prices(seasonal.min_prices, currency):
            yield f"{season_in_words(seasonal)}: {weekdays}."
    for monthly in rules.seasonal_monthly_prices:
        if limits := _between(monthly.monthly_min_price, monthly.monthly_max_price, currency):
            yield f"{season_in_words(monthly)}: 30 nights cost {limits} for stays by the month."


def _between(lowest: Money | None, highest: Money | None, currency: str | None) -> str:
    words = []
    if lowest is not None:
        words.append(f"at least {whole_amount(float(lowest), currency)}")
    if highest is not None:
        words.append(f"at most {whole_amount(float(highest), currency)}")
    return " and ".join(words)


def _weekday_prices(prices: Iterable[DayOfWeekMinPrice], currency: str | None) -> str:
    return ", ".join(
        f"{WEEKDAY_NAMES[each.weekday]} {_between(each.min_price, None, currency)}"
        for each in prices
        if each.min_price is not None
    )


def _min_stays(rules: MinStays) -> Iterator[str]:
    if rules.min_stay is not None:
        yield f"A stay has at least {_nights(rules.min_stay)}."
    if rules.gap_fill_min_stay.enabled:
        yield _gap(rules.gap_fill_min_stay)
    yield from (_lead_time_stay(each) for each in rules.last_minute_min_stays)
    if weekdays := _weekday_stays(rules.day_of_week_min_stays):
        yield f"By weekday: {weekdays}."
    for stay in rules.seasonal_min_stays:
        locked = "; neither lead times nor gaps change it" if stay.min_stay_locked else ""
        yield f"{season_in_words(stay)}: at least {_nights(stay.min_stay)}{locked}."
    for weekday in rules.seasonal_day_of_week_min_stays:
        if weekdays := _weekday_stays(weekday.min_stays):
            yield f"{season_in_words(weekday)}: {weekdays}."
    for gap in rules.seasonal_gap_fill_min_stays:
        filled = _gap(gap.gap_fill_min_stay) if gap.gap_fill_min_stay.enabled else "Gaps are not filled."
        yield f"{season_in_words(gap)}: {filled}"
    for timed in rules.seasonal_time_based_min_stays:
        if timed.exclude:
            yield f"{season_in_words(timed)}: lead times do not change the minimum stay."
        else:
            yield from (f"{season_in_words(timed)}: {_lead_time_stay(each)}" for each in timed.time_based_min_stays)


def _gap(rule: GapFillMinStay) -> str:
    longest = f"of at most {_nights(rule.gaps)}" if rule.gaps is not None else "of any length"
    rest = f"; {_nights(rule.buffer)} may stay empty" if rule.buffer else ""
    return f"Gaps {longest} between two stays can be booked{rest}."


def _weekday_stays(stays: Iterable[DayOfWeekMinStay]) -> str:
    return ", ".join(
        f"{WEEKDAY_NAMES[each.weekday]} {_nights(each.min_stay)}" for each in stays if each.min_stay is not None
    )


def _lead_time_stay(rule: TimeBasedMinStay) -> str:
    return f"At least {_nights(rule.min_stay)} for nights {_away(rule.direction, rule.days_away)}."


def _max_stays(rules: MaxStays) -> Iterator[str]:
    if rules.max_stay is not None:
        yield f"A stay has at most {_nights(rules.max_stay)}."
    for stay in rules.seasonal_max_stays:
        yield f"{season_in_words(stay)}: at most {_nights(stay.max_stay)}."


def _days(rules: CheckinCheckoutDays) -> Iterator[str]:
    yield from _allowed(rules.checkin_days, rules.checkout_days)
    for season in rules.seasonal_checkin_checkout_days:
        for sentence in _allowed(season.checkin_days, season.checkout_days):
            yield f"{season_in_words(season)}: {sentence}"


def _allowed(checkin: Iterable[int], checkout: Iterable[int]) -> Iterator[str]:
    for what, days in (("begin", checkin), ("end", checkout)):
        if names := ", ".join(WEEKDAY_NAMES[day] for day in sorted(days)):
            yield f"A stay may {what} on {names}."


def _adjustments(rules: TimeBasedAdjustments) -> Iterator[str]:
    dynamic = rules.dynamic_time_based_adjustments
    if dynamic.enabled:
        yield f"Computed adjustments that aim for {_TIERS[dynamic.tier]}; they replace the fixed ones."
    for rule in rules.time_based_adjustments:
        replaced = " Not applied while adjustments are computed." if dynamic.enabled else ""
        yield f"{_adjustment(rule)}{replaced}"
    for season in rules.seasonal_time_based_adjustments:
        if season.exclude:
            yield f"{season_in_words(season)}: no adjustments by lead time."
        else:
            yield from (f"{season_in_words(season)}: {_adjustment(rule)}" for rule in season.time_based_adjustments)


_TIERS = {"revenue": "revenue", "occupancy": "more booked nights", "rate": "higher prices"}


def _adjustment(rule: TimeBasedAdjustment) -> str:
    return f"{rule.percentage:+d}% for nights {_away(rule.direction, rule.days)}."


def _away(direction: str, days: int) -> str:
    return f"{'at most' if direction == 'within' else 'more than'} {days} {'day' if days == 1 else 'days'} ahead"


def _nights(count: int) -> str:
    return f"{count:,} {'night' if count == 1 else 'nights'}"
