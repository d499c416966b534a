"""The order of events in which a reader can follow them without missing one.

An id is taken before the transaction that writes the event commits, so that an event with a lower id can appear after
one with a higher id was read. On PostgreSQL, events are therefore read in the order of their transactions, and only as
far as every earlier transaction has ended. A transaction gets its number when it first writes. On SQLite, transactions
that write come one after another, so the ids are in order.
"""

from typing import Any

from django.conf import settings
from django.db import connections, models
from django.db.models import BigIntegerField, Func, Q

# Numbers of transactions stay below this for longer than a database lives.
EPOCH = 2**48


class CurrentTransaction(Func):
    """The number of the transaction that writes the row; 0 on SQLite."""

    output_field = BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **extra: Any) -> Any:
        return "0", []

    def as_postgresql(self, compiler: Any, connection: Any, *_: Any, **extra: Any) -> Any:
        return "pg_current_xact_id()::text::bigint + %s", [_shift()]


class OldestOpenTransaction(Func):
    """The number of the oldest transaction that writes at the moment, in the form of CurrentTransaction."""

    output_field = BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **extra: Any) -> Any:
        return "pg_snapshot_xmin(pg_current_snapshot())::text::bigint + %s", [_shift()]


class TransactionField(models.BigIntegerField):  # type: ignore[type-arg]
    """A column that holds the number of the transaction that inserted the row."""

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        return CurrentTransaction() if add else super().pre_save(model_instance, add)

    def deconstruct(self) -> Any:
        # Migrations import nothing from the project.
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigIntegerField", args, kwargs


def settled(using: str) -> Q:
    """The events that no event can precede any more."""
    if connections[using].vendor != "postgresql":
        return Q()
    return Q(transaction_id__lt=OldestOpenTransaction())


def _shift() -> int:
    return int(settings.ENVIRONMENT.events_epoch) * EPOCH
