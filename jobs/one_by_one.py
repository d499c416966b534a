"""Work on many items of which some may fail."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError

from jobs.running import GiveUp, LeaseLost, RunningJob, Stopping

logger = logging.getLogger(__name__)

Item = TypeVar("Item")


def one_by_one(job: RunningJob, items: Iterable[Item], do: Callable[[Item], int], *, counted_as: str) -> None:
    """Call `do` for each item. A failure is logged and does not affect the other items.

    The sum of the results of `do` is stored in the job's progress under the name `counted_as`. Raises GiveUp at the
    end if items failed. Errors that concern the whole job (a lost lease, an unavailable database) are raised
    immediately.
    """
    counted = taken = 0
    failed: list[Item] = []
    for item in items:
        job.keep_lease()
        taken += 1
        try:
            counted += do(item)
        except (LeaseLost, Stopping, OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("%s: %s failed", job, item)
            failed.append(item)
    job.report(**{counted_as: counted})
    if failed:
        raise GiveUp(f"{len(failed)} of {taken} failed. The first was {failed[0]}. The log contains the reasons.")
