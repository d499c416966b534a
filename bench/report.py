"""What was measured, as a page of the docs and as data."""

import json
import os
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.load import GENERATOR

PACKAGES = ("django", "djangorestframework", "djangorestframework-jsonapi", "django-oauth-toolkit", "orjson")


def write(found: dict[str, Any], root: Path, *, smoke: bool) -> None:
    """Writes var/bench.json and prints the page; outside of a smoke run it becomes docs/benchmarks.md.

    `found` holds what the parts of bench/__main__.py measured, by their names; a part that is missing is left out.
    """
    (root / "var/bench.json").write_text(json.dumps(found.get("requests", []), indent=2) + "\n")
    lines = [*INTRODUCTION, *machine()]
    for part, (words, rows) in SECTIONS.items():
        if found.get(part):
            lines += ["", *words, "", *rows(found[part])]
    page = "\n".join([*lines, ""])
    print(page)
    if not smoke:
        (root / "docs/benchmarks.md").write_text(page)


INTRODUCTION = [
    "# Benchmarks",
    "",
    "Written by `make bench`. The figures of a section are of one run and were taken in turn, round by round, so that",
    "ratios can be trusted even where the machine was busy; times are medians in milliseconds.",
    "",
]


def machine() -> list[str]:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return [
        f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), Python {platform.python_version()}, "
        f"{packages}."
    ]


# Of the issue that asked for speed: at most so many times the floor, at least so many times faster than stock.
GOALS: dict[tuple[str, str], tuple[float, float | None]] = {
    ("page of 100", "sqlite"): (2.6, 10.5),
    ("page of 100", "postgresql"): (1.4, 8.0),
    **{("page of 25", database): (3.3, None) for database in ("sqlite", "postgresql")},
    **{("one listing", database): (6.0, None) for database in ("sqlite", "postgresql")},
    **{("page of 100 with include=owner", database): (2.9, None) for database in ("sqlite", "postgresql")},
    **{("calendar of 100 nights", database): (3.0, None) for database in ("sqlite", "postgresql")},
}


def at_most(ratio: float, goal: float | None) -> str:
    return f"{ratio:.2f}" if goal is None else f"{ratio:.2f} (goal {goal:g}: {'met' if ratio <= goal else 'missed'})"


def at_least(ratio: float, goal: float | None) -> str:
    return f"{ratio:.1f}" if goal is None else f"{ratio:.1f} (goal {goal:g}: {'met' if ratio >= goal else 'missed'})"


def request_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| request | database | ours | stock | floor | times the floor | times faster than stock |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in measured:
        ours, stock, floor = row["ours_ms"], row["stock_ms"], row["floor_ms"]
        most, least = GOALS.get((row["name"], row["database"]), (None, None))
        lines.append(
            f"| {row['name']} | {row['database']} | {ours:.2f} | {stock:.2f} | {floor:.2f} "
            f"| {at_most(ours / floor, most)} | {at_least(stock / ours, least)} |"
        )
    return lines


def growth_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = ["| request | listings that match | ms | ms | ratio |", "| --- | --- | --- | --- | --- |"]
    for row in measured:
        small, large = row["small_ms"], row["large_ms"]
        lines.append(
            f"| {row['name']} | {row['small']:,} and {row['large']:,} | {small:.2f} | {large:.2f} "
            f"| {at_most(large / small, row['goal'])} |"
        )
    return lines


def serving_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| server | page of 100: requests/s | p50 / p95 | one listing: requests/s | p50 / p95 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in measured:
        if "skipped" in row:
            lines.append(f"| {row['name']} | not measured: {row['skipped']} | | | |")
        else:
            lines.append(f"| {row['name']} | {load_cells(row['page'])} | {load_cells(row['one'])} |")
    return lines


def load_cells(load: dict[str, float]) -> str:
    return f"{load['requests_per_second']:,.0f} | {load['p50_ms']:.1f} / {load['p95_ms']:.1f}"


