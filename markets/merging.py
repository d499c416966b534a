"""What two scrapes say about the nights of a listing: the rules by which one scrape continues what is known.

A night that was available and no longer is counts as booked, at the last price at which it was available. Nobody says
whether it was booked or closed by its host. So a gap counts as blocked if at least `LONGEST_GAP` of its nights vanish
between two scrapes: guests book such a long time rarely, and hosts close seasons often. Bookings that happen to fill a
gap of that length between two distant scrapes are taken for a block, and short blocks for bookings.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from markets.public_nights import (
    AVAILABLE,
    BLOCKED,
    BOOKED,
    NEVER,
    NO_MIN_STAY,
    NO_PRICE,
    UNAVAILABLE,
    UNKNOWN,
    PublicNights,
)

LONGEST_GAP = 60
"""Nights."""
KEPT_DAYS = 3 * 366
"""Days before the scrape whose nights are kept, for comparisons with the years before."""
MOST_PRICE = 2**62

Seen = tuple[bool, int, int]
"""A night of a scrape: whether it is available, its price (minor units, -1 for none), its minimum stay (0 for none)."""

_A, _B, _X, _U, _Q = (ord(state) for state in (AVAILABLE, BOOKED, BLOCKED, UNAVAILABLE, UNKNOWN))
_LONG_GAPS = re.compile(b"[%c%c%c]{%d,}" % (_B, _X, _U, LONGEST_GAP))


def merged(
    known: PublicNights | None, seen: Mapping[int, Seen], *, day: date, listing_price: int | None
) -> PublicNights:
    """The nights after the scrape of `day`, which must not be before an earlier one. Nights that it lacks stay.

    `seen` is by day ordinal. `listing_price` (minor units) stands for the price of nights that have none, as in newer
    calendars. Merging the same scrape again changes nothing, also if it was merged in part before.
    """
    if not seen:
        return known or PublicNights(day)
    nights = _covering(known, min(seen), max(seen), day)
    base, today = nights.first_night.toordinal(), nights.code_of(day)
    states = bytearray(nights.states, "ascii")
    prices, min_stays, taken_on = nights.prices, nights.min_stays, nights.taken_on
    fallback = NO_PRICE if listing_price is None else min(listing_price, MOST_PRICE)
    for ordinal, (available, price, min_stay) in seen.items():
        index = ordinal - base
        if index < 0:
            continue  # older than what is kept
        if price == NO_PRICE:
            price = fallback
        was = states[index]
        if available:
            states[index], taken_on[index] = _A, NEVER
        elif was == _A:
            states[index], taken_on[index] = _B, today
        elif was == _Q:
            states[index] = _U
        elif was == _X and taken_on[index] == today:
            states[index] = _B  # the gap is judged again, below
        if price != NO_PRICE and (available or prices[index] == NO_PRICE or states[index] == _U):
            prices[index] = price
        if min_stay != NO_MIN_STAY and (available or states[index] == _U):
            min_stays[index] = min_stay
    for gap in _LONG_GAPS.finditer(states):
        vanished = [index for index in range(*gap.span()) if taken_on[index] == today]
        if len(vanished) >= LONGEST_GAP:
            for index in vanished:
                states[index] = _X
    return PublicNights(nights.first_night, states.decode("ascii"), prices, min_stays, taken_on)


def _covering(known: PublicNights | None, first: int, last: int, day: date) -> PublicNights:
    """A copy of what is known that begins and ends late and early enough for the nights `first` to `last`."""
    first_night, last_night = date.fromordinal(first), date.fromordinal(last)
    if known is not None and len(known):
        first_night, last_night = min(first_night, known.first_night), max(last_night, known.last_night)
    first_night = max(first_night, day - timedelta(days=KEPT_DAYS))
    found = (known or PublicNights(first_night)).between(first_night, last_night)
    return PublicNights(first_night, found.states, found.prices[:], found.min_stays[:], found.taken_on[:])
