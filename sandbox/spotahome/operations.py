"""The rows of the routing table: operations as they are documented."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from starlette.requests import Request

from sandbox.spotahome.ads import Ads
from sandbox.spotahome.bodies import Check, anything
from sandbox.spotahome.problems import Problem

BASE = "/api"
STANDS_IN = {403: (404,), 404: (403, 400, 500), 409: (400,), 400: (422,), 422: (400,)}
"""Replacements for a status that is not documented for an operation. The first documented one is used."""


class Authorization(Enum):
    """How the documentation describes an operation's `Authorization` header."""

    REQUIRED = auto()
    OPTIONAL = auto()
    IGNORED = auto()


@dataclass(frozen=True, slots=True)
class Call:
    """An authorized request: path and query parameters, and the checked body."""

    ads: Ads
    path: Mapping[str, Any]
    query: Mapping[str, str]
    body: Any
    switches: Mapping[str, Any]
    request: Request

    @property
    def id(self) -> Any:
        """The first id in the path."""
        return next(iter(self.path.values()))

    def nothing(self) -> list[Any]:
        """The rows of an id that does not exist, for reads without a documented 404. Raises Problem 404."""
        if self.switches["unknown"] == "refuse":
            raise Problem(404)
        return []


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `answer` returns the document of a 200, and nothing for 202 and 204. It raises Problem."""

    number: str
    method: str
    path: str
    """The documented path, with `{name:id}` for ids that are declared as numbers."""
    answer: Callable[[Call], Any]
    success: int
    failures: frozenset[int]
    """The documented statuses of failures."""
    body: Check = anything
    authorization: Authorization = field(default=Authorization.REQUIRED)

    @property
    def literal_first(self) -> tuple[bool, ...]:
        """A sort key that puts `/listings/price` before `/listings/{listingId}`."""
        return tuple(segment.startswith("{") for segment in self.path.split("/"))

    def documented(self, problem: Problem, bad_body_status: int) -> int:
        """The status of a problem on this operation."""
        if problem.status == 401 or problem.status in self.failures:
            return problem.status
        standing_in = next((status for status in STANDS_IN[problem.status] if status in self.failures), None)
        return standing_in or bad_body_status
