"""How much each owner counts in the estimate of a market that one reader sees. docs/pricing.md explains the rules.

Anybody can connect invented listings, so nobody's listings may decide the prices of others.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pricing.market import MarketStatistics, Pattern
from pricing.market_tally import GROUP_PRIORS, PRIOR_AHEAD, QUARTERS_AHEAD, MarketTally
from pricing.paid_rates import weighted_median

# The largest part of any group of nights, pseudo-nights included, that one other owner or application may have.
LARGEST_SHARE = 0.2
# The number of other owners with bookings from which others count at all.
FEWEST_OWNERS = 5
# The rates of another owner count as at most twice, and at least half, the rate of the market.
RATE_OUTLIER_OF_OWNERS = 2.0
# Own booked nights that count as much as the wider area.
AREA_WEIGHT_NIGHTS = 365

# Shares are computed to this precision.
PRECISION = 1e-3
MOST_ROUNDS = 200


class Contributor(NamedTuple):
    """An owner whose listings are in the market, and the owner's application."""

    application: int
    owner: int


class Reader(NamedTuple):
    """For whom a market is estimated: an owner, all other owners of an application, or anybody (both None)."""

    application: int | None = None
    owner: int | None = None


class Share(NamedTuple):
    """Factors of what an owner's listings add to an estimate, each 0 to 1 except `rates`.

    nights: of all nights. sold: of the nights that give the price level. booked: of the booked nights that make the
    market active. ahead: of the coming nights, for sale and booked. rates: of the owner's rates.
    """

    nights: float
    sold: float = 1.0
    booked: float = 1.0
    ahead: float = 1.0
    rates: float = 1.0


