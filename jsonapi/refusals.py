"""What a service raises when a request is understood and must be refused. It knows nothing of HTTP libraries."""

from collections.abc import Mapping
from typing import Any


def pointer_to(*path: str | int, base: str = "/data/attributes") -> str:
    """The JSON pointer (RFC 6901) of an attribute, or of what is in it; `path` leads there from `base`."""
    return "/".join([base, *(str(name).replace("~", "~0").replace("/", "~1") for name in path)])


class Refusal(Exception):
    """A refusal by the domain: `str()` of it tells the partner why.

    `pointer` is the JSON pointer of the member at fault, None where there is none; `meta` goes out as it is.
    """

    status = 422
    pointer: str | None = None

    def __init__(self, detail: str, *, pointer: str | None = None, meta: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.pointer = pointer or self.pointer
        self.meta = dict(meta or {})


class InvalidValues(Refusal):
    """One or more members are invalid: `problems` holds (pointer, code, detail) of each. Nothing was changed."""

    status = 400

    def __init__(self, problems: list[tuple[str, str, str]]) -> None:
        super().__init__("; ".join(detail for _, _, detail in problems))
        self.problems = problems


class Conflict(Refusal):
    """The state of the resource does not allow it now."""

    status = 409


class NotThere(Refusal):
    """It does not exist for this caller."""

    status = 404
