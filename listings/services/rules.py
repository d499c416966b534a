"""Stores the customizations of a listing and converts them for the pricing engine.

Only attributes that the user has set are stored; a cleared attribute is removed. Names are in snake_case, dates are ISO
dates, weekdays are English names, and prices are whole units of the listing's currency.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

import orjson

import pricing
from jsonapi.refusals import InvalidValues
from listings.models import Listing, PricingRules
from pricing import WEEKDAYS, rules

Rule = TypeVar("Rule")
Stored = Mapping[str, Any]

# Pairs of a minimum and a maximum, each given as column and attribute.
PAIRS = (
    (("min_max_prices", "min_price"), ("min_max_prices", "max_price")),
    (("min_stays", "min_stay"), ("max_stays", "max_stay")),
)


def stored_rules(listing: Listing) -> PricingRules:
    """The listing's row, or an empty unsaved row."""
    try:
        return listing.pricing_rules
    except PricingRules.DoesNotExist:
        return PricingRules(listing=listing)


def rules_of(stored: PricingRules | None) -> pricing.Rules:
    """The rules in the pricing engine's form. None, a listing without a row, gives empty rules."""
    if stored is None:
        return pricing.Rules()
    return pricing.Rules(
        min_max_prices=rules.MinMaxPrices(**_read(stored.min_max_prices)),
        min_stays=rules.MinStays(**_read(stored.min_stays)),
        max_stays=rules.MaxStays(**_read(stored.max_stays)),
        checkin_checkout_days=rules.CheckinCheckoutDays(**_read(stored.checkin_checkout_days)),
        time_based_adjustments=rules.TimeBasedAdjustments(**_read(stored.time_based_adjustments)),
    )


def change_rules(listing: Listing, column: str, changes: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set attributes of one customization; return those that changed, each with its old and new value as stored.

    `column` is the column of PricingRules. `changes` are validated values; None or an empty list clears an attribute.
    `listing` must be locked by the caller's transaction. Copies of rules in the listing's own columns (like
    `min_price`) are written by listings.services.prices.

    Raises InvalidValues (400) if a minimum would exceed its maximum, also if only one of the two is changed.
    """
    row = stored_rules(listing)
    before = getattr(row, column)
    changed = merge_rules(row, column, changes)
    if changed:
        row.save()
    after = getattr(row, column)
    return {name: [before.get(name), after.get(name)] for name in sorted(changed)}


def merge_rules(row: PricingRules, column: str, changes: Mapping[str, Any]) -> frozenset[str]:
    """The part of `change_rules` that stores nothing: it changes `row`. Raises InvalidValues."""
    before = getattr(row, column)
    plain = orjson.loads(orjson.dumps(changes))  # Dates become text, as in the database.
    after = {name: value for name, value in {**before, **plain}.items() if value is not None and value != []}
    changed = frozenset(name for name in plain if _meaning(name, after.get(name)) != _meaning(name, before.get(name)))
    if not changed:
        return changed
    setattr(row, column, after)
    _check_pairs(row, column, plain)
    return changed


def _check_pairs(row: PricingRules, column: str, changes: Stored) -> None:
    for smaller, larger in PAIRS:
        minimum, maximum = (getattr(row, holder).get(name) for holder, name in (smaller, larger))
        if minimum is None or maximum is None or minimum <= maximum:
            continue
        given = [name for holder, name in (larger, smaller) if holder == column and name in changes]
        if given:
            detail = f"The minimum, {minimum:.10g}, must not exceed the maximum, {maximum:.10g}."
            raise InvalidValues([(f"/data/attributes/{given[0].replace('_', '-')}", "invalid", detail)])


def _read(stored: Stored) -> dict[str, Any]:
    return {name: _meaning(name, value) for name, value in stored.items()}


def _meaning(name: str, stored: Any) -> Any:
    """The value in the engine's form, in which null members of a rule equal missing members."""
    return _READ[name](stored) if name in _READ and stored is not None else stored


def _each(rule: Callable[..., Rule]) -> Callable[[Iterable[Stored]], tuple[Rule, ...]]:
    return lambda entries: tuple(rule(**entry) for entry in entries)


def _each_weekday(rule: Callable[..., Rule]) -> Callable[[Iterable[Stored]], tuple[Rule, ...]]:
    return lambda entries: tuple(rule(**{**entry, "weekday": WEEKDAYS[entry["weekday"]]}) for entry in entries)


def _each_season(rule: Callable[..., Rule]) -> Callable[[Iterable[Stored]], tuple[Rule, ...]]:
    def season(entry: Stored) -> Rule:
        start, end = date.fromisoformat(entry["start_date"]), date.fromisoformat(entry["end_date"])
        return rule(**{**_read(entry), "start_date": start, "end_date": end})

    return lambda entries: tuple(season(entry) for entry in entries)


def _weekdays(names: Iterable[str]) -> tuple[int, ...]:
    return tuple(WEEKDAYS[name] for name in names)


# How to read the attributes, at any depth, that are not plain numbers or booleans.
_READ: dict[str, Callable[[Any], Any]] = {
    "day_of_week_min_prices": _each_weekday(rules.DayOfWeekMinPrice),
    "min_prices": _each_weekday(rules.DayOfWeekMinPrice),
    "seasonal_day_of_week_min_prices": _each_season(rules.SeasonalDayOfWeekMinPrice),
    "seasonal_prices": _each_season(rules.SeasonalPrices),
    "seasonal_monthly_prices": _each_season(rules.SeasonalMonthlyPrices),
    "gap_fill_min_stay": lambda stored: rules.GapFillMinStay(**stored),
    "seasonal_min_stays": _each_season(rules.SeasonalMinStay),
    "last_minute_min_stays": _each(rules.TimeBasedMinStay),
    "time_based_min_stays": _each(rules.TimeBasedMinStay),
    "day_of_week_min_stays": _each_weekday(rules.DayOfWeekMinStay),
    "min_stays": _each_weekday(rules.DayOfWeekMinStay),
    "seasonal_day_of_week_min_stays": _each_season(rules.SeasonalDayOfWeekMinStay),
    "seasonal_gap_fill_min_stays": _each_season(rules.SeasonalGapFillMinStay),
    "seasonal_time_based_min_stays": _each_season(rules.SeasonalTimeBasedMinStay),
    "seasonal_max_stays": _each_season(rules.SeasonalMaxStay),
    "checkin_days": _weekdays,
    "checkout_days": _weekdays,
    "seasonal_checkin_checkout_days": _each_season(rules.SeasonalCheckinCheckoutDays),
    "time_based_adjustments": _each(rules.TimeBasedAdjustment),
    "seasonal_time_based_adjustments": _each_season(rules.SeasonalTimeBasedAdjustment),
    "dynamic_time_based_adjustments": lambda stored: rules.DynamicTimeBasedAdjustments(**stored),
}
