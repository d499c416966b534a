"""One thread of a worker process renews the leases of all jobs that the process runs."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.models import Q

from jobs.models import Job
from jobs.outcomes import close_broken_connections, first_line
from jobs.running import RunningJob

logger = logging.getLogger(__name__)

# A handler that has called nothing of its job for so long is taken for stuck: its lease may expire. Every wait for a
# channel or a database is shorter.
STUCK_AFTER = 300  # seconds
LONGEST_NAP = 0.2  # seconds


def renew(jobs: Sequence[RunningJob], now: datetime, lease: timedelta) -> None:
    """Renew the leases of the jobs. Those that are no longer ours end with LeaseLost at their next step."""
    alive = [job for job in jobs if time.monotonic() - job.last_sign < STUCK_AFTER]
    if not alive:
        return
    ours = Q()
    for job in alive:
        ours |= Q(pk=job.id, attempts=job.attempts)
    held = Job.objects.filter(ours, state=Job.State.RUNNING)
    with transaction.atomic():
        renewed = held.update(leased_until=now + lease)
    if renewed == len(alive):
        lost: set[int] = set()
    else:
        lost = {job.id for job in alive} - set(held.values_list("pk", flat=True))
    for job in alive:
        if job.id not in lost:
            job.renewed(now + lease)
        elif not job.closed:  # or else it has just ended
            job.take_away()


class LeaseKeeper:
    """`running` returns the jobs of the process. `clock` returns the machine's time."""

    def __init__(
        self, running: Callable[[], Sequence[RunningJob]], *, clock: Callable[[], datetime], lease: timedelta
    ) -> None:
        self._running = running
        self._clock = clock
        self._lease = lease
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Return when the thread has ended. Call it in the thread that called `start`."""
        self._stopped = True
        self._thread.join()

    def _run(self) -> None:
        # Before a third of a lease has passed, when the handlers would renew their own leases one by one.
        every = self._lease.total_seconds() / 4
        renew_at = time.monotonic() + every
        try:
            while not self._stopped:
                time.sleep(LONGEST_NAP)
                if time.monotonic() < renew_at or not (jobs := self._running()):
                    continue
                renew_at = time.monotonic() + (every if self._renewed(jobs) else min(every, 1.0))
        finally:
            connections.close_all()

    def _renewed(self, jobs: Sequence[RunningJob]) -> bool:
        try:
            close_broken_connections()
            renew(jobs, self._clock(), self._lease)
        except (OperationalError, InterfaceError) as error:
            logger.warning("leases cannot be renewed, the database is unavailable: %s", first_line(error))
            return False
        except Exception:
            logger.exception("leases cannot be renewed")
            return False
        return True
