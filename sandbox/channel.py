"""The interface between the framework and one imitated channel.

A channel is a package with a function `channel(sandbox) -> Channel`, listed in `sandbox.app.CHANNELS`.
The framework serves its routes below `/<name>`, writes the request log, applies faults and rate limits,
and asks the channel for its own form of each refusal.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from sandbox.limits import RateLimit

ErrorHandler = Callable[[Request, Any], Awaitable[Response]]


class Refusal(StrEnum):
    """Refusals that the framework decides on. The channel chooses their status and words."""

    EXPIRED_TOKEN = "expired_token"  # noqa: S105
    RATE_LIMITED = "rate_limited"
    NO_SUCH_PATH = "no_such_path"
    WRONG_METHOD = "wrong_method"
    SERVER_ERROR = "server_error"


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    """The first segment of its paths."""
    routes: Sequence[BaseRoute]
    refuse: Callable[[Refusal], Response]
    """Returns the channel's own status code and body for a refusal."""
    account_of: Callable[[Request], str | None]
    """Returns the account that the request's credentials belong to, for the limit per account; None without one."""
    credentials: Sequence[Mapping[str, object]]
    """The credentials of each account, as `GET /` shows them."""
    error_handlers: Mapping[type[Exception], ErrorHandler] = field(default_factory=dict)
    """Handlers that turn the channel's own exceptions into answers."""
    background: Callable[[], Awaitable[None]] | None = None
    """A task that runs as long as the sandbox."""
    limit_per_ip: RateLimit | None = None
    limit_per_account: RateLimit | None = None
