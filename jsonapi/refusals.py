"""Exceptions that services raise to refuse a request that was understood. They do not depend on HTTP libraries."""

from collections.abc import Mapping
from typing import Any


def pointer_to(*path: str | int, base: str = "/data/attributes") -> str:
    """The JSON pointer (RFC 6901) of an attribute, or of a part of it; `path` leads there from `base`."""
    return "/".join([base, *(str(name).replace("~", "~0").replace("/", "~1") for name in path)])


class Refusal(Exception):
    """A refusal by the domain. Its text tells the partner the reason.

    `pointer` is the JSON pointer of the wrong member, or None; `parameter` is the wrong query parameter instead, and
    `header` the wrong header. `code` names the kind of refusal for programs. `meta` is sent unchanged. `retry_after` is
    the number of seconds after which the same request may succeed.
    """

    status = 422
    code: str | None = None
    pointer: str | None = None
    header: str | None = None
    retry_after: float | None = None

    def __init__(
        self,
        detail: str,
        *,
        pointer: str | None = None,
        parameter: str | None = None,
        meta: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.pointer = pointer or self.pointer
        self.parameter = parameter
        self.meta = dict(meta or {})
        self.retry_after = retry_after or self.retry_after


class InvalidValues(Refusal):
    """One or more members are invalid: `problems` holds (pointer, code, detail) of each. Nothing was changed."""

    status = 400

    def __init__(self, problems: list[tuple[str, str, str]]) -> None:
        super().__init__("; ".join(detail for _, _, detail in problems))
        self.problems = problems


class Conflict(Refusal):
    """The current state of the resource does not allow the change."""

    status = 409


class NotThere(Refusal):
    """The resource does not exist, or not for this caller."""

    status = 404
