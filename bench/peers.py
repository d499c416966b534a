"""The same page of listings from other common servers, one process each, loaded in turn over HTTP.

The peers are stock djangorestframework-jsonapi under the same server, FastAPI-JSONAPI, and Prism, which answers an
example from our schema without a database.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from bench import data, servers
from bench.installing import CannotInstall, node_program, python_environment
from bench.servers import ROOT, Server, granian, ours

CONNECTIONS, SECONDS = 4, 4
PRISM = "@stoplight/prism-cli@5.14.2"
# The newest versions that FastAPI-JSONAPI 3.0 works with.
FASTAPI = (
    "fastapi-jsonapi==3.0.0", "fastapi==0.115.11", "pydantic==2.10.6", "sqlalchemy[asyncio]==2.0.38",
    "aiosqlite==0.21.0", "uvicorn==0.34.0", "uvloop==0.21.0", "httptools==0.6.4",
)  # fmt: skip
ONE = ("--workers", "1", "--blocking-threads", "1")


def measure(listings: int, rounds: int) -> list[dict[str, Any]]:
    """Return `{name, listings, bytes, **Found}` of each peer, or `{name, skipped}` with the reason it was not measured.

    This server comes first. `listings` is the number of listings on the page.
    """
    data.make(listings)
    peers = [
        ours("this server", workers=1, threads=1),
        granian("stock DJA, granian", *ONE, stack="stock", prefix="/stock"),
        granian("the floor, granian", *ONE, stack="floor", prefix="/floor"),
    ]
    skipped = []
    with tempfile.TemporaryDirectory() as folder:
        for name, peer in (("FastAPI-JSONAPI", fastapi), ("Prism", prism)) if rounds > 1 else ():
            try:
                peers.append(peer(str(Path(folder) / name)))
            except CannotInstall as reason:
                skipped.append({"name": name, "skipped": str(reason)})
        with servers.running(peers) as bases:
            urls = {peer.name: f"{bases[peer.name]}/listings/{peer.query}" for peer in peers}
            bodies = {name: servers.body_of(url) for name, url in urls.items()}
            found = servers.in_turn(urls, connections=CONNECTIONS, rounds=rounds, seconds=SECONDS if rounds > 1 else 1)
    return [
        {"name": name, "listings": len(json.loads(bodies[name])["data"]), "bytes": len(bodies[name]), **found[name]}
        for name in urls
    ] + skipped


def fastapi(folder: str) -> Server:
    python = python_environment(folder, *FASTAPI)
    command = [python, "-m", "uvicorn", "--app-dir", str(ROOT), "--port", "{port}", "--no-access-log"]
    environment = {"SQLITE_FILE": str(settings.DATABASES["default"]["NAME"])}
    return Server(
        "FastAPI-JSONAPI, uvicorn",
        [*command, "--log-level", "warning", "bench.peer_fastapi:app"],
        prefix="",
        query="?page[size]=100&sort=-created_at",
        environment=environment,
    )


def prism(folder: str) -> Server:
    program = node_program(folder, PRISM, "prism")
    command = [program, "mock", "--port", "{port}", "--verboseLevel", "silent", str(ROOT / "docs" / "openapi.yaml")]
    return Server("Prism, a static example", command)
