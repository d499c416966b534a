"""Pauses of channels that do not answer or are busy. All processes of this server share them.

Without them, each job of a channel that hangs would hold a place of its worker for several time-outs, and one account's
silence would tell the others nothing.

- An account that got no answer twice in a row is not asked for a while, which grows. Then one request, the probe, is
  let through. Its answer ends the pause, and its silence begins the next one.
- When two accounts are paused and nobody has got an answer in between, the channel's host is paused in the same way.
- A channel that answers 429 pauses the account for the time that it states. Two accounts pause the host: their limits
  are their own, so what they share is the limit of our address.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from limits.errors import StorageError
from limits.storage import Storage

SILENT_IN_A_ROW = 2  # requests of an account; then accounts of a host
FIRST_PAUSE, LONGEST_PAUSE = 5, 300  # seconds
BUSY_TOGETHER = 10  # seconds in which a second busy account pauses the host
LONGEST_BUSY_HOST = 60  # seconds
REMEMBERED = 3600  # seconds

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Paused:
    """Why a request must wait, and for how many seconds."""

    wait: float
    is_silent: bool  # otherwise it is busy


class _Scope:
    """The silence of one account or host."""

    def __init__(self, storage: Storage, name: str, longest_probe: float) -> None:
        self._storage = storage
        self._silent, self._rounds, self._shut = (f"{name}:{part}" for part in ("silent", "rounds", "shut"))
        self._longest_probe = math.ceil(longest_probe)
        self._is_probe = self._is_paused = self._had_failures = False

    def wait(self) -> float:
        """Seconds until a request may be sent again; 0 if it may be tried now, perhaps as the probe."""
        failures = self._storage.get(self._silent)
        self._had_failures = failures > 0
        self._is_paused = failures >= SILENT_IN_A_ROW
        if not (self._is_paused and self._storage.get(self._shut)):
            return 0.0
        left = self._storage.get_expiry(self._shut) - time.time()
        # While the probe is under way, it is shut for longer than it will probably take.
        return min(max(left, 0.1), _pause(self._storage.get(self._rounds)))

    def pass_through(self) -> float:
        """Like `wait`, but a request that may be sent then counts as the probe. Call `wait` before."""
        if not self._is_paused:
            return 0.0
        # Who counts it from zero to one is the probe. It is shut for the others until its answer comes.
        pause = _pause(self._storage.get(self._rounds))
        self._is_probe = self._storage.incr(self._shut, max(self._longest_probe, pause)) == 1
        return 0.0 if self._is_probe else pause

    def turn_back(self) -> None:
        """The probe is not sent."""
        if self._is_probe:
            self._storage.clear(self._shut)
            self._is_probe = False

    def answered(self) -> None:
        if self._had_failures:
            for key in (self._silent, self._rounds, self._shut):
                self._storage.clear(key)
        self._is_probe = self._is_paused = self._had_failures = False

    @property
    def is_probing(self) -> bool:
        return self._is_probe

    def is_silent(self) -> bool:
        """Counts a request without an answer. Returns whether a pause has begun that was none before."""
        failures = self._storage.incr(self._silent, REMEMBERED)
        self._had_failures = True
        if self._is_probe:
            self._is_probe = False
            rounds = self._storage.incr(self._rounds, REMEMBERED)
            self._storage.clear(self._shut)
            self._storage.incr(self._shut, _pause(rounds))
            return False
        if failures != SILENT_IN_A_ROW:
            return False
        self._storage.incr(self._shut, _pause(0))
        return True


def _pause(rounds: int) -> int:
    return int(min(FIRST_PAUSE * 2 ** min(rounds, 10), LONGEST_PAUSE))


class Pauses:
    """The pauses that concern one account's requests to a host. One thread uses it at a time.

    `longest_probe` is the most seconds that a request takes.
    """

    def __init__(self, storage: Storage, *, host: str, account: str, longest_probe: float) -> None:
        self._storage = storage
        host, account = f"channel-pause:{host}", f"channel-pause:{host}:{account}"
        self._host = _Scope(storage, host, longest_probe)
        self._account = _Scope(storage, account, longest_probe)
        self._busy_host, self._busy_account, self._busy_together = (
            f"{host}:busy",
            f"{account}:busy",
            f"{host}:busy-with",
        )

    def current(self) -> Paused | None:
        """The pause that a request must wait for, or None if it may be sent now."""
        return self._unless_away(self._current)

    def answered(self) -> None:
        """The channel has answered, whatever it has said."""
        self._unless_away(self._account.answered)
        self._unless_away(self._host.answered)

    def is_silent(self) -> None:
        """The channel could not be reached, or did not answer in time."""
        self._unless_away(self._is_silent)

    def is_busy(self, seconds: float) -> None:
        """The channel asks us to wait."""
        self._unless_away(lambda: self._is_busy(seconds))

    def _current(self) -> Paused | None:
        for key in (self._busy_account, self._busy_host):
            if self._storage.get(key):
                return Paused(max(self._storage.get_expiry(key) - time.time(), 0.1), is_silent=False)
        wait = max(self._account.wait(), self._host.wait()) or self._account.pass_through()
        if not wait and (wait := self._host.pass_through()):
            self._account.turn_back()
        return Paused(wait, is_silent=True) if wait else None

    def _is_silent(self) -> None:
        if self._account.is_silent() or self._host.is_probing:
            self._host.is_silent()

    def _is_busy(self, seconds: float) -> None:
        if self._storage.incr(self._busy_account, max(math.ceil(seconds), 1)) > 1:
            return
        if self._storage.incr(self._busy_together, BUSY_TOGETHER) > 1:
            self._storage.incr(self._busy_host, max(math.ceil(min(seconds, LONGEST_BUSY_HOST)), 1))

    def _unless_away(self, call: Callable[[], Result]) -> Result | None:
        """Without the storage there are no pauses."""
        try:
            return call()
        except StorageError:  # the storage logs it
            return None
