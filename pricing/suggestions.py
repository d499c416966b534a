"""Suggestions for the host, each with the numbers that support it.

All categories except `gap_fill` compare the listing with its market, so they need an active market.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from statistics import fmean, median
from typing import Literal

from pricing.base_price import LOWEST_BASE_PRICE
from pricing.engine import NoBasePrice
from pricing.factor_keys import MIN_PRICE, SEASON
from pricing.limits import LOWEST_PRICE
from pricing.listing import BookedStay, ListingFacts
from pricing.market import MarketStatistics
from pricing.money import round_to_unit
from pricing.night import Night
from pricing.outlook import NIGHTS_COMPARED, Outlook, outlook
from pricing.rules import Rules, Tier

Category = Literal["base_price", "min_price", "seasonal_min_price", "gap_fill", "enable_listing", "strategy"]

# The smallest difference in occupancy that gives a suggestion. Half of the difference goes into the suggested base
# price, up to LARGEST_CHANGE.
NOTABLE_DIFFERENCE = 0.15
LARGEST_CHANGE = 0.15

# Multiples of the automatic base price. A base price beyond them is not moved farther away.
FAR_BELOW, FAR_ABOVE = 0.8, 1.25

# The share of the vacant nights from which on the minimum price, and not the market, determines prices.
HELD_SHARE = 0.4

# A high season has at least this ratio on at least this many nights in a row.
HIGH_SEASON_RATIO = 1.2
HIGH_SEASON_NIGHTS = 14


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion, which the API shows as a `Recommendation`. Prices are whole units of the listing's currency.

    sentence: the suggestion in words, for people.
    initial_base_price, initial_min_price: the values when the suggestion was made.
    suggested_seasonal_min_price_pct: percent to add to the minimum price in the season that the sentence names.
    suggested_tier: the tier of dynamic adjustments that a `strategy` suggests.
    """

    category: Category
    sentence: str
    initial_base_price: int
    initial_min_price: int | None
    suggested_base_price: int | None = None
    suggested_min_price: int | None = None
    suggested_seasonal_min_price_pct: float | None = None
    suggested_tier: Tier | None = None


def suggest(
    listing: ListingFacts,
    market: MarketStatistics,
    reservations: Collection[BookedStay],
    rules: Rules,
    today: date,
    *,
    enabled: bool,
    blocked: Collection[date] = (),
) -> list[Suggestion]:
    """At most one suggestion of each category; none for a listing without a base price.

    `enabled`: whether the listing's prices are sent to its channel. The other arguments are those of `price_calendar`.
    """
    try:
        seen = outlook(listing, market, reservations, rules, today, blocked)
    except NoBasePrice:
        return []
    suggestions = [gap_fill(seen)]
    if market.is_active:
        new_base_price = base_price(seen)
        suggestions += [
            new_base_price,
            min_price(seen),
            seasonal_min_price(seen, market),
            None if new_base_price else strategy(seen),
            None if enabled else enable_listing(seen),
        ]
    return [suggestion for suggestion in suggestions if suggestion is not None]


def base_price(seen: Outlook) -> Suggestion | None:
    """A base price changed by half of the difference in occupancy to the market."""
    if seen.booked is None:
        return None
    lead = seen.booked - seen.market_booked
    if abs(lead) < NOTABLE_DIFFERENCE:
        return None
    usual = seen.automatic_base_price or seen.base_price
    if (lead < 0 and seen.base_price < FAR_BELOW * usual) or (lead > 0 and seen.base_price > FAR_ABOVE * usual):
        return None
    change = min(max(lead / 2, -LARGEST_CHANGE), LARGEST_CHANGE)
    suggested = max(round_to_unit(seen.base_price * (1 + change)), LOWEST_BASE_PRICE)
    if suggested == seen.base_price:
        return None
    return Suggestion(
        "base_price",
        f"{_booked_against_market(seen)} A base price of {seen.amount(suggested)} instead of "
        f"{seen.amount(seen.base_price)} would follow the demand.",
        seen.base_price,
        seen.min_price,
        suggested_base_price=suggested,
    )


