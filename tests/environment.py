"""Environments that differ from the one that the tests run with."""

from typing import Any

from partners.environment import Environment


def changed(environment: Environment, **settings: Any) -> Environment:
    """A copy with other values of some settings. The values are not checked."""
    unknown = settings.keys() - Environment.model_fields.keys()
    assert not unknown, f"not settings: {unknown}"
    return environment.model_copy(update=settings)
