"""The report: a page of the docs, and the figures as JSON."""

import json
import os
import platform
import textwrap
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.load import GENERATOR

PACKAGES = ("django", "djangorestframework", "djangorestframework-jsonapi", "django-oauth-toolkit", "orjson")


def write(found: dict[str, Any], root: Path, *, smoke: bool) -> None:
    """Write var/bench.json and print the page; a run that is not a smoke run also writes docs/benchmarks.md.

    `found` holds the results of the parts of bench/__main__.py by name. A missing part gets no section.
    """
    (root / "var/bench.json").write_text(json.dumps(found.get("requests", []), indent=2) + "\n")
    lines = [*INTRODUCTION, *machine()]
    for part, (heading, text, rows) in SECTIONS.items():
        if found.get(part):
            lines += ["", f"## {heading}", "", *wrapped(text), "", *rows(found[part])]
    page = "\n".join([*lines, ""])
    print(page)
    if not smoke:
        (root / "docs/benchmarks.md").write_text(page)


def wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 110, break_long_words=False, break_on_hyphens=False)


INTRODUCTION = [
    "# Benchmarks",
    "",
    *wrapped(
        "`make bench` writes this page. All variants of a section are measured in the same run, in turns, so that "
        "ratios hold even if the machine was busy. Times are medians in milliseconds."
    ),
    "",
]


def machine() -> list[str]:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return [
        f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), Python {platform.python_version()}, "
        f"{packages}."
    ]


# Goals: at most this many times the floor, and at least this many times faster than stock.
GOALS: dict[tuple[str, str], tuple[float, float | None]] = {
    ("page of 100", "sqlite"): (1.3, 10.5),
    ("page of 100", "postgresql"): (0.45, 8.0),
    **{("page of 25", database): (3.3, None) for database in ("sqlite", "postgresql")},
    **{("one listing", database): (6.0, None) for database in ("sqlite", "postgresql")},
    **{("page of 100 with include=owner", database): (2.9, None) for database in ("sqlite", "postgresql")},
    **{("calendar of 100 nights", database): (3.0, None) for database in ("sqlite", "postgresql")},
    ("PATCH of an activation", "sqlite"): (7.0, None),
    ("PATCH of an activation", "postgresql"): (3.5, None),
    **{("token request", database): (4.0, None) for database in ("sqlite", "postgresql")},
}

# Milliseconds of one core that a sync may spend on a row of a step.
SYNC_GOALS = {"calendar of 730 nights": 10.0, "reservation": 0.25}


def at_most(ratio: float, goal: float | None) -> str:
    return f"{ratio:.2f}" if goal is None else f"{ratio:.2f} (goal {goal:g}: {'met' if ratio <= goal else 'missed'})"


def at_least(ratio: float, goal: float | None) -> str:
    return f"{ratio:.1f}" if goal is None else f"{ratio:.1f} (goal {goal:g}: {'met' if ratio >= goal else 'missed'})"


def request_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| request | database | this server, ms | stock, ms | floor, ms | times the floor | times faster than stock |",
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


HIT_GOAL = 0.333  # of the time of the full answer, at most


def conditional_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| request | database | full, ms | full with gzip, ms | 304, ms | 304 : full | 304 : full with gzip |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in measured:
        full, gzip, hit = row["full_ms"], row["gzip_ms"], row["hit_ms"]
        lines.append(
            f"| {row['name']} | {row['database']} | {full:.2f} | {gzip:.2f} | {hit:.2f} "
            f"| {at_most(hit / full, HIT_GOAL)} | {at_most(hit / gzip, HIT_GOAL)} |"
        )
    return lines


def growth_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| request | matching listings, small and large | small, ms | large, ms | ratio |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in measured:
        small, large = row["small_ms"], row["large_ms"]
        lines.append(
            f"| {row['name']} | {row['small']:,} and {row['large']:,} | {small:.2f} | {large:.2f} "
            f"| {at_most(large / small, row['goal'])} |"
        )
    return lines


