"""What imported public data tell about a place. The app that imports them registers how to read them.

In this way the estimate of a market reaches public data, although this app does not import theirs.
"""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import chain

import pricing
from listings.services.places import Place

Read = Callable[[Place, date], Iterable[pricing.PublicHome]]

_reads: list[Read] = []


def register(read: Read) -> None:
    """Add a source of the homes of a place, as of a day. Call it from an app's `ready()`."""
    _reads.append(read)


def public_start_of(place: Place, today: date) -> pricing.PublicStart | None:
    return pricing.public_start(chain.from_iterable(read(place, today) for read in _reads))
