"""Chooses the running job that gives its place to another."""

import time
from collections import Counter
from collections.abc import Sequence

from jobs.claiming import Claimer, Load, Turn
from jobs.clocks import Clocks
from jobs.models import Job
from jobs.places import Places
from jobs.running import RunningJob

# Among equals, a job gives way after this time, so that many long jobs take turns.
SLICE = 60.0  # seconds
# A job reaches its next step when the channel has answered. Meanwhile another one may be asked.
NEXT_ASKED_AFTER = 2.0  # seconds


def ask_to_give_way(running: Sequence[RunningJob], places: Places, claimer: Claimer, clocks: Clocks) -> None:
    """If a job waits that has a better right to a place than one of `running`, ask the one with the least right.

    The job ends at its next `give_way_if_others_wait`. Costs nothing while there are free places for long jobs.
    """
    free = places.free(Counter(job.priority for job in running))
    blocked = [priority for priority in (Job.Priority.AWAITED, Job.Priority.REGULAR) if priority not in free]
    found = claimer.waiting(clocks.queue(), blocked, real=clocks.real()) if blocked else None
    if found is None:
        for job in running:
            job.others_wait = False
        return
    turn, load = found
    long = [job for job in running if job.priority in (Job.Priority.AWAITED, Job.Priority.REGULAR)]
    if any(job.others_wait and time.monotonic() - job.asked_at < NEXT_ASKED_AFTER for job in long):
        return
    weaker = [job for job in long if not job.others_wait and _has_less_right(job, turn, load)]
    if weaker:
        chosen = max(weaker, key=lambda job: (-job.priority, load.jobs[(job.party.application_id,)], -job.started))
        chosen.others_wait, chosen.asked_at = True, time.monotonic()


def _has_less_right(job: RunningJob, waiting: Turn, load: Load) -> bool:
    """Whether the waiting job should run in place of `job`."""
    if job.priority != waiting.priority:
        return job.priority < waiting.priority
    mine = (job.party.application_id, job.party.user_id)
    for depth in (1, 2):
        ours, theirs = mine[:depth], waiting.path[:depth]
        if ours != theirs:
            without_us = load.jobs[ours] - 1
            if load.jobs[theirs] != without_us:
                return load.jobs[theirs] < without_us
            break
    return time.monotonic() - job.started > SLICE
