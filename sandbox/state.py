"""The state of one running sandbox, which all channels share."""

from dataclasses import dataclass, field

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.limits import Limiter
from sandbox.requestlog import RequestLog
from sandbox.settings import Settings
from sandbox.store import Store
from sandbox.world import World


@dataclass(slots=True)
class Sandbox:
    settings: Settings
    clock: Clock
    store: Store
    world: World
    faults: Faults
    limiter: Limiter
    log: RequestLog = field(default_factory=RequestLog)
    resets: int = 0
    """Number of resets so far."""

    def follow_clock(self) -> None:
        """Call this before each request: it drops the state of the world if the clock was turned back."""
        if self.clock.turned_back:
            self.clock.turned_back = False
            self.world.forget()

    def reset(self) -> None:
        """Delete all writes of clients, all faults and logged requests; reset limits and clock."""
        self.resets += 1
        if self.store.clear():
            self.world.forget()
        self.faults.clear()
        self.limiter.forget()
        self.limiter.enabled = self.settings.limits
        self.log.clear()
        self.clock.real()

    def close(self) -> None:
        """Close both databases. The sandbox cannot be used afterwards."""
        self.store.close()
        self.world.close()
