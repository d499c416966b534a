"""Runs the handler of a job and records how it ended."""

import logging
import random
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connections

from jobs.handlers import handler_of
from jobs.running import GiveUp, LeaseLost, RunningJob, Stopping, TryLater

logger = logging.getLogger(__name__)

MAX_FAILURES = 8
FIRST_BACK_OFF = timedelta(seconds=5)
LONGEST_BACK_OFF = timedelta(minutes=15)


def back_off(failures: int) -> timedelta:
    """The wait after the n-th failure (n >= 1): doubled each time, and varied at random by up to a quarter."""
    middle: timedelta = min(FIRST_BACK_OFF * 2 ** min(failures - 1, 16), LONGEST_BACK_OFF)
    return middle * random.uniform(0.75, 1.25)  # noqa: S311  not a secret


def carry_out(job: RunningJob) -> None:
    """Run the job's handler and close the job, or return it to the queue.

    If the end cannot be recorded because the database is away, the error of Django is raised. The job is taken again
    when its lease expires.
    """
    try:
        _carry_out(job)
    except LeaseLost:
        logger.warning("%s was taken over by another worker or cancelled", job)


def _carry_out(job: RunningJob) -> None:
    if job.failures >= MAX_FAILURES:
        job.fail(f"Given up after {job.failures} failures. The last worker died.")
        logger.error("%s failed: its workers died", job)
        return
    logger.info("%s started, attempt %d", job, job.attempts)
    try:
        handler_of(job.kind)(job)
        if not job.closed:
            job.succeed()
        logger.info("%s succeeded", job)
    except Stopping:
        job.release()
        logger.info("%s was returned to the queue", job)
    except GiveUp as error:
        job.fail(str(error))
        logger.warning("%s failed: %s", job, error)
    except TryLater as error:
        if error.counted:
            _try_later(job, str(error), at_least=error.after or 0)
        else:
            job.postpone(str(error), after=timedelta(seconds=error.after or 0))
            logger.info("%s waits %.0f s: %s", job, error.after or 0, error)
    except LeaseLost:
        raise
    except (OperationalError, InterfaceError) as error:
        logger.warning("%s: the database is unavailable: %s", job, first_line(error))
        close_broken_connections()
        _try_later(job, "The database was unavailable.", at_least=0)
    except Exception as error:
        logger.exception("%s failed with an internal error", job)
        _try_later(job, f"Internal error ({type(error).__name__}).", at_least=0)


def _try_later(job: RunningJob, error: str, *, at_least: float) -> None:
    failures = job.failures + 1
    if failures >= MAX_FAILURES:
        job.fail(error)
        logger.error("%s failed after %d failures: %s", job, failures, error)
        return
    requested = timedelta(seconds=min(at_least, 3600.0))
    wait = max(back_off(failures), requested)
    job.retry(error, after=wait)
    logger.warning("%s will be retried in %.0f s: %s", job, wait.total_seconds(), error)


def close_broken_connections() -> None:
    """Drop this thread's connections that no longer work, so that the next query opens a new one."""
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
