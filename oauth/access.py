"""The rights of a token, and the one place where rows are scoped to it (contract, *Access rules*)."""

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Access:
    """The rights of a valid token. `user_id` and `credential_id` are None on an app-level token.

    `read_only` is set for tokens of a view credential. `rate_limit_per_minute` is the application's own limit; None
    means the server's default.
    """

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
        """Filter `queryset` to the rows that the token may see.

        An app-level token sees the rows of its application, a user-scoped token only the rows of its user. Neither
        sees deleted rows. The model declares the lookups `application_path` and `user_path`. A row counts as deleted
        when `deleted_at` is set on the row itself or on any row along its `application_path`; for
        `user__application` this includes the user.

        Raises ImproperlyConfigured for a model that does not declare these lookups.
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
