"""The query parameters that an operation accepts, from the declarations of its view."""

from functools import cache
from typing import Any

from jsonapi.naming import underscore
from jsonapi.query import QueryRules


@cache
def query_rules(view: Any, method: str) -> QueryRules:
    """The rules for a method of a view class."""
    operation = view.operations.get("GET" if method == "HEAD" else method)
    extra = frozenset(operation.parameters) if operation else frozenset()
    serializer = view.serializer_class
    if method not in ("GET", "HEAD") or serializer is None or not hasattr(view, "get"):
        return QueryRules(extra=extra)
    included = getattr(serializer, "included_serializers", None) or {}
    return QueryRules(
        paged=view.is_collection,
        sort=frozenset(underscore(name) for name in view.sort_fields),
        sorts_by_one=view.sorts_by_one,
        filters=frozenset(view.filterset_class.base_filters) if view.filterset_class else frozenset(),
        includes=frozenset(included),
        fields={s.Meta.resource_name: _members(s) for s in [serializer, *included.values()]},
        extra=extra,
    )


def _members(serializer: Any) -> frozenset[str]:
    return frozenset(serializer().fields) | {"id"}
