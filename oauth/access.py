"""Who may see what: the one place where rows are scoped to a token (contract, *Access rules*)."""

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Access:
    """What a valid token opens. `user_id` and `credential_id` are None on an app-level token."""

    application_id: int
    user_id: int | None
    credential_id: int | None
    scopes: frozenset[str]
    read_only: bool
    rate_limit_per_minute: int | None

    @property
    def is_app_level(self) -> bool:
        return self.user_id is None

    def visible(self, queryset: QuerySet[Row]) -> QuerySet[Row]:
        """The rows that the token may see: its application's, on a user-scoped token its user's, none deleted.

        The model says in `application_path` and `user_path` where it finds both. A row is deleted when it, or any
        row on the way to its application, has `deleted_at` set: `user__application` looks at the user as well.

        Raises ImproperlyConfigured for a model that does not say.
        """
        paths = _paths(queryset.model)
        conditions: dict[str, Any] = {paths.application: self.application_id}
        if self.user_id is not None:
            conditions[paths.user] = self.user_id
        return queryset.filter(**conditions, **dict.fromkeys(paths.deleted_at))


@dataclass(frozen=True, slots=True)
class _Paths:
    application: str
    user: str
    deleted_at: tuple[str, ...]


@cache
def _paths(model: type[Model]) -> _Paths:
    try:
        application, user = model.application_path, model.user_path  # type: ignore[attr-defined]
    except AttributeError:
        message = f"{model.__name__} needs application_path and user_path to be scoped to a token."
        raise ImproperlyConfigured(message) from None
    deleted_at, prefix, passed = [], "", model
    for step in application.split("__"):
        if _has_field(passed, "deleted_at"):
            deleted_at.append(f"{prefix}deleted_at")
        passed, prefix = cast(type[Model], passed._meta.get_field(step).related_model), f"{prefix}{step}__"
    return _Paths(application, user, tuple(deleted_at))


def _has_field(model: type[Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
