"""The faults: which requests go wrong, and how."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_DELAY_SECONDS = 120.0


class FaultKind(StrEnum):
    SLOW = "slow"
    SERVER_ERROR = "server_error"
    RATE_LIMITED = "rate_limited"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105
    MALFORMED_JSON = "malformed_json"
    WRONG_TYPES = "wrong_types"
    RESET = "reset"
    FEED_REPEATS = "feed_repeats"
    FEED_REORDERS = "feed_reorders"
    FEED_GOES_BACK = "feed_goes_back"


class BadFault(ValueError):
    """The description of a fault is invalid; the text says why."""


@dataclass(slots=True)
class Fault:
    id: int
    kind: FaultKind
    channel: str | None = None
    """None: all channels."""
    method: str | None = None
    path: str | None = None
    """A regular expression that is searched in the path below `/<channel>`; None: every path."""
    count: int | None = None
    """Number of requests that it still affects; None: no limit."""
    probability: float = 1.0
    seconds: float = 0.0
    """Delay of a slow answer."""
    fields: tuple[str, ...] = ()
    """Names of members that get the wrong type. If empty, all values of the answer get it."""

    def applies_to(self, channel: str, method: str, path: str) -> bool:
        return (
            self.count != 0
            and self.channel in (None, channel)
            and self.method in (None, method)
            and (self.path is None or re.search(self.path, path) is not None)
        )


class Faults:
    """The active faults, in the order in which they were added."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self.clear()

    def clear(self) -> None:
        self._faults: list[Fault] = []
        self._last_id = 0
        self._chance = random.Random(self._seed)

    def add(self, description: Mapping[str, Any]) -> Fault:
        """Add a fault from the members of a control request. Raises BadFault."""
        fault = _read_fault(self._last_id + 1, description)
        self._last_id = fault.id
        self._faults.append(fault)
        return fault

    def remove(self, fault_id: int) -> bool:
        """Remove a fault. Returns whether it existed."""
        kept = [fault for fault in self._faults if fault.id != fault_id]
        removed = len(kept) < len(self._faults)
        self._faults = kept
        return removed

    def active(self) -> list[Fault]:
        return [fault for fault in self._faults if fault.count != 0]

    def take(self, channel: str, method: str, path: str) -> list[Fault]:
        """The faults for one request: all slow ones that apply, and the first other one. Reduces their counts."""
        taken: list[Fault] = []
        for fault in self._faults:
            other = fault.kind is not FaultKind.SLOW
            if other and any(earlier.kind is not FaultKind.SLOW for earlier in taken):
                continue
            if fault.applies_to(channel, method, path) and self._chance.random() < fault.probability:
                taken.append(fault)
                if fault.count is not None:
                    fault.count -= 1
        return taken


def _read_fault(fault_id: int, description: Mapping[str, Any]) -> Fault:
    unknown = set(description) - {"kind", "channel", "method", "path", "count", "probability", "seconds", "fields"}
    if unknown:
        raise BadFault(f"Unknown members: {', '.join(sorted(unknown))}.")
    if description.get("kind") not in list(FaultKind):
        raise BadFault(f"kind must be one of {', '.join(FaultKind)}.")
    count, path, method = description.get("count"), description.get("path"), description.get("method")
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
        raise BadFault("count must be a whole number of at least 1.")
    probability = _number(description, "probability", default=1.0, highest=1.0)
    seconds = _number(description, "seconds", default=1.0, highest=MAX_DELAY_SECONDS)
    fields = description.get("fields", [])
    if not isinstance(fields, list) or not all(isinstance(name, str) for name in fields):
        raise BadFault("fields must be a list of member names.")
    for name in ("channel", "method", "path"):
        if not isinstance(description.get(name, ""), str | None):
            raise BadFault(f"{name} must be a string.")
    if path is not None:
        try:
            re.compile(path)
        except re.error as error:
            raise BadFault(f"path must be a regular expression: {error}.") from error
    return Fault(
        id=fault_id,
        kind=FaultKind(description["kind"]),
        channel=description.get("channel"),
        method=method.upper() if method else None,
        path=path,
        count=count,
        probability=probability,
        seconds=seconds,
        fields=tuple(fields),
    )


def _number(description: Mapping[str, Any], name: str, *, default: float, highest: float) -> float:
    value = description.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= highest:
        raise BadFault(f"{name} must be a number from 0 to {highest:g}.")
    return float(value)
