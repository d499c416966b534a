"""Where an account's sync stands, as an expression that comes with the account's own query."""

from django.db.models import Case, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from jobs.models import LIVE_STATES, Job


def account_sync_state() -> Coalesce:
    """`queued`, `in_progress`, `completed` or `unknown` (contract, *Accounts*) for a queryset of accounts."""
    return sync_state(Job.objects.filter(account=OuterRef("pk"), kind="sync_account"))


def sync_state(*job_sets: QuerySet[Job]) -> Coalesce:
    """The contract's word for the first live job of the sets, in their order; else for the row at rest."""
    live = [
        Subquery(
            jobs.filter(state__in=LIVE_STATES)
            .annotate(word=Case(When(state="queued", then=Value("queued")), default=Value("in_progress")))
            .values("word")[:1]
        )
        for jobs in job_sets
    ]
    at_rest = Case(When(last_successful_sync_at__isnull=False, then=Value("completed")), default=Value("unknown"))
    return Coalesce(*live, at_rest)