def peer_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| server | requests/s | p50 / p95 | ours is times faster | listings, bytes |",
        "| --- | --- | --- | --- | --- |",
    ]
    ours = measured[0]["requests_per_second"]
    for row in measured:
        if "skipped" in row:
            lines.append(f"| {row['name']} | not measured: {row['skipped']} | | | |")
        else:
            ratio = ours / row["requests_per_second"]
            lines.append(f"| {row['name']} | {load_cells(row)} | {ratio:.2f} | {row['listings']}, {row['bytes']:,} |")
    return lines


def compression_rows(measured: dict[str, dict[str, float]]) -> list[str]:
    plain, gzip = measured["plain"], measured["gzip"]
    saved, cost = plain["bytes"] - gzip["bytes"], max(gzip["ms"] - plain["ms"], 0.001)
    return [
        f"{plain['bytes']:,} bytes in {plain['ms']:.2f} ms become {gzip['bytes']:,} bytes in {gzip['ms']:.2f} ms: it "
        f"pays on connections slower than {saved * 8 / cost / 1000:,.0f} Mbit/s, and for whoever pays for traffic.",
    ]


def pricing_rows(printed: str) -> list[str]:
    return ["```text", *printed.splitlines(), "```"]


def onboarding_rows(onboardings: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| listings | limits | requests | seconds | at the limit, s | listings a second | worker's peak memory, MB |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in onboardings:
        limit = row["limit_seconds"]
        lines.append(
            f"| {row['listings']} | {'on' if limit else 'off'} | {row['requests']} | {row['seconds']} "
            f"| {limit or '-'} | {row['listings_per_second']} | {row['peak_rss_mb']} |"
        )
    return lines


# Of each part: the words above its rows, and what makes the rows.
SECTIONS: dict[str, tuple[list[str], Callable[[Any], list[str]]]] = {
    "requests": (
        [
            "## Requests",
            "",
            "*Ours* is this server, *stock* the same serializers behind djangorestframework-jsonapi's view sets and",
            "django-oauth-toolkit's authentication without N+1, *floor* the same document by hand-written SQL and",
            "orjson without any check. Each is called straight through WSGI. Documents are compared before they are",
            "timed; the last two requests, whose answers are new each time, are for information. Stock and floor count",
            "a list with COUNT(*), ours with its tallies.",
        ],
        request_rows,
    ),
    "growth": (
        [
            "## Growth",
            "",
            "Whole requests of an application with a thousand listings and of one with many more, on PostgreSQL; pages",
            "of 25 unless it says 100. Every count was compared with COUNT(*). Before a page in the middle of the",
            "default order whole days of creation are passed over at once; of any other order the database has to pass",
            "over every index entry from the nearer end.",
        ],
        growth_rows,
    ),
    "serving": (
        [
            "## How to serve it",
            "",
            f"Over HTTP by {GENERATOR}, 8 connections, load and server on the same cores; on PostgreSQL where one is",
            "reached. The first row is what `make serve` and [production.md](production.md) use. With a backpressure",
            "of 2 a worker serves two connections and lets the others wait for as long as these are open.",
        ],
        serving_rows,
    ),
    "peers": (
        [
            "## What people use today",
            "",
            f"The page of 100 over HTTP by {GENERATOR}, one process each, 4 connections, SQLite. FastAPI-JSONAPI",
            "checks no token and brings no related rows; Prism answers an example from the schema and has no database.",
        ],
        peer_rows,
    ),
    "compression": (["## Compression", "", "A page of 100 listings, gzip asked for or not:"], compression_rows),
    "pricing": (["## Pricing", "", "What `python -m bench.pricing` prints:"], pricing_rows),
    "onboarding": (
        [
            "## Onboarding a Hostaway account",
            "",
            "From connecting the account until all listings, calendars and reservations are stored, on SQLite, against",
            "the sandbox in a process of its own. The documented limit is 15 requests in 10 seconds for one address.",
        ],
        onboarding_rows,
    ),
}
