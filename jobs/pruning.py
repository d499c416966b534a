"""Deleting jobs that ended long ago."""

from datetime import timedelta

from jobs.models import Job
from jobs.running import RunningJob

KEPT_AFTER_THE_END = timedelta(days=30)


def prune_jobs(job: RunningJob) -> None:
    """The daily job."""
    Job.objects.filter(finished_at__lt=job.now() - KEPT_AFTER_THE_END).delete()
