"""The kinds of stays: short ones, and those by the month."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StayProfile:
    """The lengths of guests' stays and what depends on them. `nights` maps a length in nights to its percentage."""

    name: str
    nights: dict[int, int]
    lead_days: float
    """Multiplies the market's median lead time."""
    requests: float
    """Multiplies the market's number of stay requests. Long stays fill a listing with fewer requests."""
    years: int
    """Years between two maintenance nights; see sandbox.world.maintenance."""
    min_stay: tuple[int, ...]
    """The minimum stays of listings, each equally likely."""
    rate: float = 1.0
    """Multiplies the market's nightly rate. A room by the month is not a whole home by the night."""


SHORT_STAYS = StayProfile(
    "short", {1: 13, 2: 27, 3: 24, 4: 14, 5: 8, 6: 4, 7: 6, 10: 2, 14: 1, 28: 1}, 1.0, 1.0, 1, (1, 1, 2, 2, 3)
)
MONTHLY_STAYS = StayProfile(
    "monthly", {30: 22, 60: 22, 90: 20, 120: 12, 150: 8, 180: 10, 270: 4, 330: 2}, 1.6, 0.045, 3, (30,), 0.3
)
