"""The forecast for the coming nights: how many requests are still to come, which all factors of demand share."""

from dataclasses import dataclass

from pricing.events import events_between
from pricing.horizon import Horizon, weeks_of
from pricing.market import MarketStatistics
from pricing.optimum import accepting, crowding


@dataclass(frozen=True, slots=True)
class Prospects:
    """The requests for each night of a horizon, in parallel lists, as the market usually has them.

    requests: until arrival, for all units of the listing together, that would accept the price at which no unit is
    scarce. left: the share of them that is still to come, 0 to 1. units: of the listing. crowding: optimum.crowding of
    the market's stays, which the requests do not contain. stay_lengths: those of the market.
    """

    requests: list[float]
    left: list[float]
    lead_times: list[int]
    units: int
    crowding: float
    stay_lengths: tuple[float, ...]

    def to_come(self) -> list[float]:
        """The requests that are still to come, each counted for all the nights that its stay would make unsellable."""
        crowd = self.crowding
        return [requests * crowd * left for requests, left in zip(self.requests, self.left, strict=True)]


def prospects(market: MarketStatistics, horizon: Horizon, units: int) -> Prospects:
    """The forecast of the market for a listing with this number of units."""
    left = [market.requests_left_at(ahead) for ahead in horizon.lead_times]
    crowd = crowding(market.stay_length, units)
    if not market.requests:
        return Prospects([0.0] * len(left), left, horizon.lead_times, units, crowd, market.stay_lengths)
    events = events_between(market.country, market.city, horizon.dates)
    factor = accepting(1.0, market.elasticity) * units
    by_kind = [[factor * market.requests_for(week, day, None) for day in range(7)] for week in range(52)]
    requests = [
        by_kind[week][day] if ordinal not in events else factor * market.requests_for(week, day, events[ordinal])
        for week, day, ordinal in zip(weeks_of(horizon), horizon.weekdays, horizon.ordinals, strict=True)
    ]
    return Prospects(requests, left, horizon.lead_times, units, crowd, market.stay_lengths)
