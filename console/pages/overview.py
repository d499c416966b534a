"""The first page: what the server does now, and what went wrong in the last day. Each number leads to its list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

import clock
from console.selectors.accounts import STATES
from console.selectors.overview import Overview, Sync, overview
from console.site import ConsoleSite
from jobs.kinds import PUSH_LISTING, SYNC_ACCOUNT

# What is wrong if there is one.
TROUBLE = frozenset({"refused", "failing"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number or a text, with the page that it leads to. `is_trouble` draws attention to it."""

    value: object
    url: str = ""
    label: str = ""
    is_trouble: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A table. The first column names the row; `empty` is shown without rows."""

    title: str
    headers: tuple[str, ...]
    rows: list[list[Figure]]
    empty: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    sync: Sync
    url: str


def register(site: ConsoleSite) -> None:
    site.show_first(partial(show_overview, site=site))


def show_overview(request: HttpRequest, *, site: ConsoleSite) -> HttpResponse:
    now = clock.now()
    found = overview(now, real_now=clock.real_now())
    return site.render(
        request,
        "console/overview.html",
        "Overview",
        figures=figures(found),
        syncs=[Progress(sync, page("jobs_job_change", sync.job.pk)) for sync in found.syncs],
        all_syncs=Figure(found.syncs_in_all, jobs(kind=SYNC_ACCOUNT, state="running")),
        panels=[panel(found) for panel in PANELS],
        read_at=now,
    )


def figures(found: Overview) -> list[Figure]:
    """The line of numbers at the top."""
    connected = sum(found.accounts.values())
    trouble = sum(found.accounts[state] for state in TROUBLE)
    failed = sum(found.failed_jobs.values())
    return [
        Figure(connected, accounts(), "accounts connected"),
        Figure(trouble, accounts(state="failing"), "accounts in trouble", is_trouble=trouble > 0),
        Figure(found.syncs_in_all, jobs(kind=SYNC_ACCOUNT, state="running"), "syncs running"),
        Figure(
            found.due,
            jobs(state="queued"),
            f"jobs due, the oldest for {in_words(found.waited)}" if found.due else "jobs due",
        ),
        Figure(failed, jobs(state="failed"), "jobs failed in a day", is_trouble=failed > 0),
        Figure(found.deliveries.pending, deliveries(state__exact="pending"), "deliveries waiting"),
        Figure(found.workers, "", "workers alive", is_trouble=found.workers == 0),
        Figure(found.requests.count, applications(), f"API requests in the last {found.requests.seconds} s"),
    ]


def accounts_panel(found: Overview) -> Panel:
    rows = [
        [Figure(name), Figure(found.accounts[state], accounts(state=state), is_trouble=_bad(state, found))]
        for state, name in STATES.items()
        if found.accounts.get(state)
    ]
    return Panel("Accounts by state", ("State", "Accounts"), rows, "No account is connected.")


def _bad(state: str, found: Overview) -> bool:
    return state in TROUBLE and found.accounts[state] > 0


def queue_panel(found: Overview) -> Panel:
    kinds = {each.kind: each for each in found.queue}
    rows = []
    for kind in sorted(kinds.keys() | found.failed_jobs.keys()):
        queue, failed = kinds.get(kind), found.failed_jobs.get(kind, 0)
        rows.append([
            Figure(kind, jobs(kind=kind)),
            Figure(queue.running if queue else 0, jobs(kind=kind, state="running")),
            Figure(queue.due if queue else 0, jobs(kind=kind, state="queued")),
            Figure(in_words(queue.waited) if queue and queue.due else "—"),
            Figure(queue.later if queue else 0, jobs(kind=kind, state="queued")),
            Figure(failed, jobs(kind=kind, state="failed"), is_trouble=failed > 0),
        ])  # fmt: skip
    headers = ("Kind", "Running", "Due", "Oldest waits", "Due later", "Failed in a day")
    return Panel("Queue", headers, rows, "No job waits or runs, and none has failed in a day.")


def pushes_panel(found: Overview) -> Panel:
    rows = [
        [
            Figure(each.channel),
            Figure(each.succeeded, jobs(kind=PUSH_LISTING, state="succeeded")),
            Figure(each.failed, jobs(kind=PUSH_LISTING, state="failed"), is_trouble=each.failed > 0),
            Figure(each.waiting, jobs(kind=PUSH_LISTING, state="queued")),
        ]
        for each in found.pushes
    ]
    headers = ("Channel", "Succeeded", "Failed", "Waiting or running")
    return Panel("Pushes of the last day", headers, rows, "No prices were pushed in the last day.")


def deliveries_panel(found: Overview) -> Panel:
    each = found.deliveries
    rows = [
        [Figure("Succeeded"), Figure(each.succeeded, deliveries(state__exact="succeeded"))],
        [Figure("Failed"), Figure(each.failed, deliveries(state__exact="failed"), is_trouble=each.failed > 0)],
        [Figure(f"Waiting, the oldest for {in_words(each.waited)}" if each.pending else "Waiting"),
         Figure(each.pending, deliveries(state__exact="pending"))],
        [Figure("Endpoints that fail"),
         Figure(each.failing_endpoints, deliveries(state__exact="pending"), is_trouble=each.failing_endpoints > 0)],
        [Figure("Endpoints that are disabled"), Figure(each.disabled_endpoints)],
    ]  # fmt: skip
    return Panel("Webhook deliveries of the last day", ("", "Number"), rows, "")


def requests_panel(found: Overview) -> Panel:
    busiest = found.requests.busiest
    rows = [[Figure(name, page("oauth_application_change", pk)), Figure(count)] for pk, name, count in busiest]
    note = "Rates over time, and errors by operation, are in the metrics at /metrics and on the dashboard."
    title = f"API requests in the last {found.requests.seconds} s"
    return Panel(title, ("Application", "Requests"), rows, "No application has called in this minute.", note)


PANELS = (accounts_panel, queue_panel, pushes_panel, deliveries_panel, requests_panel)


def accounts(**query: str) -> str:
    return _list("users_account_changelist", query.items())


def jobs(**query: str) -> str:
    return _list("jobs_job_changelist", query.items())


def deliveries(**query: str) -> str:
    return _list("webhooks_webhookdelivery_changelist", query.items())


def applications() -> str:
    return _list("oauth_application_changelist", ())


def page(name: str, pk: int) -> str:
    return reverse(f"console:{name}", args=(pk,))


def _list(name: str, query: Iterable[tuple[str, str]]) -> str:
    asked = urlencode(list(query))
    return reverse(f"console:{name}") + (f"?{asked}" if asked else "")


def in_words(time: timedelta) -> str:
    """Such as `42 s`, `7 min`, `3 h` or `5 d`."""
    seconds = max(0, int(time.total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
