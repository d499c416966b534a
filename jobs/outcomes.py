"""Runs the handler of a job and records how it ended."""

import logging
import random
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connections, transaction

from audit.actor import acting_as
from jobs.handlers import failure_of, handler_of
from jobs.observing import observed
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
    with observed(job) as turn:
        try:
            with acting_as(worker=job.kind):
                turn.outcome = _carry_out(job)
        except LeaseLost:
            turn.outcome = "lost"
            logger.warning("%s was taken over by another worker or cancelled", job)


def _carry_out(job: RunningJob) -> str:
    """The outcome of the turn (jobs/observing.py)."""
    if job.failures >= MAX_FAILURES:
        _fail(job, f"Given up after {job.failures} failures. The last worker died.")
        logger.error("%s failed: its workers died", job)
        return "failed"
    logger.debug("%s started, attempt %d", job, job.attempts)
    try:
        handler_of(job.kind)(job)
        if not job.closed:
            job.succeed()
        return job.outcome
    except Stopping:
        job.release()
        return "returned"
    except GiveUp as error:
        _fail(job, str(error))
        logger.warning("%s failed: %s", job, error)
        return "failed"
    except TryLater as error:
        if error.counted:
            return _try_later(job, str(error), at_least=error.after or 0)
        job.postpone(str(error), after=timedelta(seconds=error.after or 0))
        logger.info("%s waits %.0f s: %s", job, error.after or 0, error)
        return "postponed"
    except LeaseLost:
        raise
    except (OperationalError, InterfaceError) as error:
        logger.warning("%s: the database is unavailable: %s", job, first_line(error))
        close_broken_connections()
        return _try_later(job, "The database was unavailable.", at_least=0)
    except Exception as error:
        logger.exception("%s failed with an internal error", job)
        return _try_later(job, f"Internal error ({type(error).__name__}).", at_least=0)


def _fail(job: RunningJob, error: str) -> None:
    """Close the job as failed, together with what its kind wants to store then."""
    store = failure_of(job.kind)
    try:
        with transaction.atomic():
            job.fail(error)
            if store is not None:
                store(job, error)
    except (LeaseLost, OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("%s: what follows from its failure could not be stored", job)
        job.fail(error)


def _try_later(job: RunningJob, error: str, *, at_least: float) -> str:
    """The outcome: `retried` or, after the last failure, `failed`."""
    failures = job.failures + 1
    if failures >= MAX_FAILURES:
        _fail(job, error)
        logger.error("%s failed after %d failures: %s", job, failures, error)
        return "failed"
    requested = timedelta(seconds=min(at_least, 3600.0))
    wait = max(back_off(failures), requested)
    job.retry(error, after=wait)
    logger.warning("%s will be retried in %.0f s: %s", job, wait.total_seconds(), error)
    return "retried"


def close_broken_connections() -> None:
    """Drop this thread's connections that no longer work, so that the next query opens a new one."""
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
