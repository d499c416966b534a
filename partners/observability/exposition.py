"""Answers `/metrics` for all processes of this machine: at a port of its own, or at the API's port.

Whichever process gets the port keeps it. When that process ends, another one takes the port over.
"""

import logging
import os
import socket
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse

from partners.environment import Environment
from partners.private_files import make_private
from throttling.client_address import Address, client_address, request_address

logger = logging.getLogger(__name__)

PATH = "/metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
TRY_PORT_AGAIN = 2.0  # seconds
LONGEST_REQUEST = 10.0  # seconds

_starting = threading.Lock()
_started = False


def start(environment: Environment) -> None:
    """Count in this process, and try to offer the metrics at METRICS_PORT. Only the first call has an effect."""
    global _started
    with _starting:
        if _started or not environment.has_metrics:
            return
        _started = True
    folder = folder_of(environment.data_dir)
    try:
        prepare(folder)
    except OSError as error:  # such as a read-only file system; the server works without metrics
        logger.error("There are no metrics: %s cannot be used: %s", folder, error.strerror)
        return
    from partners.observability import metrics

    metrics.start()
    if environment.metrics_port:
        threading.Thread(target=_offer, args=(environment,), name="metrics", daemon=True).start()


def folder_of(data_dir: Path) -> Path:
    """The folder of this machine's processes. Containers that share a volume have the same process ids."""
    return data_dir / "metrics" / socket.gethostname()


def prepare(folder: Path) -> None:
    """Make the folder the one that this process counts in."""
    make_private(folder, [])
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # read when prometheus_client is imported, so before that
    from partners.observability.metric_files import fold_dead, locked

    with locked(folder):
        fold_dead(folder)


def text(data_dir: Path) -> bytes:
    """All metrics in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    from partners.observability.metric_files import fold_dead, locked

    folder = folder_of(data_dir)
    counted, stored = CollectorRegistry(), CollectorRegistry()
    collector: Any = MultiProcessCollector  # it has no types
    collector(counted, path=str(folder))
    stored.register(_database_gauges())
    with locked(folder):
        fold_dead(folder)
        of_processes = generate_latest(counted)
    return of_processes + generate_latest(stored)


@cache
def _database_gauges():  # type: ignore[no-untyped-def]  # its module is imported only if metrics are on
    from partners.observability.database_gauges import DatabaseGauges

    return DatabaseGauges()


def metrics(request: HttpRequest) -> HttpResponse:
    """The view at the API's own port, for METRICS_NETWORKS only."""
    environment: Environment = settings.ENVIRONMENT
    if not environment.metrics_networks or not is_among(request_address(request), environment.metrics_networks):
        raise Http404(f"{PATH} not found")
    return HttpResponse(text(environment.data_dir), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def is_among(address: Address | None, networks: tuple[str, ...]) -> bool:
    return address is not None and any(address in ip_network(network) for network in networks)


def _may_read(address: Address | None, environment: Environment) -> bool:
    """Without METRICS_NETWORKS, the own port is for private addresses."""
    if environment.metrics_networks:
        return is_among(address, environment.metrics_networks)
    return address is not None and address.is_private


def _offer(environment: Environment) -> None:
    class Handler(BaseHTTPRequestHandler):
        timeout = LONGEST_REQUEST

        def do_GET(self) -> None:
            peer = client_address({"REMOTE_ADDR": self.client_address[0]}, trusted_proxies=0)
            if self.path.partition("?")[0] != PATH or not _may_read(peer, environment):
                self.send_error(404)
                return
            try:
                body = text(environment.data_dir)
            except Exception:
                logger.exception("The metrics could not be read")
                self.send_error(500)
                return
            finally:
                connections.close_all()  # each scrape has a thread of its own
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Scrapes are not logged."""

    while True:
        try:
            ThreadingHTTPServer(("", environment.metrics_port), Handler).serve_forever()
        except OSError:  # another process has the port
            time.sleep(TRY_PORT_AGAIN)
