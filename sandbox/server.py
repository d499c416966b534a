"""Running the sandbox: as a separate process, or in a thread of a test."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime

import uvicorn

from sandbox.app import create_app, open_sandbox
from sandbox.clock import Clock
from sandbox.connections import ResettableProtocol
from sandbox.faults import Faults
from sandbox.limits import Limiter
from sandbox.requestlog import RequestLog
from sandbox.settings import Settings
from sandbox.state import Sandbox

START_TIMEOUT_SECONDS = 10.0


class Server(uvicorn.Server):
    """A Uvicorn server with an event for its readiness."""

    def __init__(self, settings: Settings, sandbox: Sandbox | None = None) -> None:
        app = create_app(settings, sandbox)
        super().__init__(
            uvicorn.Config(app, http=ResettableProtocol, ws="none", lifespan="on", log_level="error", access_log=False)
        )
        self.ready = threading.Event()
        """Set when the server accepts requests."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox on a real port, with the same controls as `/_control/…`."""

    base_url: str
    """The address, such as `http://127.0.0.1:40123`; the channels are below it."""
    sandbox: Sandbox
    started_at: datetime | None
    """The instant at which its clock was stopped at the start; None if the clock runs in real time."""

    @property
    def clock(self) -> Clock:
        return self.sandbox.clock

    @property
    def faults(self) -> Faults:
        return self.sandbox.faults

    @property
    def limiter(self) -> Limiter:
        return self.sandbox.limiter

    @property
    def log(self) -> RequestLog:
        return self.sandbox.log

    def reset(self) -> None:
        """Make it as new: no writes of clients, no faults, the clock as at the start."""
        # Over HTTP, because only the server's thread may use the world.
        connection = http.client.HTTPConnection(self.base_url.removeprefix("http://"), timeout=START_TIMEOUT_SECONDS)
        with closing(connection):
            connection.request("POST", "/_control/reset")
            connection.getresponse()
        if self.started_at is not None:
            self.sandbox.clock.set(self.started_at)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 selects a free port. Raises OSError if the port is in use."""
    listener = socket.create_server((host, port), reuse_port=False)
    listener.setblocking(False)
    return listener


@contextmanager
def running(
    *, now: datetime | None = None, limits: bool = False, seed: int = 1, data_dir: str = ":memory:"
) -> Iterator[RunningSandbox]:
    """A sandbox in a thread of this process, on a free port of 127.0.0.1, until the block ends.

    `now` (with a time zone) stops its clock at that instant; without `now` the clock runs in real time. Raises
    RuntimeError if the sandbox does not start within START_TIMEOUT_SECONDS.
    """
    settings = Settings(data_dir=data_dir, seed=seed, limits=limits)
    sandbox = open_sandbox(settings)
    if now is not None:
        sandbox.clock.set(now)
    server = Server(settings, sandbox)
    listener = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
    thread.start()
    try:
        if not server.ready.wait(START_TIMEOUT_SECONDS):
            raise RuntimeError("The sandbox did not start.")
        yield RunningSandbox(f"http://127.0.0.1:{listener.getsockname()[1]}", sandbox, now)
    finally:
        server.should_exit = True
        thread.join()
        sandbox.close()
