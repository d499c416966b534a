"""The latest requests to the channels, so that a test can check which requests were sent."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 10_000


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    channel: str
    method: str
    path: str
    """The path without the `/<channel>` prefix."""
    query: str
    status: int | None
    """None if the connection was reset without an answer."""


class RequestLog:
    def __init__(self) -> None:
        self._requests: deque[LoggedRequest] = deque(maxlen=KEPT)

    def add(self, request: LoggedRequest) -> None:
        self._requests.append(request)

    def clear(self) -> None:
        self._requests.clear()

    def matching(self, *, channel: str = "", method: str = "", path: str = "") -> list[dict[str, Any]]:
        """Requests with this channel, method and beginning of the path; an empty text matches all. Oldest first."""
        return [
            asdict(request)
            for request in self._requests
            if (not channel or request.channel == channel)
            and (not method or request.method == method.upper())
            and request.path.startswith(path)
        ]
