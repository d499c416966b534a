"""How many jobs one worker process runs at once, and which kinds of priority may start now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.models import Job

QUICK, AWAITED, REGULAR = Job.Priority.QUICK, Job.Priority.AWAITED, Job.Priority.REGULAR
DELIVERY, SLOW_DELIVERY = Job.Priority.DELIVERY, Job.Priority.SLOW_DELIVERY


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a process. `concurrency` is the number of ordinary places (WORKER_CONCURRENCY).

    Beside them, a quarter as many are reserved for QUICK jobs, so that the push of a change never waits for the end of
    a long sync. Beyond the reserve, QUICK jobs may take half of the ordinary places, REGULAR jobs three quarters, and
    the first eighth is left to REGULAR jobs. So no kind of work stops another, however much of it is queued.

    A further quarter each is for deliveries to quick receivers and to slow ones. Deliveries use no other places and
    leave theirs to nobody, because a receiver may take all the time that it is given.
    """

    concurrency: int

    @property
    def reserved(self) -> int:
        return max(self.concurrency // 4, 1)

    @property
    def deliveries(self) -> int:
        """The places for quick receivers, and again for slow ones."""
        return max(self.concurrency // 4, 1)

    @property
    def total(self) -> int:
        return self.concurrency + self.reserved + 2 * self.deliveries

    def free(self, running: Mapping[int, int]) -> Sequence[int]:
        """The priorities of which a job may start, in the order of their turns. `running`: jobs by priority."""
        ordinary = self._free_ordinary(running)
        allowed = [AWAITED, REGULAR] if ordinary > 0 else []
        if running.get(REGULAR, 0) >= max(self.concurrency * 3 // 4, 1) and REGULAR in allowed:
            allowed.remove(REGULAR)
        quick = running.get(QUICK, 0)
        if quick < self.reserved or (ordinary > 0 and quick < self.reserved + self.concurrency // 2):
            allowed.insert(0, QUICK)
        if REGULAR in allowed and running.get(REGULAR, 0) < self.concurrency // 8:
            allowed.remove(REGULAR)
            allowed.insert(0, REGULAR)
        # First, so that they start however many others are waiting; each runs for a while, so others wait little.
        deliveries = [each for each in (DELIVERY, SLOW_DELIVERY) if running.get(each, 0) < self.deliveries]
        return [*deliveries, *allowed]

    def only_newcomers(self, running: Mapping[int, int]) -> bool:
        """Whether the last quarter of the reserve is reached, which one application's many changes may not fill."""
        quick = running.get(QUICK, 0)
        beyond = min(self._free_ordinary(running), self.reserved + self.concurrency // 2 - max(quick, self.reserved))
        return max(beyond, 0) + max(self.reserved - quick, 0) <= self.reserved // 4

    def _free_ordinary(self, running: Mapping[int, int]) -> int:
        # QUICK jobs fill the reserve first.
        quick = max(running.get(QUICK, 0) - self.reserved, 0)
        return self.concurrency - running.get(REGULAR, 0) - running.get(AWAITED, 0) - quick
