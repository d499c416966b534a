"""Seasons of one list must not share a night."""

from collections.abc import Sequence

from pricing.rules import Season
from pricing.seasons import occurrences

# After so many years every way in which leap years can move a season has come by, also around 2100.
YEARS_TO_LOOK = 9


def overlapping(seasons: Sequence[Season]) -> list[int]:
    """The places in the list of seasons that share a night with an earlier one, however late that night comes.

    A season that rolls over lies where the pricing engine sees it in every later year.
    """
    if not seasons:
        return []
    first = min(season.start_date for season in seasons).toordinal()
    last = max(season.end_date for season in seasons).toordinal() + YEARS_TO_LOOK * 366
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