WHOLE = Share(1.0)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What an owner's listings add to a market.

    amounts: unit-nights for each of market_tally's groups. booked: the booked nights. past: those in the past. sold,
    revenue: the past nights with a known rate, as nights of one bedroom, and the sum of these rates in whole units.
    ahead: the unit-nights that are booked in each of the coming quarters.
    """

    amounts: Sequence[float]
    booked: float
    past: float
    sold: float
    revenue: float
    ahead: Sequence[float] = (0.0,) * QUARTERS_AHEAD

    @classmethod
    def of(cls, tally: MarketTally) -> "Contribution":
        booked, past = tally.booked_nights()
        sold, revenue = tally.one_bedroom_sales()
        return cls(tally.amounts(), booked, past, sold, revenue, tally.booked_ahead())


Contributions = Mapping[Contributor, Contribution]


def shares(contributions: Contributions, reader: Reader) -> dict[Contributor, Share]:
    """The share of each contributor in the reader's estimate; contributors without a share are left out.

    The reader's own listings count in full. The others count from FEWEST_OWNERS on. Then no owner of the reader's
    application, and no other application as a whole, has more than LARGEST_SHARE of any group of nights, of the nights
    that give the level, and of the booked nights, past or to come.
    """
    own = [each for each in contributions if each.owner == reader.owner]
    others = [each for each in contributions if each.owner != reader.owner]
    if sum(contributions[each].booked > 0 for each in others) < FEWEST_OWNERS:
        return dict.fromkeys(own, WHOLE)
    parties = _parties(others, reader.application)

    def limit(amounts: Callable[[Contribution], Sequence[float]], priors: Sequence[float]) -> list[float]:
        by_party = [_sums((amounts(contributions[each]) for each in party), len(priors)) for party in parties]
        return _factors(by_party, _sums([priors, *(amounts(contributions[each]) for each in own)], len(priors)))

    # Without a prior: a price level, and an active market, rest on nothing but the listings.
    nights = limit(lambda each: each.amounts, GROUP_PRIORS)
    sold, booked = limit(lambda each: [each.sold], [0.0]), limit(lambda each: [each.past], [0.0])
    ahead = limit(lambda each: each.ahead, (PRIOR_AHEAD,) * QUARTERS_AHEAD)
    counted = dict.fromkeys(own, WHOLE)
    for party, *factors in zip(parties, nights, sold, booked, ahead, strict=True):
        counted |= dict.fromkeys(party, Share(*(round(factor, 4) for factor in factors)))
    return _with_rates(contributions, counted, reader)


def _parties(others: Iterable[Contributor], application: int | None) -> list[list[Contributor]]:
    """The contributors who share one limit. A limit for another application holds for each of its owners, too."""
    parties: dict[tuple[int, int | None], list[Contributor]] = {}
    for each in others:
        key = (each.application, each.owner if each.application == application else None)
        parties.setdefault(key, []).append(each)
    return list(parties.values())


def _factors(parties: Sequence[Sequence[float]], own: Sequence[float]) -> list[float]:
    """The largest factors for the amounts of the parties with which none has more than LARGEST_SHARE of any group.

    `own` are the amounts that are not limited. A lower factor lowers the sums, too, and with them the limits of the
    other parties; hence the rounds.
    """
    factors = [1.0] * len(parties)
    for _ in range(MOST_ROUNDS):
        scaled = ([factor * amount for amount in party] for factor, party in zip(factors, parties, strict=True))
        totals = _sums([own, *scaled], len(own))
        settled = True
        for number, party in enumerate(parties):
            if factors[number] < PRECISION**2:
                factors[number] = 0.0
                continue
            amounts = zip(party, totals, strict=True)
            largest = max((factors[number] * amount / total for amount, total in amounts if amount), default=0.0)
            if largest > LARGEST_SHARE * (1 + PRECISION):
                settled = False
                factors[number] *= LARGEST_SHARE / largest
        if settled:
            break
    return factors


def _with_rates(
    contributions: Contributions, counted: Mapping[Contributor, Share], reader: Reader
) -> dict[Contributor, Share]:
    """The shares with the factors of the rates: no rate is far from the weighted median of all owners."""
    rates = {
        each: contributions[each].revenue / contributions[each].sold
        for each, share in counted.items()
        if contributions[each].sold and share.sold
    }
    middle = weighted_median((rate, counted[each].sold * contributions[each].sold) for each, rate in rates.items())

    def factor(each: Contributor) -> float:
        rate = rates.get(each)
        if not rate or not middle or each.owner == reader.owner:
            return 1.0
        return round(min(max(rate, middle / RATE_OUTLIER_OF_OWNERS), middle * RATE_OUTLIER_OF_OWNERS) / rate, 4)

    return {each: share._replace(rates=factor(each)) for each, share in counted.items()}


def _sums(rows: Iterable[Sequence[float]], length: int) -> list[float]:
    sums = [0.0] * length
    for row in rows:
        sums = [total + amount for total, amount in zip(sums, row, strict=True)]
    return sums


def in_area(
    statistics: MarketStatistics, area: MarketStatistics, *, nights: float = AREA_WEIGHT_NIGHTS
) -> MarketStatistics:
    """The statistics of a market with too few owners, completed by those of the wider area.

    Season, weekdays, booking curve and occupancy are weighted means. The area says nothing about the price level of a
    place, its events, and its coming nights. nights: own booked nights that count as much as the area.
    """
    weight = statistics.booked_nights / (statistics.booked_nights + nights)

    def mean(own: float, theirs: float, digits: int = 2) -> float:
        return round(weight * own + (1 - weight) * theirs, digits)

    def means(own: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
        return tuple(mean(a, b) for a, b in zip(own, theirs, strict=True))

    def pattern(own: Pattern, theirs: Pattern) -> Pattern:
        return Pattern(means(own.weeks, theirs.weeks), means(own.weekdays, theirs.weekdays), own.events)

    return replace(
        statistics,
        booked_nights=statistics.booked_nights + area.booked_nights,
        occupancy=mean(statistics.occupancy, area.occupancy, 4),
        season=means(statistics.season, area.season),
        day_of_week=means(statistics.day_of_week, area.day_of_week),
        rates=pattern(statistics.rates, area.rates),
        requests=mean(statistics.requests, area.requests, 4),
        demand=pattern(statistics.demand, area.demand),
        elasticity=mean(statistics.elasticity, area.elasticity),
        requests_left=tuple(mean(a, b, 4) for a, b in zip(statistics.requests_left, area.requests_left, strict=True)),
        stay_lengths=tuple(mean(a, b, 4) for a, b in zip(statistics.stay_lengths, area.stay_lengths, strict=True)),
        booked_share=means(statistics.booked_share, area.booked_share),
    )
