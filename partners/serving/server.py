"""The server's application for Granian: bodies are read in the event loop, and only whole requests get a thread.

A client that sends slowly, or nothing, costs a connection and never a thread. Granian closes connections whose headers
do not arrive in time (partners/serving/command.py).
"""

import logging
import multiprocessing
import os
import re
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from granian.rsgi import ProtocolClosed

from jsonapi.parsing import too_large
from partners.observability import exposition
from partners.observability.requests import RECEIVED
from partners.serving.answers import LIVENESS, alive, refused, too_slow
from partners.serving.bodies import NOTHING, Body, Broken, TooLarge, TooSlow, read_body
from partners.serving.environ import environ_of
from partners.serving.threads import Overloaded, Threads

log = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

# Requests beyond this number, or that wait longer, are refused: by then most clients have given up.
MOST_WAITING = 200
PATIENCE_SECONDS = 10
RETRY_AFTER = {"Retry-After": "5"}  # seconds
CLOSE = {"Connection": "close"}  # the rest of the body is not read


# Connecting an account: the thread waits for the channel, which may take fifteen seconds.
ASKS_A_CHANNEL = re.compile(r"/api/v1/users/[^/]+/accounts/?")


# Beside the threads that wait: they refuse what exceeds the bounds of sync/asking.py, at once.
REFUSING_THREADS = 2


class Server:
    """Calls a WSGI application, in `threads` threads, for requests whose body is whole.

    Requests that ask a channel have threads of their own, `asking_threads`, so that they never hold up the others. A
    body may have `most` bytes, and must arrive within `seconds`. At most `most_waiting` requests wait for a thread,
    each for at most `patience` seconds.
    """

    def __init__(
        self,
        application: Application,
        *,
        threads: int,
        asking_threads: int,
        most: int,
        seconds: float,
        most_waiting: int = MOST_WAITING,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._application = application
        self._most, self._seconds = most, seconds
        self._threads = Threads(threads, most_waiting=most_waiting, patience=patience)
        self._asking = Threads(asking_threads, most_waiting=most_waiting, patience=patience)

    def __rsgi_init__(self, loop: Any) -> None:
        exposition.start(settings.ENVIRONMENT)
        self._threads.start()
        self._asking.start()
        if parent := multiprocessing.parent_process():
            self._end_with(parent, loop)

    def __rsgi_del__(self, loop: Any) -> None:
        self._threads.stop()
        self._asking.stop()

    def _end_with(self, parent: Any, loop: Any) -> None:
        """Ends this process when its parent was killed. Nobody else would stop it, and it would keep the port."""
        if parent.is_alive():
            loop.call_later(1, self._end_with, parent, loop)
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        try:
            body = await read_body(scope, proto, most=self._most, seconds=self._seconds)
        except TooLarge:
            _refuse(scope, proto, 413, too_large(self._most), CLOSE)
        except TooSlow:
            _refuse(scope, proto, 408, too_slow(self._seconds), CLOSE)
        except Broken:
            _refuse(scope, proto, 400, "The body cannot be read.", CLOSE)
        else:
            with closing(body.content):
                await self._answer(scope, proto, body)

    async def _answer(self, scope: Any, proto: Any, body: Body) -> None:
        if scope.path == LIVENESS and scope.method in ("GET", "HEAD"):
            _send(proto, alive(environ_of(scope, NOTHING)))
            return
        environ = environ_of(scope, body)
        environ[RECEIVED] = time.monotonic()
        asks = scope.method == "POST" and ASKS_A_CHANNEL.fullmatch(scope.path)
        try:
            await (self._asking if asks else self._threads).run(lambda: _call(self._application, environ, proto))
        except Overloaded:
            _refuse(scope, proto, 503, "Too many requests are waiting at the moment.", RETRY_AFTER)
        except ProtocolClosed:
            return  # the client has gone
        except Exception:
            log.exception("The application failed")
            _refuse(scope, proto, 500, "Something went wrong on our side.")


def with_settings(application: Application) -> Server:
    return Server(
        application,
        threads=settings.ENVIRONMENT.request_threads,
        asking_threads=settings.ENVIRONMENT.channel_waits_per_process + REFUSING_THREADS,
        most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        seconds=settings.ENVIRONMENT.body_timeout_seconds,
    )


def _call(application: Application, environ: dict[str, Any], proto: Any) -> None:
    """Runs in a thread. The answer is sent from here, so that it does not wait for the event loop."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started[:] = int(status[:3]), headers

    response: Any = application(environ, start_response)
    with closing(response):
        content = b"".join(response)
        status, headers = started
        proto.response_bytes(status, headers, content)


def _refuse(scope: Any, proto: Any, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
    _send(proto, refused(environ_of(scope, NOTHING), status, detail, headers))


def _send(proto: Any, response: HttpResponse) -> None:
    proto.response_bytes(response.status_code, list(response.items()), response.content)
