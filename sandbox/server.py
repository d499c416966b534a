"""Running the sandbox: as a process of its own, or in a thread of a test."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime

import uvicorn

from sandbox.app import create_app, open_sandbox
from sandbox.channel import Sandbox
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.gate import ResettableProtocol
from sandbox.limits import Limiter
from sandbox.requestlog import RequestLog
from sandbox.settings import Settings

START_TIMEOUT_SECONDS = 10.0


class Server(uvicorn.Server):
    """Says when it takes requests."""

    def __init__(self, settings: Settings, sandbox: Sandbox | None = None) -> None:
        app = create_app(settings, sandbox)
        super().__init__(
            uvicorn.Config(app, http=ResettableProtocol, ws="none", lifespan="on", log_level="error", access_log=False)
        )
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox on a real port, with the switches that `/_control/…` offers at hand."""

    base_url: str
    """Such as `http://127.0.0.1:40123`; the channels are below it."""
    sandbox: Sandbox
    started_at: datetime | None
    """Where its clock was stopped at the start; None: real time."""

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
        """As new: nothing written, no faults, the clock as at the start."""
        # Over HTTP, for the world belongs to the server's thread.
        connection = http.client.HTTPConnection(self.base_url.removeprefix("http://"), timeout=START_TIMEOUT_SECONDS)
        with closing(connection):
            connection.request("POST", "/_control/reset")
            connection.getresponse()
        if self.started_at is not None:
            self.sandbox.clock.set(self.started_at)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is any free one. Raises OSError where the port is in use."""
    listener = socket.create_server((host, port), reuse_port=False)
    listener.setblocking(False)
    return listener


@contextmanager
def running(
    *, now: datetime | None = None, limits: bool = False, seed: int = 1, data_dir: str = ":memory:"
) -> Iterator[RunningSandbox]:
    """A sandbox in a thread of this process, on a free port of 127.0.0.1, until the block ends.

    `now` stops its clock at an instant (with a zone); without it the clock is real.
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
