"""Requests straight to a WSGI application, without socket or test client; the same for every variant."""

import io
import json
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

from jsonapi.media_types import JSON_API


def application(middleware: list[str] | None) -> WSGIHandler:
    """Return the WSGI application with the given middleware, or with the middleware of the settings for None."""
    if middleware is None:
        return WSGIHandler()
    with override_settings(MIDDLEWARE=middleware):
        return WSGIHandler()


def caller(
    handler: WSGIHandler,
    method: str,
    url: str,
    token: str = "",
    bodies: Sequence[bytes] = (b"",),
    content_type: str = JSON_API,
    encoding: str = "",
    known: str = "",
    received: dict[str, str] | None = None,
) -> Callable[[], tuple[int, bytes]]:
    """Return a function that makes the request and returns status and body; the request bodies take turns.

    `known` is the entity tag of an answer that the caller has. The headers of each response are put into `received`.
    """
    parts = urlsplit(url)
    fixed = {
        "REQUEST_METHOD": method,
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": JSON_API,
        "CONTENT_TYPE": content_type,
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
    }
    if encoding:
        fixed["HTTP_ACCEPT_ENCODING"] = encoding
    if known:
        fixed["HTTP_IF_NONE_MATCH"] = known
    if token:
        fixed["HTTP_AUTHORIZATION"] = f"Bearer {token}"

    turn = cycle(bodies)

    def call() -> tuple[int, bytes]:
        status, body = 0, next(turn)
        written: list[bytes] = []

        def start_response(line: str, headers: Any, exc_info: Any = None, /) -> Callable[[bytes], object]:
            nonlocal status
            status = int(line.split()[0])
            if received is not None:
                received.update(headers)
            return written.append

        sent = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        response = handler({**fixed, **sent}, start_response)
        content = b"".join(response)
        response.close()
        return status, content

    return call


def document(call: Callable[[], tuple[int, bytes]]) -> Any:
    """Return the document that one call answers with. Raises AssertionError unless the status is 2xx."""
    status, content = call()
    assert 200 <= status < 300, (status, content[:500])
    return json.loads(content)
