"""Where a listing's sync stands, as an expression that comes with the listing's own query."""

from django.db.models import OuterRef
from django.db.models.functions import Coalesce

from jobs.models import Job
from users.sync_status import sync_state


def listing_sync_state() -> Coalesce:
    """`queued`, `in_progress`, `completed` or `unknown` for a queryset of listings.

    A listing is being synced by a refresh of its own, or by a sync of an account that shows it.
    """
    refreshes = Job.objects.filter(listing=OuterRef("pk"), kind="refresh_listing")
    syncs = Job.objects.filter(
        account__channel_listings__listing=OuterRef("pk"),
        account__channel_listings__removed_at=None,
        kind="sync_account",
    )
    return sync_state(refreshes, syncs)
