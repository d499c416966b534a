"""The user's customizations: one dataclass per resource of the contract, with its fields in snake_case.

Prices are whole units of the listing's currency. Weekdays are 0 (Monday) to 6. Stays, gaps and buffers are numbers of
nights; lead times are days. Both ends of a date range are included. None means that this layer sets no value and the
next layer applies. The base price is in `ListingFacts`. `extra-guest-fees` is missing because it does not affect the
price of a night.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from pricing.money import Money

WEEKDAYS: Mapping[str, int] = MappingProxyType(
    {
        "monday": 0,
        "tuesday": 1,
        "wednesday": 2,
        "thursday": 3,
        "friday": 4,
        "saturday": 5,
        "sunday": 6,
    }
)

Direction = Literal["within", "after"]
Tier = Literal["revenue", "occupancy", "rate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A range of nights, both ends included; with `rollover` it repeats in every later year.

    Every seasonal rule is a Season. Rules whose schema in the contract has no `rollover` leave it False.
    """

    start_date: date
    end_date: date
    rollover: bool = False


# min-max-prices


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfWeekMinPrice:
    weekday: int
    min_price: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalDayOfWeekMinPrice(Season):
    min_prices: tuple[DayOfWeekMinPrice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalPrices(Season):
    min_price: Money | None = None
    max_price: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalMonthlyPrices(Season):
    """Prices of a month of NIGHTS_PER_MONTH nights."""

    monthly_min_price: Money | None = None
    monthly_max_price: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MinMaxPrices:
    min_price: Money | None = None
    max_price: Money | None = None
    monthly_min_price: Money | None = None
    day_of_week_min_prices: tuple[DayOfWeekMinPrice, ...] = ()
    seasonal_day_of_week_min_prices: tuple[SeasonalDayOfWeekMinPrice, ...] = ()
    seasonal_prices: tuple[SeasonalPrices, ...] = ()
    seasonal_monthly_prices: tuple[SeasonalMonthlyPrices, ...] = ()


# min-stays


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFillMinStay:
    """Lowers the min stay in a gap to the length of the gap minus `buffer`, so that the gap can be sold.

    gaps: the length in nights of the longest gap that is filled; None fills every gap.
    """

    enabled: bool = False
    gaps: int | None = None
    buffer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalGapFillMinStay(Season):
    gap_fill_min_stay: GapFillMinStay


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBasedMinStay:
    """`within` applies to nights at most `days_away` days from today, `after` to later nights."""

    days_away: int
    direction: Direction
    min_stay: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalTimeBasedMinStay(Season):
    """Replaces the last-minute min stays in its range; with `exclude`, none applies there."""

    exclude: bool = False
    time_based_min_stays: tuple[TimeBasedMinStay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfWeekMinStay:
    weekday: int
    min_stay: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalDayOfWeekMinStay(Season):
    min_stays: tuple[DayOfWeekMinStay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalMinStay(Season):
    """With `min_stay_locked`, neither a lead time nor a gap changes the min stay of these nights."""

    min_stay: int
    min_stay_locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MinStays:
    min_stay: int | None = None
    gap_fill_min_stay: GapFillMinStay = GapFillMinStay()
    seasonal_min_stays: tuple[SeasonalMinStay, ...] = ()
    last_minute_min_stays: tuple[TimeBasedMinStay, ...] = ()
    day_of_week_min_stays: tuple[DayOfWeekMinStay, ...] = ()
    seasonal_day_of_week_min_stays: tuple[SeasonalDayOfWeekMinStay, ...] = ()
    seasonal_gap_fill_min_stays: tuple[SeasonalGapFillMinStay, ...] = ()
    seasonal_time_based_min_stays: tuple[SeasonalTimeBasedMinStay, ...] = ()


# max-stays


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalMaxStay(Season):
    max_stay: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxStays:
    max_stay: int | None = None
    seasonal_max_stays: tuple[SeasonalMaxStay, ...] = ()


# checkin-checkout-days


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalCheckinCheckoutDays(Season):
    checkin_days: tuple[int, ...] = ()
    checkout_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckinCheckoutDays:
    """Weekdays for arrival and departure. An empty tuple allows every day."""

    checkin_days: tuple[int, ...] = ()
    checkout_days: tuple[int, ...] = ()
    seasonal_checkin_checkout_days: tuple[SeasonalCheckinCheckoutDays, ...] = ()


# time-based-adjustments


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBasedAdjustment:
    """Adds `percentage` to the price (-10: a tenth less). `within` and `after` mean the same as in TimeBasedMinStay."""

    days: int
    percentage: int
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalTimeBasedAdjustment(Season):
    """Replaces all other time-based adjustments in its range; with `exclude`, none applies there."""

    time_based_adjustments: tuple[TimeBasedAdjustment, ...] = ()
    exclude: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicTimeBasedAdjustments:
    """While enabled, it replaces the fixed adjustments outside seasonal ranges."""

    enabled: bool = False
    tier: Tier = "revenue"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBasedAdjustments:
    time_based_adjustments: tuple[TimeBasedAdjustment, ...] = ()
    seasonal_time_based_adjustments: tuple[SeasonalTimeBasedAdjustment, ...] = ()
    dynamic_time_based_adjustments: DynamicTimeBasedAdjustments = DynamicTimeBasedAdjustments()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All customizations of a listing except the base price, which is in `ListingFacts`."""

    min_max_prices: MinMaxPrices = MinMaxPrices()
    min_stays: MinStays = MinStays()
    max_stays: MaxStays = MaxStays()
    checkin_checkout_days: CheckinCheckoutDays = CheckinCheckoutDays()
    time_based_adjustments: TimeBasedAdjustments = TimeBasedAdjustments()
