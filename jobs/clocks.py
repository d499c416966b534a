"""The three readings of the clock that background work needs. Only a moved test clock tells them apart (`clock`)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import clock

Reading = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Clocks:
    """`now` is for handlers, `queue` for the due times of jobs, and `real` for leases and heartbeats."""

    now: Reading = clock.now
    queue: Reading = clock.queue_now
    real: Reading = clock.real_now


def clocks_from(reading: Reading | None) -> Clocks:
    """The same reading for all three, as tests want it; without one, those of the machine."""
    return Clocks() if reading is None else Clocks(reading, reading, reading)
