"""The keys of factors, as the contract's `Factor` has them."""

from typing import Final

BASE_PRICE: Final = "base_price"
SEASON: Final = "season"
DAY_OF_WEEK: Final = "day_of_week"
EVENT: Final = "event"
DEMAND: Final = "demand"
LEAD_TIME: Final = "lead_time"
SCARCITY: Final = "scarcity"
TIME_BASED_ADJUSTMENT: Final = "time_based_adjustment"
MIN_PRICE: Final = "min_price"
MAX_PRICE: Final = "max_price"
