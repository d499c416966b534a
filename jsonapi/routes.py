"""URLs of resources."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern
from django.urls import path as django_path
from django.urls.converters import IntConverter


class Id(IntConverter):
    """An id in the only spelling that documents use: `01` is not 1, so each resource has one URL."""

    def to_python(self, value: str) -> int:
        """Raises ValueError, which is a 404, for leading zeros."""
        if value.startswith("0") and value != "0":
            raise ValueError
        return super().to_python(value)


def path(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    """Django's `path`, with Id in place of each `<int:…>`. Django does not allow to register another `int`."""
    made: URLPattern = django_path(route, view, name=name)
    made.pattern.converters = {
        parameter: Id() if isinstance(converter, IntConverter) else converter
        for parameter, converter in made.pattern.converters.items()
    }
    return made
