"""The nights of one listing that are taken, and the gaps between them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise

from pricing.horizon import Horizon
from pricing.listing import BookedStay, ListingFacts

# A longer run of vacant nights is not a gap that a host wants to fill.
LONGEST_GAP = 90


@dataclass(frozen=True, slots=True)
class Bookings:
    """The units that are taken on each night, in parallel lists that start with the night `first`.

    first: `date.toordinal()` of the first night. units: the number of units of the listing.
    booked: units booked by guests. kept: units that the owner uses or the host has blocked.
    known: whether the other units are vacant. If not, there are no vacant nights, shares or gaps.
    """

    first: int
    units: int
    booked: list[int]
    kept: list[int]
    known: bool = True

    @classmethod
    def around(
        cls,
        horizon: Horizon,
        listing: ListingFacts,
        reservations: Iterable[BookedStay],
        blocked: Collection[date],
    ) -> "Bookings":
        """The bookings of a horizon that is not empty, with the gaps that reach into it."""
        first = horizon.ordinals[0] - LONGEST_GAP - 1
        length = horizon.ordinals[-1] + LONGEST_GAP + 1 - first + 1
        units = max(listing.units, 1)
        booked, kept = [0] * (length + 1), [0] * (length + 1)
        for reservation in reservations:
            if reservation.cancelled_on is not None:
                continue
            begins = max(reservation.check_in.toordinal() - first, 0)
            ends = min(reservation.check_out.toordinal() - first, length)
            if begins < ends:
                changes = kept if reservation.owner_stay else booked
                changes[begins] += reservation.units
                changes[ends] -= reservation.units
        booked, kept = list(accumulate(booked)), list(accumulate(kept))
        for night in blocked:
            if 0 <= (position := night.toordinal() - first) < length:
                kept[position] = max(units - booked[position], 0)  # units booked by guests were for sale
        return cls(first, units, booked[:length], kept[:length], listing.occupancy_known)

    def vacant(self, horizon: Horizon) -> list[bool]:
        """Whether at least one unit is vacant, for each night of the horizon."""
        if not self.known:
            return [False] * len(horizon.ordinals)
        positions = [ordinal - self.first for ordinal in horizon.ordinals]
        return [self.booked[night] + self.kept[night] < self.units for night in positions]

    def units_left(self, horizon: Horizon) -> list[int] | None:
        """The vacant units of each night of the horizon; None when they are not known."""
        if not self.known:
            return None
        positions = [ordinal - self.first for ordinal in horizon.ordinals]
        return [max(self.units - self.booked[night] - self.kept[night], 0) for night in positions]

    def share(self, horizon: Horizon) -> float | None:
        """The booked share of the horizon's unit-nights that were for sale; None when it is unknown or none was."""
        if not self.known:
            return None
        positions = [ordinal - self.first for ordinal in horizon.ordinals]
        sold = sum(self.booked[night] for night in positions)
        for_sale = sum(max(self.units - self.kept[night], self.booked[night]) for night in positions)
        return sold / for_sale if for_sale else None

    def gaps(self, horizon: Horizon, *, from_today: bool = True) -> list[int]:
        """The length in nights of the gap around each night of the horizon; 0 when the night is in no gap.

        A gap is a run of at most LONGEST_GAP vacant nights between two taken nights. `from_today`: the night before
        today counts as taken because nobody can arrive before today; otherwise a gap stays as long as it was.
        """
        if not self.known:
            return [0] * len(horizon.ordinals)
        today = horizon.today.toordinal() - self.first
        earliest = today if from_today else 0
        taken = [
            night
            for night, (booked, kept) in enumerate(zip(self.booked, self.kept, strict=True))
            if booked + kept >= self.units and night >= earliest
        ]
        if from_today and 0 < today <= len(self.booked):
            taken.insert(0, today - 1)
        lengths = [0] * len(self.booked)
        for before, after in pairwise(taken):
            if 1 < after - before <= LONGEST_GAP + 1:
                lengths[before + 1 : after] = [after - before - 1] * (after - before - 1)
        return [lengths[ordinal - self.first] for ordinal in horizon.ordinals]
