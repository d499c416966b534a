"""Locks rows without deadlocks."""

from typing import Any

from django.db.models import QuerySet

from users.models import Account, User


def lock_in_order(rows: QuerySet[Any]) -> None:
    """Lock the rows in the order of their ids until the transaction ends.

    Callers that all lock in this order cannot wait for each other in a circle.
    """
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").only("pk"))


def lock_user_of(account: Account) -> None:
    """Lock the account's user until the transaction ends. Call it before the transaction locks jobs or other rows.

    Whatever connects, disconnects or invalidates an account can change the user's status.
    """
    lock_in_order(User.objects.filter(pk=account.user_id))
