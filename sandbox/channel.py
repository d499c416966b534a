"""The seam between the framework and one imitated channel.

A channel is a package with a function `channel(sandbox) -> Channel`, listed in `sandbox.app.CHANNELS`.
The framework puts its routes below `/<name>`, writes the request log, applies faults and rate limits,
and asks the channel how each refusal looks on its own wire.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.limits import Limiter, RateLimit
from sandbox.requestlog import RequestLog
from sandbox.settings import Settings
from sandbox.store import Store
from sandbox.world import World

ErrorHandler = Callable[[Request, Any], Awaitable[Response]]


class Refusal(StrEnum):
    """Answers that the framework decides on and the channel words."""

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
    """The channel's own status code and body for a refusal."""
    account_of: Callable[[Request], str | None]
    """Whom the request's credentials belong to, for the limit per account; None without valid ones."""
    credentials: Sequence[Mapping[str, object]]
    """Shown by `GET /`: what a client needs to connect."""
    error_handlers: Mapping[type[Exception], ErrorHandler] = field(default_factory=dict)
    """How exceptions of the channel's own operations become answers."""
    background: Callable[[], Awaitable[None]] | None = None
    """What the channel does by itself for as long as the sandbox runs."""
    limit_per_ip: RateLimit | None = None
    limit_per_account: RateLimit | None = None


@dataclass(slots=True)
class Sandbox:
    """What all channels share in one running sandbox."""

    settings: Settings
    clock: Clock
    store: Store
    world: World
    faults: Faults
    limiter: Limiter
    log: RequestLog = field(default_factory=RequestLog)
    resets: int = 0

    def follow_clock(self) -> None:
        """Before each request: what the world derived beyond the clock's time is no longer true."""
        if self.clock.turned_back:
            self.clock.turned_back = False
            self.world.forget()

    def reset(self) -> None:
        """Forget what clients wrote, and every fault, limit window, logged request and clock setting."""
        self.resets += 1
        if self.store.clear():
            self.world.forget()
        self.faults.clear()
        self.limiter.forget()
        self.limiter.enabled = self.settings.limits
        self.log.clear()
        self.clock.real()

    def close(self) -> None:
        """Once nothing is asked any more."""
        self.store.close()
        self.world.close()
