"""Conditions under which the server must not start."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, OperationalError, connection

from oauth.services import DEMO_CLIENT_ID, demo_application_is_open

Reason = Callable[[], str | None]

_reasons: list[Reason] = []


def register_reason(reason: Reason) -> None:
    """Add a reason of a room above this one. Call it from an app's `ready()`."""
    _reasons.append(reason)


def reason_not_to_start() -> str | None:
    """The reason, in one line, why this process must not serve, or None.

    An unreachable database is no reason: requests are answered 503 until it is back, and in production the token
    endpoint never accepts the demo application's public secret.
    """
    try:
        connection.ensure_connection()
    except OperationalError:
        return None
    try:
        return next(filter(None, (reason() for reason in (demo_application_problem, *_reasons))), None)
    except DatabaseError:
        return "The database is not migrated. Run: manage.py migrate"


def demo_application_problem() -> str | None:
    """The reason, in one line, why a production server must not start on this database, or None."""
    if not settings.ENVIRONMENT.is_production or not demo_application_is_open():
        return None
    return (
        f"The application {DEMO_CLIENT_ID} has its public secret in this database. Production does not allow this. "
        f"Run: manage.py rotate_secret {DEMO_CLIENT_ID} --revoke-tokens"
    )


@register(Tags.database)
def check_demo_application(**kwargs: Any) -> list[CheckMessage]:
    """The same check for `manage.py migrate` and `manage.py check --database default`."""
    try:
        problem = demo_application_problem()
    except DatabaseError:  # the tables do not exist before the first migration
        return []
    return [Error(problem, id="oauth.E001")] if problem else []
