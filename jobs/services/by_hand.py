"""What operators do with single jobs, by the console or by manage.py. Name the operator around it (audit/actor.py)."""

from datetime import datetime

from django.db import IntegrityError, transaction

from audit.actions import Action
from audit.services import Resource, record
from jobs.announcing import announce_after_commit
from jobs.models import LIVE_STATES, Job
from jobs.queue import AlreadyQueued, enqueue
from jsonapi.refusals import Conflict, NotThere

CANCELLED = "Cancelled by an operator."


def start_periodic(kind: str, *, now: datetime) -> Job:
    """Enqueue a periodic job without waiting for its interval. Raises Conflict (409) if one is queued or running."""
    job: Job | None = None
    with transaction.atomic():  # also committed if the job exists, which may be due earlier now
        try:
            job = enqueue(kind, now=now)
        except AlreadyQueued:
            pass
        else:
            record(Action.JOB_ENQUEUED, audited_job(job), {"kind": [None, kind]}, now=now)
    if job is None:
        raise Conflict(f"{kind} is already queued or running.")
    return job


@transaction.atomic
def retry_job(job_id: int, *, now: datetime) -> Job:
    """Queue a failed job again: it is due now, and none of its failures counts. Return it as it is then.

    Raises NotThere (404) for an unknown id, and Conflict (409) if the job has not failed, or if a job with the same key
    is queued or running, which does the same work.
    """
    job = _locked(job_id)
    if job.state != Job.State.FAILED:
        raise Conflict(f"Job {job_id} cannot be retried: it is {job.state}. Only failed jobs can.")
    changes = {"state": [job.state, Job.State.QUEUED.value], "failures": [job.failures, 0]}
    job.state, job.failures, job.due_at, job.ready = Job.State.QUEUED, 0, now, True
    job.finished_at = job.leased_until = None
    try:
        with transaction.atomic():
            job.save(update_fields=["state", "failures", "due_at", "ready", "finished_at", "leased_until"])
    except IntegrityError as error:
        live = Job.objects.filter(key=job.key, state__in=LIVE_STATES).first()
        doing = f"job {live.pk} is {live.state}, and does" if live else "another job does"
        raise Conflict(f"Job {job_id} cannot be retried: {doing} the same work.") from error
    record(Action.JOB_RETRIED, audited_job(job), changes, now=now)
    announce_after_commit(1)
    return job


@transaction.atomic
def cancel_job(job_id: int, *, now: datetime) -> bool:
    """Close a queued or running job as failed; return whether it was running.

    A handler that is at work is asked to stop: it gets LeaseLost at its next step, and stores nothing more. What it has
    stored stays. What a kind does when its job fails (jobs/handlers.py) is not done for a cancelled job.

    Raises NotThere (404) for an unknown id, and Conflict (409) if the job has ended.
    """
    job = _locked(job_id)
    if job.state not in LIVE_STATES:
        raise Conflict(f"Job {job_id} cannot be cancelled: it has {job.state}.")
    was_running = job.state == Job.State.RUNNING
    changes = {"state": [job.state, Job.State.FAILED.value]}
    job.state, job.finished_at, job.leased_until, job.error = Job.State.FAILED, now, None, CANCELLED
    job.save(update_fields=["state", "finished_at", "leased_until", "error"])
    record(Action.JOB_CANCELLED, audited_job(job), changes, now=now)
    return was_running


def audited_job(job: Job) -> Resource:
    """How a job appears in the audit trail."""
    return Resource("jobs", job.pk, job.application_id or None, job.user_id or None)


def _locked(job_id: int) -> Job:
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotThere(f"There is no job {job_id}.")
    return job
