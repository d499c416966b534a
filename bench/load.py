"""HTTP load from this machine: wrk if it is installed, otherwise a simpler generator in Python."""

import http.client
import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

WRK = shutil.which("wrk")
GENERATOR = "wrk" if WRK else "a generator in Python (wrk is not installed), which itself takes processor time"


class Found(TypedDict):
    requests_per_second: float
    p50_ms: float
    p95_ms: float


def load(url: str, headers: Mapping[str, str], *, connections: int, seconds: float) -> Found:
    """Request one URL over several connections as fast as possible. Raises AssertionError if a request fails."""
    run = by_wrk if WRK else by_threads
    return run(url, headers, connections, seconds)


def by_wrk(url: str, headers: Mapping[str, str], connections: int, seconds: float) -> Found:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    command = [
        str(WRK),
        "-t1",
        f"-c{connections}",
        f"-d{round(seconds)}",
        "-s",
        str(Path(__file__).with_name("wrk.lua")),
    ]
    command += [part for line in lines for part in ("-H", line)]
    printed = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout  # noqa: S603
    found = json.loads(printed.rpartition("{")[1] + printed.rpartition("{")[2])
    assert not found["failed"], f"{url}: {found}"
    return {
        "requests_per_second": round(found["requests"] / found["microseconds"] * 1e6, 1),
        "p50_ms": found["p50"] / 1000,
        "p95_ms": found["p95"] / 1000,
    }


def by_threads(url: str, headers: Mapping[str, str], connections: int, seconds: float) -> Found:
    begun = time.perf_counter()
    with ThreadPoolExecutor(connections) as threads:
        runs = [threads.submit(ask_until, begun + seconds, url, headers) for _ in range(connections)]
        durations = [duration for run in runs for duration in run.result()]
    elapsed = time.perf_counter() - begun
    return {
        "requests_per_second": round(len(durations) / elapsed, 1),
        "p50_ms": round(statistics.median(durations), 3),
        "p95_ms": round(statistics.quantiles(durations, n=20)[-1], 3),
    }


def ask_until(deadline: float, url: str, headers: Mapping[str, str]) -> list[float]:
    """Return the milliseconds of each request on one connection."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    durations = []
    while (begun := time.perf_counter()) < deadline:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=dict(headers))
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, f"{url}: {answer.status}"
        durations.append((time.perf_counter() - begun) * 1000)
    connection.close()
    return durations
