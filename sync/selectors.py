"""Reading accounts: values derived from listings and jobs come with the same query."""

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from jobs.keys import key_expression
from jobs.kinds import SYNC_ACCOUNT
from jobs.models import Job
from listings.models import ChannelListing
from listings.sync_status import sync_state
from sync.models import AccountConnection
from users.models import Account


def with_sync_status(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Adds `sync_state`, `sync_error`, since when the occupancy of any listing is unknown, and how many listings the
    channel shows now: all of them, and the enabled ones. Prefetches the failed ones as `channel_listings`.
    """
    failed = ChannelListing.objects.filter(removed_at=None).exclude(failures=None).order_by("id")
    return accounts.annotate(
        nb_listings=_listings_of_account(),
        nb_enabled_listings=_listings_of_account(listing__enabled=True),
        sync_state=account_sync_state(),
        sync_error=Subquery(AccountConnection.objects.filter(pk=OuterRef("pk")).values("error")),
        occupancy_unknown_since=_occupancy_unknown_since(),
    ).prefetch_related(Prefetch("channel_listings", failed))


def account_sync_state() -> Coalesce:
    """`queued`, `in_progress`, `completed` or `unknown` (contract, *Accounts*) for a queryset of accounts."""
    return sync_state(Job.objects.filter(key=key_expression(SYNC_ACCOUNT, OuterRef("pk"))))


# What `with_state` tells of an account, and what it means.
STATES = {
    "connected": "the last sync succeeded",
    "new": "no sync has succeeded yet",
    "failing": "the last sync failed, or left something out",
    "invalid": "the channel refuses the credentials",
    "paused": "an operator has paused it",
}


def with_state(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Adds what operators ask of accounts that are not deleted: `state` (one of STATES), `paused_at`, `sync_error` and
    `sync_state`.
    """
    return accounts.filter(deleted_at=None).annotate(
        paused_at=F("connection__paused_at"),
        sync_error=F("connection__error"),
        sync_state=account_sync_state(),
        state=Case(
            When(connection__paused_at__isnull=False, then=Value("paused")),
            When(valid=False, then=Value("invalid")),
            When(connection__error__isnull=False, then=Value("failing")),
            When(last_successful_sync_at=None, then=Value("new")),
            default=Value("connected"),
            output_field=CharField(),
        ),
    )


def _occupancy_unknown_since() -> Subquery:
    shown = ChannelListing.objects.filter(
        account=OuterRef("pk"), removed_at=None, listing__occupancy_unknown_since__isnull=False
    )
    return Subquery(shown.order_by("listing__occupancy_unknown_since").values("listing__occupancy_unknown_since")[:1])


def _listings_of_account(**conditions: object) -> Coalesce:
    counted = (
        ChannelListing.objects.filter(account=OuterRef("pk"), removed_at=None, **conditions)
        .order_by()
        .values("account")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
