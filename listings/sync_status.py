"""The state of the last sync, as an expression to annotate a queryset with."""

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from jobs.keys import key_expression
from jobs.kinds import REFRESH_LISTING, SYNC_ACCOUNT
from jobs.models import LIVE_STATES, Job
from listings.models import ChannelListing


def listing_sync_state() -> Coalesce:
    """An expression for a queryset of listings: `queued`, `in_progress`, `completed` or `unknown`.

    A listing is synced by its own refresh, or by a sync of an account that shows it.
    """
    accounts = ChannelListing.objects.filter(listing=OuterRef(OuterRef("pk")), removed_at=None)
    sync_keys = accounts.annotate(sync_key=key_expression(SYNC_ACCOUNT, F("account_id"))).values("sync_key")
    return sync_state(
        Job.objects.filter(key=key_expression(REFRESH_LISTING, OuterRef("pk"))),
        Job.objects.filter(key__in=sync_keys),
    )


def listing_sync_failure() -> dict[str, Subquery]:
    """Annotations for a queryset of listings: `sync_error` and `sync_retry_at` of the first channel where the listing
    failed, or nulls.
    """
    failed = (
        ChannelListing.objects.filter(listing=OuterRef("pk"), removed_at=None).exclude(failures=None).order_by("pk")
    )
    return {
        "sync_error": Subquery(failed.values("failure")[:1]),
        "sync_retry_at": Subquery(failed.values("retry_at")[:1]),
    }


def sync_state(*job_sets: QuerySet[Job]) -> Coalesce:
    """An expression for the sync state in the contract's words (*Accounts*).

    The first set of jobs that has a live job decides. If no set has one, the last successful sync of the row decides.
    """
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
