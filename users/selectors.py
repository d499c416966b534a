"""Reading users and accounts: what is derived from other rows comes with the same query."""

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from users.models import Account, User
from users.sync_status import account_sync_state


def with_status(users: QuerySet[User]) -> QuerySet[User]:
    """Adds `status` (contract, *Users*): `new` until the first account, `active` while a valid one lives."""
    accounts = Account.objects.filter(user=OuterRef("pk"))
    return users.annotate(
        status=Case(
            When(Exists(accounts.filter(valid=True, deleted_at=None)), then=Value("active")),
            When(Exists(accounts), then=Value("inactive")),
            default=Value("new"),
        )
    )


def with_sync_status(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Adds `sync_state` and the counts of listings that are on the channel now, all and enabled."""

    def listings_of_account(**conditions: object) -> Coalesce:
        counted = (
            Account.objects.filter(pk=OuterRef("pk"), channel_listings__removed_at=None, **conditions)
            .order_by()
            .values("pk")
            .annotate(count=Count("channel_listings"))
            .values("count")
        )
        return Coalesce(Subquery(counted), 0, output_field=IntegerField())

    return accounts.annotate(
        nb_listings=listings_of_account(),
        nb_enabled_listings=listings_of_account(channel_listings__listing__enabled=True),
        sync_state=account_sync_state(),
    )
