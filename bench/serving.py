"""The best way to serve the API on this machine: workers, threads and connections, measured over HTTP."""

import os
import sys
import tempfile
from typing import Any

from bench import data, servers
from bench.installing import CannotInstall, python_packages
from bench.servers import Server, granian, ours
from listings.models import Listing

CONNECTIONS = 8
GUNICORN = "gunicorn==23.0.0"


def measure(listings: int, rounds: int) -> list[dict[str, Any]]:
    """Return `{name, page: Found, one: Found}` of each way to serve, or `{name, skipped}` with the reason."""
    from django.db import connection

    application = data.make(listings)
    listing = Listing.objects.filter(application=application).earliest("created_at")
    candidates, skipped = ways(connection.vendor), []
    with tempfile.TemporaryDirectory() as folder:
        if rounds > 1:
            try:
                candidates += gunicorns(folder)
            except CannotInstall as reason:
                skipped.append({"name": "gunicorn", "skipped": str(reason)})
        else:
            candidates = candidates[:2]
        with servers.running(candidates) as urls:
            load = {"connections": CONNECTIONS, "rounds": rounds, "seconds": 3 if rounds > 1 else 1}
            pages = servers.in_turn({name: f"{url}/listings/?page[size]=100" for name, url in urls.items()}, **load)
            ones = servers.in_turn({name: f"{url}/listings/{listing.pk}/" for name, url in urls.items()}, **load)
    return [{"name": name, "page": pages[name], "one": ones[name]} for name in pages] + skipped


def ways(database: str) -> list[Server]:
    """The way that devtools/serve.py and docs/production.md use comes first."""
    cores = os.cpu_count() or 1
    chosen = f"this server, {cores} workers x 2 threads"
    found = [
        ours(chosen, workers=cores, threads=2),
        ours("this server, 1 worker x 1 thread", workers=1, threads=1),
        ours(f"this server, {cores} workers x 1 thread", workers=cores, threads=1),
        ours(f"this server, {cores} workers x 4 threads", workers=cores, threads=4),
        ours(f"this server, {2 * cores} workers x 1 thread", workers=2 * cores, threads=1),
        granian(f"granian's WSGI, {cores} workers x 2 threads", "--workers", str(cores), "--blocking-threads", "2"),
    ]
    if database == "postgresql":
        found += [
            ours(f"{chosen}, connection pool", workers=cores, threads=2, DATABASE_POOL="on"),
            ours(f"{chosen}, nothing prepared", workers=cores, threads=2, DATABASE_PREPARE="off"),
        ]
    return found


def gunicorns(folder: str) -> list[Server]:
    path, cores = python_packages(folder, GUNICORN), str(os.cpu_count() or 1)
    command = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:{port}", "--log-level", "error"]
    return [
        Server(
            f"gunicorn {kind}, {cores} workers",
            [*command, "--workers", cores, "--worker-class", kind, "bench.wsgi:ours"],
            environment={"PYTHONPATH": path},
        )
        for kind in ("sync", "gthread")
    ]
