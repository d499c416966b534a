"""A copy of a PostgreSQL database with multiplied rows: the server itself inserts a million listings in minutes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections
from django.db.models import Field, Model

from listings.models import ChannelListing, Listing
from users.models import Account, User

MULTIPLIED: tuple[type[Model], ...] = (User, Account, Listing, ChannelListing)
CHANGED = {
    "email": "copy || email",
    "email_key": "copy || email_key",
    "title": "title || ' ' || copy",
    "created_at": "created_at + copy * interval '1 day'",
}
COPIES_AT_ONCE = 100


@contextmanager
def multiplied(times: int) -> Iterator[Any]:
    """Yield a connection to a copy of this connection's database that has `times` as many rows.

    Every copied user has copies of the user's accounts and listings. The copy is dropped at the end.
    """
    settings = connection.settings_dict
    name = f"{settings['NAME']}_large"
    spans = {model: model._default_manager.count() for model in MULTIPLIED}
    connect = type(connections["default"])
    server = connect({**settings, "NAME": "postgres"}, "default")
    connection.close()  # PostgreSQL copies a database only while nobody is connected to it
    server.cursor().execute(f'CREATE DATABASE "{name}" TEMPLATE "{settings["NAME"]}"')
    large = connect({**settings, "NAME": name}, "default")
    try:
        for first in range(1, times, COPIES_AT_ONCE):
            for model in MULTIPLIED:
                copy_rows(large, model, spans, first, min(first + COPIES_AT_ONCE, times) - 1)
        large.cursor().execute("VACUUM ANALYZE")
        yield large
    finally:
        large.close()
        server.cursor().execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.close()


def copy_rows(database: Any, model: type[Model], spans: dict[type[Model], int], first: int, last: int) -> None:
    """Insert the copies `first` to `last` of the original rows, whose ids begin at 1 and have no gaps."""
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.attname}"' for field in fields)
    values = ", ".join(copied(field, spans) for field in fields)
    database.cursor().execute(
        f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {values} FROM {model._meta.db_table}"  # noqa: S608
        " CROSS JOIN generate_series(%s::bigint, %s::bigint) AS copy WHERE id <= %s",
        [first, last, spans[model]],
    )


def copied(field: "Field[Any, Any]", spans: dict[type[Model], int]) -> str:
    counted = field.model if field.primary_key else field.related_model
    if counted in spans:
        return f"{field.attname} + copy * {spans[counted]}"
    return CHANGED.get(field.attname, f'"{field.attname}"')
