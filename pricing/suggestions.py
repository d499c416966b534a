"""Suggestions for the host, each with the numbers that support it and the money that it is expected to bring.

The money comes from the forecast that the prices are made from (`expected.py`). All categories except `gap_fill`
compare the listing with its market, so they need an active market.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from statistics import fmean, median
from typing import Literal

from pricing.base_price import LOWEST_BASE_PRICE
from pricing.engine import NoBasePrice
from pricing.expected import Asking, Sales
from pricing.factor_keys import MIN_PRICE, SEASON
from pricing.limits import LOWEST_PRICE
from pricing.listing import BookedStay, ListingFacts
from pricing.market import MarketStatistics
from pricing.night import Night
from pricing.outlook import NIGHTS_COMPARED, Outlook, outlook
from pricing.rules import GapFillMinStay, MinStays, Rules, Tier

Category = Literal[
    "base_price", "min_price", "seasonal_min_price", "gap_fill", "enable_listing", "strategy", "min_stay"
]

# A change that is expected to bring less than this share of what the nights are expected to earn is not suggested.
NEGLIGIBLE = 0.01

# The smallest difference in occupancy for which a strategy is suggested, and that speaks against a base price.
NOTABLE_DIFFERENCE = 0.15

# The share of the vacant nights from which on the minimum price, and not the market, determines prices.
HELD_SHARE = 0.4

# A high season has at least this ratio on at least this many nights in a row.
HIGH_SEASON_RATIO = 1.2
HIGH_SEASON_NIGHTS = 14

# Shorter stays cost more cleaning, which is not known here. So a min stay must bring more than other changes, and of
# several that earn nearly the same the longest is suggested.
NOTABLE_MIN_STAY_GAIN = 0.05
NEARLY_THE_SAME = 0.03
LONGEST_MIN_STAY = 7


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion, which the API shows as a `Recommendation`. Prices are whole units of the listing's currency.

    sentence: the suggestion in words, for people.
    initial_base_price, initial_min_price: the values when the suggestion was made.
    suggested_seasonal_min_price_pct: percent to add to the minimum price in the season that the sentence names.
    suggested_tier: the tier of dynamic adjustments that a `strategy` suggests.
    suggested_min_stay: nights.
    expected_gain: what the change is expected to bring for the nights that the sentence names, until their arrival, in
        whole units; negative if it costs revenue. None: not known.
    """

    category: Category
    sentence: str
    initial_base_price: int
    initial_min_price: int | None
    suggested_base_price: int | None = None
    suggested_min_price: int | None = None
    suggested_seasonal_min_price_pct: float | None = None
    suggested_tier: Tier | None = None
    suggested_min_stay: int | None = None
    expected_gain: int | None = None


