"""Deletes jobs that ended long ago, and old entries of the audit trail."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from audit.services import delete_entries
from jobs.models import Job
from jobs.running import RunningJob

KEPT_FOR = timedelta(days=30)
ENTRIES_PER_BATCH = 1000


def prune_jobs(job: RunningJob) -> None:
    """Handle the daily job `prune_jobs`: delete jobs that ended more than KEPT_FOR ago."""
    Job.objects.filter(finished_at__lt=job.now() - KEPT_FOR).delete()


def purge_audit(job: RunningJob) -> None:
    """Handle the daily job `purge_audit`: delete audit entries that are older than `AUDIT_DAYS`.

    It is here because the room of the audit trail is below this one. Each batch is a transaction. After a crash, or
    when others wait, the next run continues with what is left.
    """
    oldest = job.now() - timedelta(days=settings.ENVIRONMENT.audit_days)
    deleted = 0
    while True:
        job.keep_lease()
        with transaction.atomic():
            job.fence()
            count = delete_entries(before=oldest, limit=ENTRIES_PER_BATCH)
        deleted += count
        if count < ENTRIES_PER_BATCH:
            break
        job.give_way_if_others_wait()
    job.report(rows=deleted)
