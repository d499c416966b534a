"""Queries for users, with values derived from other rows."""

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When

from users.models import Account, User


def with_status(users: QuerySet[User]) -> QuerySet[User]:
    """Annotate users with `status` (contract, *Users*).

    It is `new` until the first account is connected, `active` while a valid account exists, otherwise `inactive`.
    """
    accounts = Account.objects.filter(user=OuterRef("pk"))
    return users.annotate(
        status=Case(
            When(Exists(accounts.filter(valid=True, deleted_at=None)), then=Value("active")),
            When(Exists(accounts), then=Value("inactive")),
            default=Value("new"),
        )
    )
