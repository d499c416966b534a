"""Many small accounts beside a large one, and pushes beside both, within Hostaway's documented limits.

A worker process syncs an account of 1,000 listings. At the same moment another partner connects twenty accounts of
three listings, and changes the price of a listing. The requests of an account are counted at the sandbox.
"""

import os
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

import httpx
from django.conf import settings
from django.utils import timezone

from bench.channel import SECRET, wait_for
from bench.onboarding import REQUESTS_PER_SECOND, peak_memory

LARGE, SMALL, MIDDLE = "11000", "10003", "10040"  # the sandbox's managers of 1,000, 3 and 40 listings


def measure(small_accounts: int, at_once: int) -> list[dict[str, Any]]:
    """Return `{name, seconds, goal}` of the last of `small_accounts` and of the slowest push, and `{name, mb, goal}`.

    `at_once` accounts of 40 listings are synced at once, without limits, for the worker's memory. Either number may be
    0, which leaves out its figures.
    """
    return [*(within_limits(small_accounts) if small_accounts else ()), *([memory(at_once)] if at_once else ())]


def within_limits(small_accounts: int) -> list[dict[str, Any]]:
    url = settings.ENVIRONMENT.sandbox_url
    with Processes() as processes:
        processes.start("-m", "sandbox", "--port", url.rpartition(":")[2], "--data-dir", ":memory:")
        wait_for(url)
        ours, theirs = application("Bench: small"), application("Bench: large")
        warmed = connect(ours, SMALL, "warm")
        processes.start("manage.py", "worker")
        wait_until_synced([warmed])
        requests_each = count_requests(url) - 2  # without the two of the connection itself
        listing = enable_listing(warmed)
        wait_for_pushes()
        large = connect(theirs, LARGE, "large")
        wait_until_running(large)
        begun = timezone.now()
        accounts = [connect(ours, SMALL, f"small-{number}") for number in range(small_accounts)]
        started = [push_starts_after(listing, price) for price in (101, 102, 103)]
        seconds = [(synced_at - begun).total_seconds() for synced_at in wait_until_synced(accounts)]
    # A request is asked for connecting, too. Two applications share the limit.
    least = small_accounts * (requests_each + 2) / (REQUESTS_PER_SECOND / 2)
    return [
        {
            "name": f"{small_accounts} accounts of 3 listings beside one of 1,000: the last is synced",
            "seconds": round(max(seconds), 1),
            "goal": round(1.5 * least, 1),
            "explanation": f"1.5 times the fair share: {requests_each + 2} requests each, half of the limit",
        },
        {
            "name": "a push after a change, meanwhile: it starts",
            "seconds": round(max(started), 1),
            "goal": 2.0,
            "explanation": "the slowest of three",
        },
    ]


def memory(at_once: int) -> dict[str, Any]:
    url = settings.ENVIRONMENT.sandbox_url
    with Processes() as processes:
        options = ("--data-dir", ":memory:", "--limits", "off")
        processes.start("-m", "sandbox", "--port", url.rpartition(":")[2], *options)
        wait_for(url)
        partner = application("Bench: memory")
        accounts = [connect(partner, MIDDLE, f"middle-{number}") for number in range(at_once)]
        worker = processes.start("manage.py", "worker", HOSTAWAY_REQUESTS_PER_10S="1000000")
        wait_until_synced(accounts)
        peak = peak_memory(worker.pid)
    return {
        "name": f"a worker with {at_once} accounts of 40 listings in work: peak memory",
        "mb": round(peak / 1024),
        "goal": 250,
        "explanation": "limits off",
    }


class Processes:
    """Processes that end with the context."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._started):
            process.terminate()
            process.wait(timeout=30)

    def start(self, *command: str, **environment: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *command], env={**os.environ, **environment},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._started.append(process)
        return process


def application(name: str) -> Any:
    from oauth.models import Application

    made, _ = Application.objects.get_or_create(
        name=name,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    return made


def connect(partner: Any, client_id: str, name: str) -> Any:
    """Connect an account of a user of its own. The channel's limit may be used up for a while."""
    from jsonapi.refusals import Refusal
    from sync.services.accounts import ask_channel, connect_account
    from users.services.users import create_user

    user = create_user(
        application_id=partner.pk, first_name="Robin", last_name="Host", email=f"bench-{partner.pk}-{name}@example.com",
        locale="en", now=timezone.now(),
    )  # fmt: skip
    asked: dict[str, Any] = {
        "channel": "hostaway",
        "credentials": {"client_id": client_id, "client_secret": SECRET},
    }
    end = time.monotonic() + 600
    while True:
        try:
            return connect_account(user, **asked, known_as=ask_channel(partner.pk, **asked), now=timezone.now())
        except Refusal:
            if time.monotonic() > end:
                raise
            time.sleep(1)


def wait_until_synced(accounts: list[Any]) -> list[datetime]:
    """Wait until each account is synced, and return the instants."""
    from users.models import Account

    found: dict[int, datetime] = {}
    while len(found) < len(accounts):
        time.sleep(0.2)
        rows = Account.objects.filter(pk__in=[account.pk for account in accounts])
        synced = rows.values_list("pk", "last_successful_sync_at")
        found = {pk: synced_at for pk, synced_at in synced if synced_at is not None}
    return list(found.values())


def wait_until_running(account: Any) -> None:
    from jobs.models import Job

    while not Job.objects.filter(account_id=account.pk, state="running").exists():
        time.sleep(0.1)


def enable_listing(account: Any) -> Any:
    from listings.models import Listing
    from listings.services.activation import activate

    listing = account.channel_listings.order_by("pk").first().listing
    activate(Listing.objects.all(), listing.pk, enabled=True, base_price=100, now=timezone.now())
    return listing


def wait_for_pushes() -> None:
    from jobs.models import LIVE_STATES, Job

    while Job.objects.filter(kind="push_listing", state__in=LIVE_STATES).exists():
        time.sleep(0.1)


def push_starts_after(listing: Any, price: int) -> float:
    """Change the price, and return the seconds until a worker has started to push it."""
    from jobs.models import Job
    from listings.models import Listing
    from listings.services.activation import activate

    wait_for_pushes()
    begun = time.monotonic()
    activate(Listing.objects.all(), listing.pk, enabled=True, base_price=price, now=timezone.now())
    newest = Job.objects.filter(kind="push_listing").latest("pk")
    while newest.attempts == 0:
        time.sleep(0.02)
        newest.refresh_from_db()
    return time.monotonic() - begun


def count_requests(url: str) -> int:
    return int(httpx.get(f"{url}/_control/requests").json()["count"])
