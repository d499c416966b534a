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
        self.latest = 0
        """The number of the latest request. They are numbered from 1, also after a `clear`."""

    def add(self, request: LoggedRequest) -> None:
        self.latest += 1
        self._requests.append(request)

    def clear(self) -> None:
        self._requests.clear()

    def matching(self, *, channel: str = "", method: str = "", path: str = "", after: int = 0) -> list[dict[str, Any]]:
        """Requests with this channel, method and beginning of the path; an empty text matches all. Oldest first.

        `after` leaves out the requests up to this number.
        """
        first = self.latest - len(self._requests) + 1
        return [
            asdict(request)
            for number, request in enumerate(self._requests, first)
            if number > after
            and (not channel or request.channel == channel)
            and (not method or request.method == method.upper())
            and request.path.startswith(path)
        ]
