"""`make attack`: the latency of a partner while others attack the server, compared with the latency without them."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import httpx

from reliability.attacks import ATTACKS
from reliability.house import ROOT, House
from reliability.load import quantile
from reliability.partners import TIMEOUT_SECONDS, Caller, Partner, onboard, token_of
from reliability.parts import free_port
from reliability.report import Report, table

EACH_SECOND = 25  # requests for each URL
WARM_UP_SECONDS = 3
# What does not need the processor may not slow down others; what does, competes with them for it.
UNNOTICED = ("slow_bodies", "slow_headers", "idle_connections")
UNNOTICED_RATIO = 2.0  # of the 99th percentiles
NOISE_MS = 20.0  # a 99th percentile below it is good, whatever the idle one is
LONGEST_SECONDS = 2.0
HEAD = [
    "attack", "`/healthz` p50 / p99, ms", "ratio of p99", "list page p50 / p99, ms", "ratio of p99",
    "attackers' answers",
]  # fmt: skip


@dataclass
class Latency:
    """The seconds until the answers of two URLs, and what was not a good answer."""

    health: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    token: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def p99(self) -> tuple[float, float]:
        return quantile(self.health, 99), quantile(self.page, 99)


def attack(seconds: float) -> Report:
    """`seconds` is the length of each attack."""
    report = Report("attack", f"{seconds:.0f} s for each attack")
    port = free_port()
    # The limits of callers without a token are the defaults, as attackers meet them.
    with House(
        HOSTAWAY_BASE_URL=f"http://127.0.0.1:{port}/v1",
        ANONYMOUS_RATE_LIMIT_PER_MINUTE="60",
        RATE_LIMIT_PER_MINUTE="600",
    ) as house:
        partner, *attackers = onboard(house, accounts=(("direct", 0), ("direct", 1), ("spotahome", 0)))
        watched(house, partner, WARM_UP_SECONDS)
        idle = watched(house, partner, seconds)
        rows = [["nothing", *cells(idle, idle), ""]]
        for number, each in enumerate(ATTACKS):
            attacker = attackers[number % len(attackers)]  # another one than the last time: it has limits of its own
            environment = {
                "TOKEN": attacker.token,
                "ATTACKER": attacker.user,
                "CLIENT_ID": partner.client_id,
                "CHANNEL_PORT": str(port),
            }
            name = each.__name__.replace("_", " ")
            print(f"== {name}", flush=True)
            met, seen = under(house, partner, each.__name__, seconds, environment)
            rows.append([name, *cells(met, idle), ", ".join(f"{number} x {what}" for what, number in seen.items())])
            report.promise(f"{name}: others are served", judged(each.__name__, met, idle))
            time.sleep(1)
        if report.broken:
            house.keep_logs()
    head = [
        "attack",
        "`/healthz` p50 / p99, ms",
        "ratio of p99",
        "list page p50 / p99, ms",
        "ratio of p99",
        "attackers' answers",
    ]
    report.note("", *table(head, rows))
    return report


def under(
    house: House, partner: Partner, name: str, seconds: float, environment: Mapping[str, str]
) -> tuple[Latency, dict[str, int]]:
    """The partner's latency during an attack, and what the attackers met."""
    command = [sys.executable, "-m", "reliability.attacks", name, house.url, str(seconds + 2)]
    attackers = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE)
    try:
        time.sleep(1)
        met = watched(house, partner, seconds)
        printed, _ = attackers.communicate(timeout=60)
    finally:
        attackers.kill()
    return met, json.loads(printed or "{}")


def watched(house: House, partner: Partner, seconds: float) -> Latency:
    """Ask for the health, for a list page, and sometimes for a token, each when it is due."""
    found, deadline = Latency(), time.monotonic() + seconds
    caller = Caller(house.url, partner.token)

    def health() -> None:
        connection = HTTPConnection(urlsplit(house.url).netloc, timeout=TIMEOUT_SECONDS)  # a new one each time
        connection.request("GET", "/healthz")
        if (status := connection.getresponse().status) != 200:
            found.failures.append(f"/healthz was {status}")
        connection.close()

    def page() -> None:
        status, _ = caller.call("GET", "/listings/?page[size]=25")
        if status != 200:
            found.failures.append(f"the list page was {status or 'not answered'}")

    def token() -> None:
        token_of(house, partner)

    def ask(probe: Callable[[], None], into: list[float], per_second: float) -> None:
        due = time.monotonic()
        while due < deadline:
            time.sleep(max(due - time.monotonic(), 0))
            try:
                probe()
            except (OSError, HTTPException, httpx.HTTPError) as error:
                found.failures.append(f"{probe.__name__}: {type(error).__name__} {error}")
            into.append(time.monotonic() - due)
            due += 1 / per_second

    probes = (
        (health, found.health, EACH_SECOND),
        (page, found.page, EACH_SECOND),
        (token, found.token, 0.5),
    )
    threads = [threading.Thread(target=ask, args=each) for each in probes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def judged(name: str, met: Latency, idle: Latency) -> list[str]:
    """What is not as promised."""
    found = sorted(set(met.failures))
    for what, during, before in zip(("/healthz", "the list page"), met.p99(), idle.p99(), strict=True):
        most = max(UNNOTICED_RATIO * before, NOISE_MS) if name in UNNOTICED else 1000 * LONGEST_SECONDS
        if during > most:
            found.append(f"p99 of {what} is {during:.0f} ms, not at most {most:.0f} ms")
    return found


def cells(met: Latency, idle: Latency) -> list[str]:
    return [
        cell
        for during, before in ((met.health, idle.health), (met.page, idle.page))
        for cell in (
            f"{quantile(during, 50):.1f} / {quantile(during, 99):.1f}",
            f"{quantile(during, 99) / quantile(before, 99):.1f}",
        )
    ]
