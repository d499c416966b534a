"""Which function carries out which kind of job. Each room registers its own kinds when Django starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from jobs.running import RunningJob

# A handler takes the running job. It may run again after a crash at any line, so its work must be repeatable.
Handler = Callable[[RunningJob], None]


class UnknownKind(LookupError):
    """No room has registered a handler for this kind of job."""


@dataclass(frozen=True, slots=True)
class _Kind:
    handler: Handler
    every: timedelta | None


_kinds: dict[str, _Kind] = {}


def register(kind: str, handler: Handler, *, every: timedelta | None = None) -> None:
    """Names the handler of a kind. Call it from an app's `ready()`.

    `every` makes it periodic work: the workers enqueue it this long after it was last enqueued.
    """
    _kinds[kind] = _Kind(handler, every)


def handler_of(kind: str) -> Handler:
    """Raises UnknownKind."""
    if kind not in _kinds:
        raise UnknownKind(f"No handler is registered for {kind}.")
    return _kinds[kind].handler


def periodic_kinds() -> Mapping[str, timedelta]:
    """The kinds of periodic work, with their intervals."""
    return {name: kind.every for name, kind in _kinds.items() if kind.every is not None}
