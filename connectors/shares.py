"""Fair shares of a limit that all accounts of a channel share: the limit of our address.

Time is cut into slices as long as the limit's window. The applications that ask in a slice share the limit equally, and
the accounts of an application share its part. Whoever has used its share may go on while nobody else needs the rest:

- Some requests stay free for those who have not used their share.
- Once such a request finds the limit used up, everybody keeps to its share for two slices.

Background work starts for a limited number of accounts of an application at once: each of them can then send a request
in every slice. Background work and requests that a person waits for leave each other a part of the limit.
"""

import random
import time
from dataclasses import dataclass

from limits.storage import Storage

from connectors.wire import RateLimit

SMALLEST_PARTED = 10  # requests; a smaller limit is not parted between people and background work
TURNED_AWAY = (2.0, 10.0)  # seconds after which background work that may not start now tries again
EACH_TURNED_AWAY = 0.3  # more seconds for each that was turned away before, so that few try in vain
LONGEST_TURNED_AWAY = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Party:
    """Whose requests these are. `is_urgent`: background work that takes seconds, and that somebody waits for."""

    application: str
    account: str
    in_background: bool = False
    is_urgent: bool = False


class ShareUsedUp(Exception):
    """Background work may not start now. `wait`: the seconds after which to try again."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


class Shares:
    """One party's share of a limit. One thread uses it at a time. Its methods raise limits.errors.StorageError."""

    def __init__(self, storage: Storage, limit: RateLimit, *, channel: str, party: Party) -> None:
        self._storage = storage
        self._requests, self._seconds = limit.requests, limit.seconds
        self._party = party
        self._name = f"channel-share:{channel}"
        self._application = party.application
        self._account = f"{party.application}:{party.account}"
        self._entered = -1  # the last slice in which the others know of this party
        # One request in ten, and at least two: connecting an account takes as many.
        self._reserve = min(max(limit.requests // 10, 2), limit.requests // 2)
        self._spare = self._reserve if party.in_background else 0

    def enter(self) -> None:
        """Tells the others that this party asks now. Raises ShareUsedUp for background work that may not start."""
        now = self._slice()
        if self._entered == now:
            return
        if self._raise(now, f"account:{self._account}") == 1:
            accounts = self._raise(now, f"accounts:{self._application}")
            if accounts == 1:
                self._raise(now, "applications")
            if self._may_be_turned_away(now) and self._is_full(now, accounts):
                raise self._turned_away(now)
        if self._party.in_background:
            self._raise(now, "background")
        self._entered = now

    def wait(self, room: int) -> float | None:
        """Seconds until this party may send a request: 0 for now, None until the limit has more room.

        `room` is the number of requests that the limit has left.
        """
        now = self._slice()
        if not self._party.in_background and self._waited_for_too_much(now):
            return self._seconds / self._requests * 2
        if room > self._requests // 2 + self._reserve:
            return 0.0
        share = max(-(-self._requests // self._known(now, "applications")), 1)
        share_of_account = max(-(-share // self._known(now, f"accounts:{self._application}")), 1)
        below = self._count(now, f"used:{self._application}") < share
        account_below = self._count(now, f"used-by:{self._account}") < share_of_account
        if below and account_below:
            if room > self._spare:
                return 0.0
        elif room > self._spare + self._reserve and not (
            (not below and self._storage.get(self._needed()))
            or (not account_below and self._storage.get(self._needed(self._application)))
        ):
            return 0.0
        if below and room <= self._spare:
            self._storage.incr(self._needed(), 2 * self._seconds)
        if account_below:
            self._storage.incr(self._needed(self._application), 2 * self._seconds)
        return None if room <= self._spare else self._until_next(now)

    def count(self) -> None:
        """A request is sent."""
        now = self._slice()
        self._raise(now, f"used:{self._application}")
        self._raise(now, f"used-by:{self._account}")
        if not self._party.in_background:
            self._raise(now, "waited-for")
            self._raise(now, f"waited-for:{self._application}")

    def _may_be_turned_away(self, now: int) -> bool:
        work = self._party.in_background and not self._party.is_urgent
        return work and not self._count(now - 1, f"account:{self._account}")

    def _is_full(self, now: int, accounts: int) -> bool:
        most = max((self._requests - self._spare) // self._known(now, "applications"), 1)
        return accounts > most or self._count(now - 1, f"accounts:{self._application}") >= most

    def _turned_away(self, now: int) -> ShareUsedUp:
        self._storage.clear(self._key(now, f"account:{self._account}"))
        self._raise(now, f"accounts:{self._application}", -1)
        before = max(
            self._raise(now, f"turned-away:{self._application}"),
            self._count(now - 1, f"turned-away:{self._application}"),
        )
        wait = random.uniform(*TURNED_AWAY) + EACH_TURNED_AWAY * before  # noqa: S311  not a secret
        return ShareUsedUp(min(wait, LONGEST_TURNED_AWAY))

    def _waited_for_too_much(self, now: int) -> bool:
        """One application leaves half of the limit to others, and all of them a third to background work."""
        if self._requests < SMALLEST_PARTED:
            return False
        if self._lately(now, f"waited-for:{self._application}") >= self._requests // 2:
            return True
        left = self._requests - self._requests // 3
        return self._lately(now, "waited-for") >= left and self._known(now, "background", least=0) > 0

    def _lately(self, now: int, name: str) -> float:
        """About how many were counted in as many seconds as a slice has, up to now."""
        before = 1 - time.time() % self._seconds / self._seconds
        return self._count(now, name) + before * self._count(now - 1, name)

    def _needed(self, application: str = "") -> str:
        return f"{self._name}:needed:{application}"

    def _slice(self) -> int:
        return int(time.time() // self._seconds)

    def _until_next(self, now: int) -> float:
        jitter = random.uniform(0.05, 0.3)  # noqa: S311  not a secret
        return max((now + 1) * self._seconds - time.time(), 0.0) + jitter

    def _key(self, slice_: int, name: str) -> str:
        return f"{self._name}:{slice_}:{name}"

    def _raise(self, slice_: int, name: str, by: int = 1) -> int:
        return self._storage.incr(self._key(slice_, name), 3 * self._seconds, by)

    def _count(self, slice_: int, name: str) -> int:
        return self._storage.get(self._key(slice_, name))

    def _known(self, now: int, name: str, *, least: int = 1) -> int:
        """What this slice knows so far, or what the last one knew."""
        return max(self._count(now, name), self._count(now - 1, name), least)