def min_price(seen: Outlook) -> Suggestion | None:
    """A lower minimum price, where the minimum raises the price of many vacant nights."""
    vacant = [night for night, is_vacant in zip(seen.compared, seen.vacant, strict=True) if is_vacant]
    if seen.min_price is None or seen.booked is None or seen.booked >= seen.market_booked:
        return None
    default = seen.min_price * seen.minor_units
    held = [n for n in vacant if n.factors[-1].key == MIN_PRICE and n.effective_min_price <= default]
    if not held or len(held) < HELD_SHARE * len(vacant):
        return None
    without_minimum = median((night.price - night.factors[-1].amount) // seen.minor_units for night in held)
    suggested = max(int(without_minimum), LOWEST_PRICE)
    if suggested >= seen.min_price:
        return None
    return Suggestion(
        "min_price",
        f"{_booked_against_market(seen)} {len(held)} of the {len(vacant)} vacant nights are held at the minimum price: "
        f"half of them would cost {seen.amount(suggested)} or less without it, the minimum price is "
        f"{seen.amount(seen.min_price)}.",
        seen.base_price,
        seen.min_price,
        suggested_min_price=suggested,
    )


def seasonal_min_price(seen: Outlook, market: MarketStatistics) -> Suggestion | None:
    """A higher minimum price for the longest high season in which only the default minimum applies."""
    if seen.min_price is None:
        return None
    default = seen.min_price * seen.minor_units

    def is_unprotected(night: Night) -> bool:
        return _season_ratio(night) >= HIGH_SEASON_RATIO and night.effective_min_price <= default

    seasons = [list(nights) for unprotected, nights in groupby(seen.year, is_unprotected) if unprotected]
    season = max(seasons, key=len, default=[])
    if len(season) < HIGH_SEASON_NIGHTS:
        return None
    percent = round(100 * (fmean(_season_ratio(night) for night in season) - 1), 1)
    return Suggestion(
        "seasonal_min_price",
        f"From {_day(season[0].date)} to {_day(season[-1].date)} the market is {percent:g}% above its average, "
        f"and the minimum price is {seen.amount(seen.min_price)} as in the rest of the year: "
        f"{seen.amount(seen.min_price * (1 + percent / 100))} would follow the season.",
        seen.base_price,
        seen.min_price,
        suggested_seasonal_min_price_pct=percent,
    )


def gap_fill(seen: Outlook) -> Suggestion | None:
    """Gap filling, where it would open gaps that nobody can book now. It does not open gaps with a locked min stay."""
    if seen.rules.min_stays.gap_fill_min_stay.enabled:
        return None
    min_stays = [night.min_stay for night in seen.year]
    lost: list[Night] = []
    for first, gap in enumerate(seen.gaps):
        begins = gap > 0 and (first == 0 or not seen.gaps[first - 1])
        if begins and not _fits(seen, first, min_stays) and _fits(seen, first, seen.filled_min_stays):
            lost += seen.compared[first : first + gap]
    if not lost:
        return None
    revenue = sum(night.price for night in lost) / seen.minor_units
    return Suggestion(
        "gap_fill",
        f"{len(lost)} of the next {NIGHTS_COMPARED} nights lie in gaps too short for the minimum stay, so nobody can "
        f"book them: {seen.amount(revenue)} at their prices. Gap filling would open them.",
        seen.base_price,
        seen.min_price,
    )


def strategy(seen: Outlook) -> Suggestion | None:
    """A dynamic tier: `occupancy` for a listing below the usual occupancy, `rate` for one above it."""
    if seen.booked is None:
        return None
    lead = seen.booked - seen.market_usual
    tier: Tier = "rate" if lead > 0 else "occupancy"
    adjustments = seen.rules.time_based_adjustments
    dynamic = adjustments.dynamic_time_based_adjustments
    in_use = dynamic.tier if dynamic.enabled else None
    if abs(lead) < NOTABLE_DIFFERENCE or in_use == tier or adjustments.time_based_adjustments:
        return None
    return Suggestion(
        "strategy",
        f"{seen.booked:.0%} of the next {NIGHTS_COMPARED} nights are booked, {seen.market_usual:.0%} is usual in the "
        f"market so far ahead. Dynamic adjustments with the tier {tier} would use that.",
        seen.base_price,
        seen.min_price,
        suggested_tier=tier,
    )


def enable_listing(seen: Outlook) -> Suggestion:
    """Sending prices to the channel, for every listing of an active market that does not do so."""
    prices = [night.price / seen.minor_units for night in seen.compared]
    return Suggestion(
        "enable_listing",
        f"{_booked_against_market(seen)} The listing's prices are not sent to its channel; they would be "
        f"{seen.amount(fmean(prices))} on average, from {seen.amount(min(prices))} to {seen.amount(max(prices))}.",
        seen.base_price,
        seen.min_price,
    )


def _fits(seen: Outlook, first: int, min_stays: Sequence[int]) -> bool:
    """Whether a stay fits into the gap that begins with the night at position `first` of the year."""
    end = first + seen.gaps[first]
    return any(
        seen.year[arrival].checkin_allowed
        and any(seen.year[day].checkout_allowed for day in range(arrival + min_stays[arrival], end + 1))
        for arrival in range(first, end)
    )


def _booked_against_market(seen: Outlook) -> str:
    if not seen.occupancy_known:
        return "The channel does not tell which nights are booked."
    if seen.booked is None:
        return f"None of the next {NIGHTS_COMPARED} nights is for sale."
    return (
        f"{seen.booked:.0%} of the next {NIGHTS_COMPARED} nights are booked, against {seen.market_booked:.0%} "
        "in the market."
    )


def _season_ratio(night: Night) -> float:
    return next((factor.ratio for factor in night.factors if factor.key == SEASON), 1.0)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