def suggest(
    listing: ListingFacts,
    market: MarketStatistics,
    reservations: Collection[BookedStay],
    rules: Rules,
    today: date,
    *,
    enabled: bool,
    blocked: Collection[date] = (),
    channel_price: float | None = None,
) -> list[Suggestion]:
    """At most one suggestion of each category; none for a listing without a base price.

    enabled: whether the listing's prices are sent to its channel. channel_price: the host's own base price there, in
    whole units. The other arguments are those of `price_calendar`.
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
            min_stay(seen),
            None if enabled else enable_listing(seen, channel_price),
        ]
    return [suggestion for suggestion in suggestions if suggestion is not None]


def base_price(seen: Outlook) -> Suggestion | None:
    """The automatic base price, where it is expected to earn notably more.

    The automatic base price knows past outcomes only. Where the coming bookings contradict it, nothing is suggested: no
    higher price for a listing notably emptier than its market, and no lower one for a fuller listing.
    """
    if seen.expected is None or seen.booked is None:
        return None
    suggested = max(seen.expected.forecast.automatic_base_price, LOWEST_BASE_PRICE)
    change = suggested / seen.base_price
    nights = range(NIGHTS_COMPARED)
    now = seen.expected.sales(nights).revenue
    gain = seen.expected.sales(nights, lambda asking, _: asking._replace(level=asking.level * change)).revenue - now
    lead = seen.booked - seen.market_booked
    contradicted = lead <= -NOTABLE_DIFFERENCE if change > 1 else lead >= NOTABLE_DIFFERENCE
    if contradicted or suggested == seen.base_price or _is_negligible(gain, now):
        return None
    return Suggestion(
        "base_price",
        f"{_booked_against_market(seen)} A base price of {seen.amount(suggested)} instead of "
        f"{seen.amount(seen.base_price)} is expected to earn {seen.about(gain)} more on the vacant nights among them.",
        seen.base_price,
        seen.min_price,
        suggested_base_price=suggested,
        expected_gain=round(gain),
    )


def min_price(seen: Outlook) -> Suggestion | None:
    """A lower minimum price, where the minimum raises the price of many vacant nights and costs revenue."""
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

    def lowered(asking: Asking, night: Night) -> Asking:
        return asking._replace(lowest=suggested) if night.effective_min_price <= default else asking

    gain, costs = None, ""
    if seen.expected is not None:
        now = seen.expected.sales(range(NIGHTS_COMPARED)).revenue
        gain = seen.expected.sales(range(NIGHTS_COMPARED), lowered).revenue - now
        if _is_negligible(gain, now):
            return None
        costs = f" With a minimum price of {seen.amount(suggested)} they are expected to earn {seen.about(gain)} more."
    return Suggestion(
        "min_price",
        f"{_booked_against_market(seen)} {len(held)} of the {len(vacant)} vacant nights are held at the minimum price: "
        f"half of them would cost {seen.amount(suggested)} or less without it, the minimum price is "
        f"{seen.amount(seen.min_price)}.{costs}",
        seen.base_price,
        seen.min_price,
        suggested_min_price=suggested,
        expected_gain=None if gain is None else round(gain),
    )


def seasonal_min_price(seen: Outlook, market: MarketStatistics) -> Suggestion | None:
    """A higher minimum price for the longest high season in which only the default minimum applies.

    It earns something only where the prices fall below the best ones: with a low base price, for example.
    """
    if seen.min_price is None:
        return None
    default = seen.min_price * seen.minor_units

    def is_unprotected(position: int) -> bool:
        night = seen.year[position]
        return _season_ratio(night) >= HIGH_SEASON_RATIO and night.effective_min_price <= default

    seasons = [list(nights) for unprotected, nights in groupby(range(len(seen.year)), is_unprotected) if unprotected]
    season = max(seasons, key=len, default=[])
    if len(season) < HIGH_SEASON_NIGHTS:
        return None
    percent = round(100 * (fmean(_season_ratio(seen.year[position]) for position in season) - 1), 1)
    suggested = seen.min_price * (1 + percent / 100)
    gain, protects = None, "would follow the season"
    if seen.expected is not None:
        now = seen.expected.sales(season).revenue
        gain = seen.expected.sales(season, lambda asking, _: asking._replace(lowest=suggested)).revenue - now
        if _is_negligible(gain, now):
            return None
        protects += f", and is expected to earn {seen.about(gain)} more in it"
    first, last = seen.year[season[0]], seen.year[season[-1]]
    return Suggestion(
        "seasonal_min_price",
        f"From {_day(first.date)} to {_day(last.date)} the market is {percent:g}% above its average, "
        f"and the minimum price is {seen.amount(seen.min_price)} as in the rest of the year: "
        f"{seen.amount(suggested)} {protects}.",
        seen.base_price,
        seen.min_price,
        suggested_seasonal_min_price_pct=percent,
        expected_gain=None if gain is None else round(gain),
    )


def gap_fill(seen: Outlook) -> Suggestion | None:
    """Gap filling, where it would open gaps that nobody can book now. It does not open gaps with a locked min stay."""
    if seen.rules.min_stays.gap_fill_min_stay.enabled:
        return None
    lost: list[int] = []
    for first, gap in enumerate(seen.gaps):
        begins = gap > 0 and (first == 0 or not seen.gaps[first - 1])
        if begins and not _fits(seen, first, seen.min_stays) and _fits(seen, first, seen.filled_min_stays):
            lost += range(first, min(first + gap, NIGHTS_COMPARED))
    if not lost:
        return None
    gain, earns = None, ""
    if seen.expected is not None:
        gain = seen.expected.sales(lost, min_stays=seen.filled_min_stays).revenue
        if not round(gain):
            return None
        earns = f" They are expected to earn {seen.about(gain)} then: their prices times the chance that they are sold."
    return Suggestion(
        "gap_fill",
        f"{len(lost)} of the next {NIGHTS_COMPARED} nights lie in gaps too short for the minimum stay, so nobody can "
        f"book them. Gap filling would open them.{earns}",
        seen.base_price,
        seen.min_price,
        expected_gain=None if gain is None else round(gain),
    )


def strategy(seen: Outlook) -> Suggestion | None:
    """A dynamic tier: `occupancy` for a listing below the usual occupancy, `rate` for one above it.

    A strategy exchanges revenue for bookings or the reverse, which only the host can weigh.
    """
    if seen.booked is None or seen.expected is None:
        return None
    lead = seen.booked - seen.market_usual
    tier: Tier = "rate" if lead > 0 else "occupancy"
    has_fixed_adjustments = bool(seen.rules.time_based_adjustments.time_based_adjustments)
    if abs(lead) < NOTABLE_DIFFERENCE or seen.expected.tier == tier or has_fixed_adjustments:
        return None
    nights = range(NIGHTS_COMPARED)
    now = seen.expected.sales(nights)
    then = seen.expected.sales(nights, lambda asking, _: asking._replace(tier=tier))
    gain, more_nights = then.revenue - now.revenue, then.nights - now.nights
    if not round(gain) and not round(more_nights):
        return None
    return Suggestion(
        "strategy",
        f"{seen.booked:.0%} of the next {NIGHTS_COMPARED} nights are booked, {seen.market_usual:.0%} is usual in the "
        f"market so far ahead. Of the vacant ones, dynamic adjustments with the tier {tier} are expected to sell "
        f"{_more_nights(more_nights)}, and to earn {_more_money(seen, gain)}.",
        seen.base_price,
        seen.min_price,
        suggested_tier=tier,
        expected_gain=round(gain),
    )


def min_stay(seen: Outlook) -> Suggestion | None:
    """Another min stay for all nights, where stays in the market are shorter than it and would earn notably more.

    A longer one is compared in the same way. It keeps short stays out of the way of long ones, but that seldom brings
    more than what it turns away.
    """
    expected = seen.expected
    if expected is None or _differ_by_night(seen.rules.min_stays):
        return None
    vacant = enumerate(expected.forecast.nights[:NIGHTS_COMPARED])
    nights = [position for position, night in vacant if night is not None and not night.gap]
    if not nights:
        return None
    current = seen.year[nights[0]].min_stay

    def with_min_stay(stay: int) -> Sales:
        return expected.sales(nights, min_stays=[stay] * len(seen.year))

    revenue_now, sold_now = with_min_stay(current)
    earned = {stay: with_min_stay(stay) for stay in range(1, LONGEST_MIN_STAY + 1)}
    enough = (1 - NEARLY_THE_SAME) * max(revenue for revenue, _ in earned.values())
    suggested = max(stay for stay, (revenue, _) in earned.items() if revenue >= enough)
    revenue, sold = earned[suggested]
    gain = revenue - revenue_now
    if suggested == current or not round(gain) or gain < NOTABLE_MIN_STAY_GAIN * revenue_now:
        return None
    stays = expected.forecast.stay_lengths
    at_least = sum(stays[min(current, len(stays)) - 1 :])
    return Suggestion(
        "min_stay",
        f"The minimum stay is {_nights(current)}: {at_least:.0%} of the stays in the market are that long. A minimum "
        f"stay of {_nights(suggested)} is expected to earn {seen.about(gain)} more on the vacant ones of the next "
        f"{NIGHTS_COMPARED} nights, and to sell {_more_nights(sold - sold_now)}. What more cleaning costs is not "
        "counted.",
        seen.base_price,
        seen.min_price,
        suggested_min_stay=suggested,
        expected_gain=round(gain),
    )


def enable_listing(seen: Outlook, channel_price: float | None) -> Suggestion:
    """Sending prices to the channel, for every listing of an active market that does not do so."""
    prices = [night.price / seen.minor_units for night in seen.compared]
    gain, earns = None, ""
    if seen.expected is not None and channel_price:
        year = range(len(seen.year))
        ours = seen.expected.sales(year).revenue
        theirs = seen.expected.sales(year, lambda _, __: Asking(lowest=channel_price, highest=channel_price)).revenue
        gain = round(ours - theirs)
        earns = (
            f" Over the coming year they are expected to earn {seen.about(ours)} on the vacant nights, the base price "
            f"of {seen.amount(channel_price)} at the channel {seen.about(theirs)}."
        )
    return Suggestion(
        "enable_listing",
        f"{_booked_against_market(seen)} The listing's prices are not sent to its channel; they would be "
        f"{seen.amount(fmean(prices))} on average, from {seen.amount(min(prices))} to {seen.amount(max(prices))}."
        f"{earns}",
        seen.base_price,
        seen.min_price,
        expected_gain=gain,
    )


def _differ_by_night(rules: MinStays) -> bool:
    """Whether rules make the min stays of nights outside gaps differ."""
    default = replace(rules, min_stay=None, gap_fill_min_stay=GapFillMinStay(), seasonal_gap_fill_min_stays=())
    return default != MinStays()


def _is_negligible(gain: float, now: float) -> bool:
    """now: what the same nights are expected to earn without the change."""
    return not round(max(gain, 0)) or gain < NEGLIGIBLE * now


def _more_nights(change: float) -> str:
    nights = round(abs(change))
    if not nights:
        return "about as many nights"
    return f"about {_nights(nights)} {'more' if change > 0 else 'fewer'}"


def _more_money(seen: Outlook, gain: float) -> str:
    if not round(abs(gain)):
        return "about the same"
    return f"{seen.about(abs(gain))} {'more' if gain > 0 else 'less'}"


def _nights(nights: int) -> str:
    return "1 night" if nights == 1 else f"{nights} nights"


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
