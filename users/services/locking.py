"""Locks many rows without deadlocks."""

from typing import Any

from django.db.models import QuerySet


def lock_in_order(rows: QuerySet[Any]) -> None:
    """Lock the rows in the order of their ids until the transaction ends.

    Callers that all lock in this order cannot wait for each other in a circle.
    """
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").only("pk"))
