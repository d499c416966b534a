"""`make bench`: measure everything on SQLite, and on PostgreSQL if a server answers; write docs/benchmarks.md.

LARGE=1 adds the slow measurements: a million listings, and the onboarding of a thousand listings within the channel's
rate limit. SMOKE=1 measures very little, to check that everything works. ONLY=growth,peers measures only these parts
and takes the other figures from the last run. The parts `prices` and `referee` write a page of their own,
docs/price-quality.md; `referee` takes most of an hour and runs only if ONLY names it. The HTTP load comes from wrk (a
Debian package), or from a simpler generator if wrk is not installed.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from bench import report
from bench.databases import Databases
from bench.prices import table as price_tables
from bench.referee import table as referee_tables

Rows = list[dict[str, Any]]

ROOT = Path(__file__).parent.parent
LAST_RUN = ROOT / "var" / "bench-parts.json"
DATABASES = Databases(os.environ.get("POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres"))
SMOKE, LARGE = bool(os.environ.get("SMOKE")), bool(os.environ.get("LARGE"))
LISTINGS, ROUNDS = (300, 1) if SMOKE else (10_000, 9)


def main() -> None:
    found = json.loads(LAST_RUN.read_text()) if ONLY and LAST_RUN.exists() else {}
    LAST_RUN.parent.mkdir(exist_ok=True)
    with DATABASES:
        for name in ONLY or PARTS:
            begun = time.monotonic()
            found[name] = PARTS[name]()
            print(f"== {name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
            if not SMOKE:
                LAST_RUN.write_text(json.dumps(found))
    if not report.SECTIONS.keys().isdisjoint(ONLY or PARTS):
        report.write(found, ROOT, smoke=SMOKE)


def requests() -> Rows:
    found: Rows = on_sqlite("requests", LISTINGS, ROUNDS)
    return found + (on_postgresql("requests", LISTINGS, ROUNDS) or [])


def conditional() -> Rows:
    found: Rows = on_sqlite("conditional", LISTINGS, ROUNDS)
    return found + (on_postgresql("conditional", LISTINGS, ROUNDS) or [])


def growth() -> Rows | None:
    found: Rows | None = on_postgresql("growth", 2_000 if SMOKE else 1_000_000 if LARGE else 20_000, ROUNDS)
    return found


def serving() -> Rows:
    rounds = 1 if SMOKE else 3
    found: Rows = on_postgresql("serving", LISTINGS, rounds) or on_sqlite("serving", LISTINGS, rounds)
    return found


def peers() -> Rows:
    found: Rows = on_sqlite("peers", LISTINGS, 1 if SMOKE else 3)
    return found


def compression() -> dict[str, Any]:
    found: dict[str, Any] = on_sqlite("compression", LISTINGS, ROUNDS)
    return found


def pricing() -> str | None:
    if SMOKE:
        return None
    return subprocess.run(
        [sys.executable, "-m", "bench.pricing"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def prices() -> dict[str, Any]:
    """What prices earn."""
    return price_quality("bench.prices", price_tables)


def referee() -> dict[str, Any] | None:
    """What prices earn in the sandbox's world."""
    return price_quality("bench.referee", referee_tables) if SMOKE or "referee" in ONLY else None


def price_quality(program: str, table: ModuleType) -> dict[str, Any]:
    """Run a program and print its tables. It has a section of docs/price-quality.md, written unless in a smoke run."""
    printed = subprocess.run(  # noqa: S603
        [sys.executable, "-m", program, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    found: dict[str, Any] = json.loads(printed)
    print("\n".join(table.tables(found["rows"])))
    if not SMOKE:
        table.write(found, ROOT / "docs/price-quality.md", date.today())  # noqa: DTZ011
    return found


def onboarding() -> Rows:
    if SMOKE:
        return onboard(10003, 0)
    return [
        row for run in [(10040, 1), (10040, 0), (11000, 0), *([(11000, 1)] if LARGE else [])] for row in onboard(*run)
    ]


def onboard(client_id: int, limited: int) -> Rows:
    """Onboard a Hostaway account at a sandbox of its own, with or without the sandbox's rate limits."""
    found: Rows = on_sqlite("onboarding", client_id, limited, **own_sandbox(limited=bool(limited)))
    return found


def syncing() -> Rows:
    settings, client_id = own_sandbox(limited=False), 10003 if SMOKE else 10040
    found: Rows = on_sqlite("syncing", client_id, **settings)
    return found + (on_postgresql("syncing", client_id, **settings) or [])


def fairness() -> Rows:
    """On PostgreSQL if a server answers, as production."""
    sizes, settings = (0, 2) if SMOKE else (20, 32), own_sandbox(limited=True)
    found: Rows = on_postgresql("fairness", *sizes, **settings) or on_sqlite("fairness", *sizes, **settings)
    return found


def webhooks() -> Rows:
    """On PostgreSQL if a server answers, as production."""
    sizes = (20, 1) if SMOKE else (200, 15)
    found: Rows = on_postgresql("webhooks", *sizes) or on_sqlite("webhooks", *sizes)
    return found


def market_import() -> Rows:
    listings = 200 if SMOKE else 20_000
    found: Rows = on_sqlite("market_import", listings)
    return found + (on_postgresql("market_import", listings) or [])


def own_sandbox(*, limited: bool) -> dict[str, str]:
    """Settings for a sandbox at a free port, with our own limit on requests to match its limits."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings = {"SANDBOX_URL": f"http://127.0.0.1:{probe.getsockname()[1]}"}
    return settings if limited else settings | {"HOSTAWAY_REQUESTS_PER_10S": "1000000"}


def on_sqlite(part: str, *arguments: int, **settings: str) -> Any:
    with DATABASES.sqlite() as url:
        return measured(part, url, *arguments, **settings)


def on_postgresql(part: str, *arguments: int, **settings: str) -> Any:
    """Return None if no PostgreSQL server answers."""
    with DATABASES.postgresql() as url:
        return measured(part, url, *arguments, **settings) if url else None


def measured(part: str, database: str, *arguments: int, **settings: str) -> Any:
    """Run a part in a process of its own, which uses the given database, and return the JSON that it prints."""
    with tempfile.TemporaryDirectory() as data_dir:
        own = {"PROFILE": "development", "DATABASE_URL": database, "DATA_DIR": data_dir}
        command = [sys.executable, "-m", "bench.part", part, *map(str, arguments)]
        finished = subprocess.run(  # noqa: S603
            command, env={**os.environ, **settings, **own}, cwd=ROOT, stdout=subprocess.PIPE, check=True
        )
    return json.loads(finished.stdout)


PARTS: dict[str, Callable[[], Any]] = {
    part.__name__: part
    for part in (
        requests,
        conditional,
        growth,
        serving,
        peers,
        compression,
        pricing,
        prices,
        referee,
        onboarding,
        syncing,
        fairness,
        webhooks,
        market_import,
    )
}
ONLY = [name for name in os.environ.get("ONLY", "").split(",") if name]


if __name__ == "__main__":
    main()
