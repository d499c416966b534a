"""The figures of homes over a range of nights: pure functions of markets.public_nights.PublicNights.

Shares are between 0 and 1, amounts are whole units of the home's currency. None means that a figure is not known; it is
never 0 instead.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median_low
from typing import Self

from markets.public_nights import (
    AVAILABLE,
    BLOCKED,
    BOOKED,
    DAYS,
    NEVER,
    NO_MIN_STAY,
    NO_PRICE,
    PRICE,
    UNAVAILABLE,
    UNKNOWN,
    PublicNights,
)

# Above this share of nights that are unavailable for an unknown reason, the occupancy is unknown.
MOST_UNEXPLAINED = 0.5
RESERVATIONS, SCRAPES, REVIEWS = "reservations", "scrapes", "reviews"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a home, or means of several. `based_on` says where the occupancy comes from.

    posted_rate: mean price of the available nights.
    booked_rate: mean price of the booked nights.
    booked, availability: shares of the nights whose state is known.
    adj_occupancy: booked nights as a share of the nights that could be sold: nights less blocked ones.
    min_stay: mean minimum stay of the available nights; `usual_min_stay` is their median, in whole nights.
    """

    posted_rate: float | None = None
    booked_rate: float | None = None
    booked: float | None = None
    availability: float | None = None
    adj_occupancy: float | None = None
    min_stay: float | None = None
    usual_min_stay: int | None = None
    based_on: str | None = None

    @classmethod
    def of(
        cls, nights: PublicNights, *, units: int, based_on: str | None, estimated_occupancy: float | None = None
    ) -> Self:
        """The figures of one home. `units` are the minor units of a whole unit of currency.

        Without `based_on` the states do not tell booked from blocked nights, as after a single scrape. Then, and if
        too many nights are unexplained, the occupancy is the estimated one.
        """
        count = nights.states.count
        free, booked, unexplained = count(AVAILABLE), count(BOOKED), count(UNAVAILABLE)
        known = free + booked + unexplained + count(BLOCKED)
        told = based_on is not None and known > 0 and unexplained <= MOST_UNEXPLAINED * known
        min_stays = _values(nights.states, nights.min_stays, AVAILABLE, NO_MIN_STAY)
        return cls(
            posted_rate=_mean_amount(_values(nights.states, nights.prices, AVAILABLE, NO_PRICE), units),
            booked_rate=_mean_amount(_values(nights.states, nights.prices, BOOKED, NO_PRICE), units),
            booked=booked / known if told else estimated_occupancy if known else None,
            availability=free / known if known else None,
            adj_occupancy=_share(booked, free + booked) if told else estimated_occupancy if known else None,
            min_stay=fmean(min_stays) if min_stays else None,
            usual_min_stay=median_low(min_stays) if min_stays else None,
            based_on=based_on if told else REVIEWS if known and estimated_occupancy is not None else None,
        )


def mean_figures(homes: Iterable[tuple[Figures, str | None]], *, currency: str) -> Figures:
    """The means over homes, each with its currency; each home counts once where its figure is known.

    Amounts in other currencies than `currency` are left out.
    """
    rows = list(homes)
    same = [figures for figures, each in rows if each == currency]
    every = [figures for figures, _ in rows]
    return Figures(
        posted_rate=_mean([figures.posted_rate for figures in same]),
        booked_rate=_mean([figures.booked_rate for figures in same]),
        booked=_mean([figures.booked for figures in every]),
        availability=_mean([figures.availability for figures in every]),
        adj_occupancy=_mean([figures.adj_occupancy for figures in every]),
        min_stay=_mean([figures.min_stay for figures in every]),
    )


def nights_of(
    first: date,
    states: str,
    prices: Iterable[int | None],
    min_stays: Iterable[int | None],
) -> PublicNights:
    """The nights of the user's own listing in the form of public ones. Prices are minor units."""
    return PublicNights(
        first,
        states,
        array(PRICE, [NO_PRICE if price is None else price for price in prices]),
        array(DAYS, [min(stay or NO_MIN_STAY, 0xFFFF) for stay in min_stays]),
        array(DAYS, [NEVER] * len(states)),
    )


def no_nights(first: date, last: date) -> PublicNights:
    """Nights of which nothing is known."""
    return PublicNights(first - timedelta(days=1)).between(first, last)


def _values(states: str, values: Sequence[int], state: str, unknown: int) -> list[int]:
    if state not in states:
        return []
    return [value for letter, value in zip(states, values, strict=True) if letter == state and value != unknown]


def _mean_amount(amounts: Sequence[int], units: int) -> float | None:
    return fmean(amounts) / units if amounts else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


LETTERS = {"available": AVAILABLE, "booked": BOOKED, "blocked": BLOCKED, "unknown": UNKNOWN}
"""The states of public nights for the words of listings.availability."""