SPREAD_GOAL = 1.6  # p95 divided by p50, at most; for the way in which production serves


def serving_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| server | page of 100: requests/s | p50 / p95 | p95 : p50 | one listing: requests/s | p50 / p95 |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in measured:
        if "skipped" in row:
            lines.append(f"| {row['name']} | not measured: {row['skipped']} | | | | |")
        else:
            page = row["page"]
            spread = at_most(page["p95_ms"] / page["p50_ms"], SPREAD_GOAL if row is measured[0] else None)
            lines.append(f"| {row['name']} | {load_cells(page)} | {spread} | {load_cells(row['one'])} |")
    return lines


def load_cells(load: dict[str, float]) -> str:
    return f"{load['requests_per_second']:,.0f} | {load['p50_ms']:.1f} / {load['p95_ms']:.1f}"


def peer_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| server | requests/s | p50 / p95 | this server is faster by | listings, bytes |",
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
        f"{plain['bytes']:,} bytes in {plain['ms']:.2f} ms become {gzip['bytes']:,} bytes in {gzip['ms']:.2f} ms. "
        f"Compression saves time on connections slower than {saved * 8 / cost / 1000:,.0f} Mbit/s; it always saves "
        "traffic.",
    ]


def pricing_rows(printed: str) -> list[str]:
    return ["```text", *printed.splitlines(), "```"]


