"""What must hold before the server may start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, OperationalError, connection

from oauth.services import DEMO_CLIENT_ID, demo_application_is_open


def reason_not_to_start() -> str | None:
    """Why this process must not serve, in one line; None when it may.

    It may while the database is away: requests are answered 503 until it is back, and the token endpoint never takes
    the demo application's secret in production.
    """
    try:
        connection.ensure_connection()
    except OperationalError:
        return None
    try:
        return demo_application_problem()
    except DatabaseError:
        return "The database is not migrated. Run: manage.py migrate"


def demo_application_problem() -> str | None:
    """Why a production server must not start on this database, in one line; None when it may."""
    if not settings.ENVIRONMENT.is_production or not demo_application_is_open():
        return None
    return (
        f"The application {DEMO_CLIENT_ID} has its public secret in this database, which production must not keep. "
        f"Run: manage.py rotate_secret {DEMO_CLIENT_ID} --revoke-tokens"
    )


@register(Tags.database)
def check_demo_application(**kwargs: Any) -> list[CheckMessage]:
    """The same for `manage.py migrate` and `manage.py check --database default`."""
    try:
        problem = demo_application_problem()
    except DatabaseError:  # not migrated yet: there are no applications
        return []
    return [Error(problem, id="oauth.E001")] if problem else []
