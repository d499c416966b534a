"""Reading users: values derived from other rows come with the same query."""

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When

from users.models import Account, User


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
