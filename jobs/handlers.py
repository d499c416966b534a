"""The handlers of the kinds of jobs. Each room registers its own kinds when Django starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from jobs.running import RunningJob

# A handler takes the running job. After a crash at any line it is run again, so its work must be repeatable.
Handler = Callable[[RunningJob], None]
# Takes a job that has failed for good, and why. It runs in the transaction that closes the job.
OnFailure = Callable[[RunningJob, str], None]


class UnknownKind(LookupError):
    """No room has registered a handler for this kind of job."""


@dataclass(frozen=True, slots=True)
class _Kind:
    handler: Handler
    every: timedelta | None
    on_failure: OnFailure | None


_kinds: dict[str, _Kind] = {}


def register(
    kind: str, handler: Handler, *, every: timedelta | None = None, on_failure: OnFailure | None = None
) -> None:
    """Register the handler of a kind. Call it from an app's `ready()`.

    With `every`, the kind is periodic: workers enqueue a job when this interval has passed since the last one.
    `on_failure` is called when a job has failed for good, also when its workers died; not for a cancelled job.
    """
    _kinds[kind] = _Kind(handler, every, on_failure)


def handler_of(kind: str) -> Handler:
    """The handler of a kind. Raises UnknownKind if no handler is registered."""
    if kind not in _kinds:
        raise UnknownKind(f"No handler is registered for {kind}.")
    return _kinds[kind].handler


def is_known(kind: str) -> bool:
    """Whether a handler is registered for this kind."""
    return kind in _kinds


def failure_of(kind: str) -> OnFailure | None:
    """What to call when a job of this kind has failed for good."""
    return _kinds[kind].on_failure if kind in _kinds else None


def kinds() -> frozenset[str]:
    """All kinds that have a handler."""
    return frozenset(_kinds)


def periodic_kinds() -> Mapping[str, timedelta]:
    """The intervals of the periodic kinds, by kind."""
    return {name: kind.every for name, kind in _kinds.items() if kind.every is not None}
