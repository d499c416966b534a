"""The user's customizations, one dataclass per resource of the contract, fields in snake_case.

Prices are whole units of the listing's currency. Weekdays are 0 (Monday) to 6. Stays, gaps, buffers and lead
times are nights. Dates are inclusive at both ends. None means: not set here, ask the next layer.
The base price is in `ListingFacts`; `extra-guest-fees` is missing because it moves no night's price.
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
    """A range of nights, both ends included; with `rollover` again in every later year.

    Every seasonal rule is one. Where the contract's schema has no `rollover`, leave it False.
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
    """Prices of a month, that is of 30 nights."""

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
    """Lowers the min stay so that an orphan gap can be sold: to the gap's nights less `buffer`.

    `gaps`: only gaps of at most so many nights; None: every gap.
    """

    enabled: bool = False
    gaps: int | None = None
    buffer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalGapFillMinStay(Season):
    gap_fill_min_stay: GapFillMinStay


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBasedMinStay:
    """`within`: nights at most `days_away` days from today; `after`: nights farther away than that."""

    days_away: int
    direction: Direction
    min_stay: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalTimeBasedMinStay(Season):
    """Takes the place of the last-minute min stays in its range; `exclude`: none there."""

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
    """`min_stay_locked`: neither a lead time nor a gap changes the min stay of these nights."""

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
    """No day at all means any day."""

    checkin_days: tuple[int, ...] = ()
    checkout_days: tuple[int, ...] = ()
    seasonal_checkin_checkout_days: tuple[SeasonalCheckinCheckoutDays, ...] = ()


# time-based-adjustments


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBasedAdjustment:
    """`percentage` added to the price (-10 takes a tenth off), by lead time as in `TimeBasedMinStay`."""

    days: int
    percentage: int
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonalTimeBasedAdjustment(Season):
    """Takes the place of every other time-based adjustment in its range; `exclude`: none there."""

    time_based_adjustments: tuple[TimeBasedAdjustment, ...] = ()
    exclude: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicTimeBasedAdjustments:
    """While enabled, takes the place of the fixed adjustments outside seasonal ones."""

    enabled: bool = False
    tier: Tier = "revenue"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBasedAdjustments:
    time_based_adjustments: tuple[TimeBasedAdjustment, ...] = ()
    seasonal_time_based_adjustments: tuple[SeasonalTimeBasedAdjustment, ...] = ()
    dynamic_time_based_adjustments: DynamicTimeBasedAdjustments = DynamicTimeBasedAdjustments()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All customizations of a listing that are not in `ListingFacts`."""

    min_max_prices: MinMaxPrices = MinMaxPrices()
    min_stays: MinStays = MinStays()
    max_stays: MaxStays = MaxStays()
    checkin_checkout_days: CheckinCheckoutDays = CheckinCheckoutDays()
    time_based_adjustments: TimeBasedAdjustments = TimeBasedAdjustments()
