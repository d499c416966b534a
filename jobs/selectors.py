"""Reading jobs for operators."""

from django.db.models import QuerySet

from jobs.models import Job

DELIVERIES = (Job.Priority.DELIVERY, Job.Priority.SLOW_DELIVERY)


def jobs(*, state: str | None = None, kind: str | None = None, account_id: int | None = None) -> QuerySet[Job]:
    """The jobs that satisfy all given conditions, newest first."""
    found = Job.objects.order_by("-id")
    if state is not None:
        found = found.filter(state=state)
    if kind is not None:
        found = found.filter(kind=kind)
    if account_id is not None:  # of a delivery, the column holds the id of a webhook endpoint
        found = found.filter(account_id=account_id).exclude(priority__in=DELIVERIES)
    return found
