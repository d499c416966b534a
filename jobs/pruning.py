"""Deletes jobs that ended long ago."""

from datetime import timedelta

from jobs.models import Job
from jobs.running import RunningJob

KEPT_FOR = timedelta(days=30)


def prune_jobs(job: RunningJob) -> None:
    """Handle the daily job `prune_jobs`: delete jobs that ended more than KEPT_FOR ago."""
    Job.objects.filter(finished_at__lt=job.now() - KEPT_FOR).delete()
