"""Servers under load: started on free ports, loaded in turn, stopped."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench import data
from bench.load import Found, load
from jsonapi.media_types import JSON_API
from partners.serving import command

ROOT = Path(__file__).parent.parent
START_SECONDS = 60
HEADERS = {"Authorization": f"Bearer {data.TOKEN}-Benchmark", "Accept": JSON_API}


@dataclass(frozen=True)
class Server:
    """`command` contains `{port}`. The URL of the page of 100 is made from `prefix` and `query`."""

    name: str
    command: Sequence[str]
    prefix: str = "/api/v1"
    query: str = "?page[size]=100"
    environment: Mapping[str, str] = field(default_factory=dict)


def ours(name: str, *, workers: int, threads: int, **environment: str) -> Server:
    """This server as production and `make serve` run it."""
    options = command.granian("127.0.0.1", "{port}", workers, application="bench.rsgi:ours")
    return Server(name, [sys.executable, *options], environment={"REQUEST_THREADS": str(threads), **environment})


def granian(name: str, *options: str, stack: str = "ours", prefix: str = "/api/v1", **environment: str) -> Server:
    """Granian's own threads in front of one of the WSGI applications of bench/wsgi.py."""
    words = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--port", "{port}", "--no-access-log", "--log-level",
        "warning", *options, f"bench.wsgi:{stack}",
    ]  # fmt: skip
    return Server(name, words, prefix, environment=environment)


@contextmanager
def running(servers: Sequence[Server]) -> Iterator[dict[str, str]]:
    """Start the servers, wait until all answer, and yield their base URLs by name."""
    processes, urls = [], {}
    try:
        for server in servers:
            port = free_port()
            words = [part.replace("{port}", str(port)) for part in server.command]
            environment = {**os.environ, **server.environment}
            processes.append(
                subprocess.Popen(words, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
            )
            urls[server.name] = f"http://127.0.0.1:{port}{server.prefix}"
        for name, url in urls.items():
            wait_for(name, url)
        yield urls
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def in_turn(paths: Mapping[str, str], *, connections: int, rounds: int, seconds: float) -> dict[str, Found]:
    """Load each URL in turn, round by round, and return the medians of the rounds."""
    found: dict[str, list[Found]] = {name: [] for name in paths}
    for url in paths.values() if rounds > 1 else ():
        load(url, HEADERS, connections=connections, seconds=1)
    for _ in range(rounds):
        for name, url in paths.items():
            found[name].append(load(url, HEADERS, connections=connections, seconds=seconds))
    return {name: medians(loads) for name, loads in found.items()}


def medians(loads: Sequence[Found]) -> Found:
    return {
        "requests_per_second": round(statistics.median(each["requests_per_second"] for each in loads), 2),
        "p50_ms": round(statistics.median(each["p50_ms"] for each in loads), 2),
        "p95_ms": round(statistics.median(each["p95_ms"] for each in loads), 2),
    }


def body_of(url: str) -> bytes:
    """Return the body of the answer. Raises AssertionError unless the status is 200."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", f"{parts.path}?{parts.query}", headers=HEADERS)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, f"{url}: {answer.status} {body[:300]!r}"
    return body


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(name: str, url: str) -> None:
    """Wait until the server answers any request. Raises SystemExit after START_SECONDS."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=START_SECONDS)
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    raise SystemExit(f"{name} did not start.")
