"""Finds seasons of a list that share a night."""

from collections.abc import Sequence

from pricing.rules import Season
from pricing.seasons import occurrences

# Leap years move the ends of seasons. Nine years contain every case, also around 2100, which is not a leap year.
YEARS_TO_CHECK = 9


def overlapping(seasons: Sequence[Season]) -> list[int]:
    """The positions of seasons that share a night, in any year, with an earlier season of the list.

    A season that rolls over is repeated in every later year, as in the pricing engine.
    """
    if not seasons:
        return []
    first = min(season.start_date for season in seasons).toordinal()
    last = max(season.end_date for season in seasons).toordinal() + YEARS_TO_CHECK * 366
    taken = bytearray(last - first + 1)
    places = []
    for place, season in enumerate(seasons):
        spans = [(begins - first, ends - first + 1) for begins, ends in occurrences(season, first, last)]
        if any(taken.find(1, begins, ends) >= 0 for begins, ends in spans):
            places.append(place)
        for begins, ends in spans:
            ends = min(ends, len(taken))
            taken[begins:ends] = b"\1" * (ends - begins)
    return places
