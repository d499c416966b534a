"""Asks for the details of bookings. What does not come is asked for again in the next runs.

Details have the price of a booking, and perhaps its dates, so a booking counts without them.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from connectors.coliving.mapping import Booking, Stay
from connectors.coliving.session import NotAtColiving, Session
from connectors.errors import ChannelUnavailable
from connectors.values import ReservationStatus

logger = logging.getLogger(__name__)

FAILED_IN_A_ROW = 3  # Then no more are asked for in this run.
MOST_TRIES = 4  # runs, for a booking
MOST_AGAIN = 500  # bookings that are kept for the next run


class Details:
    """The details of one run. `again` are the bookings whose details did not come, as they are kept in a cursor."""

    def __init__(self, session: Session, again: Sequence[Mapping[str, Any]]) -> None:
        self._session = session
        self._failed = 0
        self._tries = {kept["id"]: int(kept["tries"]) for kept in again}
        self._again: dict[str, Mapping[str, Any]] = {kept["id"]: kept for kept in again}

    @property
    def again(self) -> list[Mapping[str, Any]]:
        return list(self._again.values())[:MOST_AGAIN]

    def bookings(self) -> list[Booking]:
        """The bookings of `again`."""
        return [_restored(kept) for kept in self._again.values()]

    def forget(self, booking: Booking) -> None:
        """There is a newer version of the booking."""
        self._again.pop(booking.id, None)

    def of(self, booking: Booking) -> Any:
        """The document, or None if it does not come. Raises ChannelUnavailable if Coliving is busy."""
        if self._failed < FAILED_IN_A_ROW:
            try:
                details = self._session.booking(booking.id)
            except NotAtColiving:
                logger.info("A booking in Coliving's feed has no details.")
                return None
            except ChannelUnavailable as error:
                if error.is_busy:
                    raise
                logger.warning("The details of a booking are left out: %s", error)
                self._failed += 1
                self._tries[booking.id] = self._tries.get(booking.id, 0) + 1
            else:
                self._failed = 0
                return details
        tries = self._tries.get(booking.id, 0)
        if tries < MOST_TRIES:
            self._again[booking.id] = {**asdict(booking), "stay": _kept(booking.stay), "tries": tries}
        return None


def _kept(stay: Stay | None) -> list[str] | None:
    return None if stay is None else [stay.check_in.isoformat(), stay.check_out.isoformat(), stay.room_type_id]


def _restored(kept: Mapping[str, Any]) -> Booking:
    stay = None
    if kept["stay"] is not None:
        check_in, check_out, room_type_id = kept["stay"]
        stay = Stay(date.fromisoformat(check_in), date.fromisoformat(check_out), room_type_id)
    return Booking(
        id=kept["id"],
        house=kept["house"],
        status=None if kept["status"] is None else ReservationStatus(kept["status"]),
        version=kept["version"],
        stay=stay,
        is_empty=kept["is_empty"],
    )
