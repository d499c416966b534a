"""Locking many rows without deadlocks."""

from typing import Any

from django.db.models import QuerySet


def lock_in_order(rows: QuerySet[Any]) -> None:
    """Locks the rows until the transaction ends, in the order of their ids, which every caller follows."""
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").only("pk"))
