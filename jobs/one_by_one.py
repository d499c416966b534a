"""Work on many things of which one may be broken."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

from jobs.running import GiveUp, LeaseLost, RunningJob, Stopping

logger = logging.getLogger(__name__)

Item = TypeVar("Item")


def one_by_one(job: RunningJob, items: Iterable[Item], do: Callable[[Item], int], *, counted_as: str) -> None:
    """Does it to each item; one that breaks is logged, and the others have their turn.

    The job's progress tells under `counted_as` the sum of what `do` returned. Raises GiveUp in the end when some broke.
    What ends the whole job (a lost lease, a database that is away) is raised at once.
    """
    counted = taken = 0
    broken: list[Item] = []
    for item in items:
        job.keep_lease()
        taken += 1
        try:
            counted += do(item)
        except (LeaseLost, Stopping, OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("%s: %s broke", job, item)
            broken.append(item)
    job.report(**{counted_as: counted})
    if broken:
        raise GiveUp(f"{len(broken)} of {taken} broke, {broken[0]} first; the log tells why.")
