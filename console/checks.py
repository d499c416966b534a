"""Conditions under which the server must not start."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from console.demo import demo_login_problem
from oauth.checks import register_reason

register_reason(demo_login_problem)


@register(Tags.database)
def check_demo_login(**kwargs: Any) -> list[CheckMessage]:
    """For `manage.py migrate` and `manage.py check --database default`."""
    try:
        problem = demo_login_problem()
    except DatabaseError:  # the tables do not exist before the first migration
        return []
    return [Error(problem, id="console.E001")] if problem else []
