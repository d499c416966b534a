"""What an access line, metrics and traces cost a request: `python -m bench.part observing 2000 9`."""

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from bench import calls, data
from bench.timing import in_turn
from listings.models import Listing
from partners.observability import exposition, lines, requests
from partners.observability.formats import JsonFormatter
from partners.request_id import RequestIdFilter

MIDDLEWARE = "partners.observability.requests.ObservedRequestsMiddleware"


def measure(listings: int, rounds: int) -> list[dict[str, Any]]:
    """Return `{name, off_ms, access_line_ms, metrics_ms, traces_ms, all_ms}` of each request."""
    application = data.make(listings)
    listing = Listing.objects.filter(application=application).earliest("created_at")
    plain = [name for name in settings.MIDDLEWARE if name != MIDDLEWARE]
    off, on = calls.application(plain), calls.application([plain[0], MIDDLEWARE, *plain[1:]])
    with tempfile.TemporaryDirectory() as folder:
        observers = {"access_line": [access_line()], "metrics": [metrics(Path(folder))], "traces": [spans()]}
        observers["all"] = [each for chosen in observers.values() for each in chosen]
        found = []
        for name, path in {"a listing": f"/listings/{listing.pk}/", "a page of 25": "/listings/?page[size]=25"}.items():
            ask = {
                key: calls.caller(handler, "GET", f"/api/v1{path}", f"{data.TOKEN}-{application.name}")
                for key, handler in (("off", off), ("on", on))
            }
            variants = {"off": ask["off"]} | {key: told(ask["on"], chosen) for key, chosen in observers.items()}
            durations = in_turn(variants, rounds=rounds)
            row = {"name": name} | {f"{key}_ms": round(ms, 3) for key, ms in durations.items()}
            found.append(row)
            print(row, file=sys.stderr)
    return found


def told(call: Callable[[], object], observers: Sequence[requests.Observer]) -> Callable[[], object]:
    def run() -> object:
        requests.observers[:] = observers
        return call()

    return run


def access_line() -> requests.Observer:
    handler = logging.FileHandler(os.devnull)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(RequestIdFilter())
    lines.access.addHandler(handler)
    lines.access.propagate = False
    return lines.AccessLines()


def metrics(folder: Path) -> requests.Observer:
    exposition.prepare(folder)
    from partners.observability.metrics import RequestMetrics  # reads the folder from the environment

    return RequestMetrics()


def spans() -> requests.Observer:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from partners.observability.traces import RequestSpans

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(InMemorySpanExporter()))
    return RequestSpans(provider.get_tracer("bench"))
