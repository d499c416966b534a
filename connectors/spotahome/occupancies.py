"""Occupancies: reservations, and blocks by the landlord.

`from` is the first occupied night and `to` the day of departure, which is free again. An occupancy with a source or
a booking request is a reservation; one with neither is a block. There is no list of changes. A listing shows its
present occupancies, and one that it no longer shows has been cancelled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.payloads import Malformed
from connectors.spotahome import mapping, payloads
from connectors.spotahome.availabilities import Lettable
from connectors.spotahome.mapping import LONGEST_ID, Terms
from connectors.spotahome.rents import day_of_year, nightly
from connectors.values import (
    Availability,
    RemoteNight,
    RemoteReservation,
    ReservationPage,
    ReservationStatus,
    Unreadable,
)


@dataclass(frozen=True, slots=True, order=True)
class Occupancy:
    start: date
    end: date  # the day of departure
    source: str
    request_id: str

    @property
    def is_reservation(self) -> bool:
        return bool(self.source or self.request_id)


def read_occupancy(row: Any) -> Occupancy:
    """Raises Malformed."""
    read = payloads.Occupancy.read(row)
    return Occupancy(read.start, read.end, read.source or "", read.booking_request_id or "")


def read_occupancies(row: Any) -> list[Occupancy]:
    """All of a listing. Raises Malformed."""
    return [read_occupancy(occupancy) for occupancy in payloads.OccupiedListing.read(row).occupancies]


def calendar_nights(
    first: date, last: date, known: Terms, occupancies: Sequence[Occupancy], lettable: Lettable
) -> list[RemoteNight]:
    """Nights from `first` to `last`, both included. A night that no stay can contain is blocked."""
    taken: dict[date, Availability] = {}
    for occupancy in sorted(occupancies, key=lambda occupancy: occupancy.is_reservation):
        letter = Availability.BOOKED if occupancy.is_reservation else Availability.BLOCKED
        taken |= dict.fromkeys(
            _nights(max(occupancy.start, first), min(occupancy.end, last + timedelta(days=1))), letter
        )
    return [
        RemoteNight(
            night=night,
            availability=taken.get(night) or (Availability.AVAILABLE if night in lettable else Availability.BLOCKED),
            price=None if known.rents is None else nightly(known.rents[day_of_year(night)], known.currency),
            min_stay=known.min_stay,
            max_stay=known.max_stay,
        )
        for night in _nights(first, last + timedelta(days=1))
    ]


def _nights(first: date, end: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range((end - first).days))


def reservation_page(rows: Sequence[Any]) -> ReservationPage:
    """All reservations of some listings. The page is complete for the listings that were read without an error."""
    found: list[RemoteReservation] = []
    unreadable: list[Unreadable] = []
    complete: list[str] = []
    for row in rows:
        try:
            listing = payloads.OccupiedListing.read(row)
            occupancies, broken = _readable(listing.occupancies)
            found += _reservations(listing.id, occupancies)
        except Malformed as error:
            unreadable.append(mapping.unreadable(row, error))
            continue
        unreadable += [Unreadable(listing.id, reason) for reason in broken]
        if not broken:
            complete.append(listing.id)
    return ReservationPage(found, {}, unreadable, complete)


def _readable(rows: Sequence[Any]) -> tuple[list[Occupancy], list[str]]:
    """The readable occupancies, and the errors of the others."""
    occupancies, broken = [], []
    for row in rows:
        try:
            occupancies.append(read_occupancy(row))
        except Malformed as error:
            broken.append(str(error))
    return occupancies, broken


def _reservations(listing_id: str, occupancies: Sequence[Occupancy]) -> list[RemoteReservation]:
    """A repeated occupancy counts once. A request with two stays makes two reservations. Raises Malformed."""
    by_id: dict[str, RemoteReservation] = {}
    for occupancy in sorted(set(occupancies)):
        if not occupancy.is_reservation or occupancy.end <= occupancy.start:
            continue
        own_id = f"{listing_id}-{occupancy.request_id or occupancy.start.isoformat()}"
        if own_id in by_id:
            own_id = f"{own_id}-{occupancy.start.isoformat()}-{occupancy.end.isoformat()}"
        if len(own_id) > LONGEST_ID:
            raise Malformed("bookingRequestId")
        by_id[own_id] = RemoteReservation(
            channel_reservation_id=own_id,
            channel_listing_id=listing_id,
            status=ReservationStatus.BOOKED,
            check_in=occupancy.start,
            check_out=occupancy.end,
            source=occupancy.source,
        )
    return list(by_id.values())
