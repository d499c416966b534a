"""How many jobs one worker process runs at once, and which kinds of priority may start now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.models import Job

QUICK, AWAITED, REGULAR = Job.Priority.QUICK, Job.Priority.AWAITED, Job.Priority.REGULAR


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a process. `concurrency` is the number of ordinary places (WORKER_CONCURRENCY).

    Beside them, a quarter as many are reserved for QUICK jobs, so that the push of a change never waits for the end of
    a long sync. REGULAR jobs may take three quarters of the ordinary places, and the first eighth is theirs, so that
    neither nightly work nor the work that somebody waits for stops the other.
    """

    concurrency: int

    @property
    def reserved(self) -> int:
        return max(self.concurrency // 4, 1)

    @property
    def total(self) -> int:
        return self.concurrency + self.reserved

    def free(self, running: Mapping[int, int]) -> Sequence[int]:
        """The priorities of which a job may start, in the order of their turns. `running`: jobs by priority."""
        ordinary = self._free_ordinary(running)
        allowed = [AWAITED, REGULAR] if ordinary > 0 else []
        if running.get(REGULAR, 0) >= max(self.concurrency * 3 // 4, 1) and REGULAR in allowed:
            allowed.remove(REGULAR)
        if ordinary > 0 or running.get(QUICK, 0) < self.reserved:
            allowed.insert(0, QUICK)
        if REGULAR in allowed and running.get(REGULAR, 0) < self.concurrency // 8:
            allowed.remove(REGULAR)
            allowed.insert(0, REGULAR)
        return allowed

    def only_newcomers(self, running: Mapping[int, int]) -> bool:
        """Whether the last quarter of the reserve is reached, which one application's many changes may not fill."""
        left = max(self._free_ordinary(running), 0) + self.reserved - min(running.get(QUICK, 0), self.reserved)
        return left <= self.reserved // 4

    def _free_ordinary(self, running: Mapping[int, int]) -> int:
        # QUICK jobs fill the reserve first.
        quick = max(running.get(QUICK, 0) - self.reserved, 0)
        return self.concurrency - running.get(REGULAR, 0) - running.get(AWAITED, 0) - quick
