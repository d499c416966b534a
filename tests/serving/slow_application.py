"""A server whose only thread answers each request after as many seconds as its path says: `/1.5`."""

import time
from collections.abc import Callable, Iterable
from typing import Any

import partners.wsgi  # sets Django up

# isort: split
from django.http import HttpResponse

from partners.serving.server import Server

assert partners.wsgi


def sleep(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    seconds = environ["PATH_INFO"].strip("/")
    if seconds == "defect":
        raise RuntimeError("a defect")
    time.sleep(float(seconds))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return HttpResponse(seconds)


application = Server(sleep, threads=1, asking_threads=1, most=1000, seconds=5, most_waiting=3, patience=1)