def onboarding_rows(onboardings: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| listings | limits | requests | seconds | least with limits, s | listings per second | peak memory, MB |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in onboardings:
        limit = row["limit_seconds"]
        lines.append(
            f"| {row['listings']} | {'on' if limit else 'off'} | {row['requests']} | {row['seconds']} "
            f"| {limit or '-'} | {row['listings_per_second']} | {row['peak_rss_mb']} |"
        )
    return lines


def fairness_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = ["| measured | found | goal, at most | the goal is |", "| --- | --- | --- | --- |"]
    for row in measured:
        found, unit = (row["seconds"], "s") if "seconds" in row else (row["mb"], "MB")
        verdict = "met" if found <= row["goal"] else "missed"
        lines.append(f"| {row['name']} | {found} {unit} | {row['goal']:g} {unit}: {verdict} | {row['explanation']} |")
    return lines


def webhook_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = ["| measured | found | goal |", "| --- | --- | --- |"]
    for row in measured:
        found, goal, goal_text = row["found"], row["goal"], ""
        if goal is not None:
            is_met = found <= goal if row["at_most"] else found >= goal
            bound = "at most" if row["at_most"] else "at least"
            goal_text = f"{bound} {goal:g} {row['unit']}: {'met' if is_met else 'missed'}"
        lines.append(f"| {row['name']} | {found} {row['unit']} | {goal_text} |")
    return lines


def syncing_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| step | database | rows | ms of one core per row | rows per second of one core |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in measured:
        goal = SYNC_GOALS.get(row["name"].partition(": ")[2])
        spent = f"{row['ms']:.3f}" + (
            "" if goal is None else f" (goal {goal:g}: {'met' if row['ms'] <= goal else 'missed'})"
        )
        lines.append(f"| {row['name']} | {row['database']} | {row['rows']:,} | {spent} | {1000 / row['ms']:,.0f} |")
    return lines


IMPORT_SECONDS, IMPORT_MB = 300, 400  # goals for 20,000 listings with 365 nights each


def market_import_rows(measured: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| scrape | database | nights | seconds | seconds of one core | nights a second of it | peak memory, MB |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in measured:
        lines.append(
            f"| {row['name']} | {row['database']} | {row['nights']:,} | {row['seconds']:g} "
            f"| {with_goal(row['core_seconds'], IMPORT_SECONDS)} | {row['nights'] / row['core_seconds']:,.0f} "
            f"| {with_goal(row['peak_mb'], IMPORT_MB)} |"
        )
    return lines


def with_goal(found: float, goal: float) -> str:
    return f"{found:g} (goal {goal:g}: {'met' if found <= goal else 'missed'})"


# For each part: the heading, the text above its rows, and the function that makes the rows.
SECTIONS: dict[str, tuple[str, str, Callable[[Any], list[str]]]] = {
    "requests": (
        "Requests",
        "*Stock* uses the same serializers behind djangorestframework-jsonapi's view sets and django-oauth-toolkit's "
        "authentication, without N+1 queries. *Floor* builds the same document with hand-written SQL and orjson, "
        "without any check. Each is called directly through WSGI. The documents are compared before they are timed, "
        "except those of the last two requests, which differ each time. Stock and floor count a list with COUNT(*), "
        "this server with its tallies.",
        request_rows,
    ),
    "conditional": (
        "Answers that a client has already",
        "A request with `If-None-Match` whose answer is 304, against the full answer without and with gzip, which most "
        "clients accept. The token, the rate limit, the routing and the count cost the same in each.",
        conditional_rows,
    ),
    "growth": (
        "Growth",
        "Whole requests of an application with a thousand listings and of one with many more, on PostgreSQL. A page "
        "has 25 listings unless the table says 100. Every count was compared with COUNT(*). To reach a middle page of "
        "the default order, the server skips whole days of creation at once; in any other order the database steps "
        "over every index entry from the nearer end, so that page has no goal.",
        growth_rows,
    ),
    "serving": (
        "How to serve it",
        f"Load over HTTP on 8 connections, from {GENERATOR}. Load and server share the cores. The database is "
        "PostgreSQL if a server answers. `make serve` and [production.md](production.md) use the first row. With a "
        "backpressure of 2, a worker serves two connections and the others wait until one of them closes.",
        serving_rows,
    ),
    "peers": (
        "Other servers",
        f"The page of 100 over HTTP on 4 connections, with load from {GENERATOR}. One process each, on SQLite. "
        "FastAPI-JSONAPI checks no token and reads no related rows. Prism has no database: it answers an example "
        "from the schema.",
        peer_rows,
    ),
    "compression": ("Compression", "A page of 100 listings, with and without gzip:", compression_rows),
    "pricing": ("Pricing", "The output of `python -m bench.pricing`:", pricing_rows),
    "onboarding": (
        "Onboarding a Hostaway account",
        "Time from connecting the account until all listings, calendars and reservations are stored, on SQLite. The "
        "sandbox runs in a process of its own. The documented limit is 15 requests in 10 seconds for one address.",
        onboarding_rows,
    ),
    "fairness": (
        "Fairness of background work",
        "One worker process and the sandbox with Hostaway's documented limit, 15 requests in 10 seconds for one "
        "address. A partner's account of 1,000 listings is being synced when another partner connects twenty small "
        "ones, and changes prices of a listing. Two partners share the limit equally. The first figure counts from "
        "the first connection.",
        fairness_rows,
    ),
    "syncing": (
        "What a sync costs the worker",
        "Processor time of the worker while it syncs one Hostaway account, first with an empty database and then once "
        "more, without any limit on requests. It contains all that a row needs: the request, decoding, validation and "
        "the database driver. The sandbox and the database server run in processes of their own.",
        syncing_rows,
    ),
    "webhooks": (
        "Deliveries of events",
        "One worker process sends the events of one application to one endpoint, whose receiver is a process of the "
        "same machine. First 3,000 events wait when the worker starts; then 200 events a second are recorded for 15 "
        "seconds, each in a transaction of its own. Recorder, worker, receiver and database share the cores.",
        webhook_rows,
    ),
    "market_import": (
        "Import of public market data",
        "Two scrapes of a city of 20,000 listings with 365 nights each, from files packed with gzip. The import reads "
        "each file twice: first to check it, then to store it. The seconds of one core are those of the importing "
        "process, without a database server's.",
        market_import_rows,
    ),
}
