"""The one declaration of an operation: its scopes, its texts in the schema, and its possible answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rest_framework.serializers import BaseSerializer


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """That an operation should no longer be used since an instant, and stops working at another (docs/versioning.md).

    `link` is the URL of a page that tells what to use instead. Both instants have a time zone.
    """

    since: datetime
    link: str
    sunset: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of a view. The access checks and the published schema both read it.

    `scopes` holds alternatives, each a list of scopes that together open the operation. `errors` are the statuses
    besides those that every operation can answer. `answer` None means that success has no body.
    """

    id: str
    tag: str
    summary: str
    scopes: list[list[str]]
    description: str = ""
    app_level: bool = False
    status: int = 200
    request: type[BaseSerializer[Any]] | None = None
    answer: type[BaseSerializer[Any]] | None = None
    errors: tuple[int, ...] = ()
    also: dict[int, str] = field(default_factory=dict)  # further statuses without a document, with their descriptions
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)  # query parameters outside JSON:API's
    deprecation: Deprecation | None = None

    @property
    def tier(self) -> str:
        return "app-level" if self.app_level else "both"
