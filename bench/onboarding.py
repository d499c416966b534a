"""Time from connecting a Hostaway account until it is synced, and the worker's peak memory."""

import os
import re
import subprocess
import sys
import time
from typing import Any

import httpx
from django.conf import settings

from bench.channel import connect, sandbox

REQUESTS_PER_SECOND = 1.5  # Hostaway's documented limit for one address: 15 in 10 seconds


def measure(client_id: int, limited: int) -> list[dict[str, Any]]:
    """Return `{name, listings, seconds, requests, limit_seconds, listings_per_second, peak_rss_mb}` of one onboarding.

    The sandbox at `SANDBOX_URL`, with its limits on or off, and the worker each run in a process of their own.
    """
    with sandbox(limited=bool(limited)):
        account = connect(str(client_id))
        begun = time.monotonic()
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        peak = watch(worker, account)
        seconds = time.monotonic() - begun
        requests = httpx.get(f"{settings.ENVIRONMENT.sandbox_url}/_control/requests").json()["count"]
    listings = account.channel_listings.count()
    return [
        {
            "name": f"onboarding of {listings} listings, limits {'on' if limited else 'off'}",
            "listings": listings,
            "seconds": round(seconds, 1),
            "requests": requests,
            "limit_seconds": round(requests / REQUESTS_PER_SECOND, 1) if limited else None,
            "listings_per_second": round(listings / seconds, 2),
            "peak_rss_mb": round(peak / 1024),
        }
    ]


def watch(worker: "subprocess.Popen[bytes]", account: Any) -> int:
    """Wait until the account is synced and return the worker's peak memory in kB.

    Raises AssertionError if the worker ends before.
    """
    peak = 0
    while True:
        peak = max(peak, peak_memory(worker.pid))
        account.refresh_from_db()
        if account.last_successful_sync_at:
            break
        assert worker.poll() is None, "The worker ended before the account was synced."
        time.sleep(0.1)
    worker.terminate()
    worker.wait()
    return peak


def peak_memory(pid: int) -> int:
    """Return the process's peak resident memory in kB, or 0 on systems that do not report it (only Linux does)."""
    status = f"/proc/{pid}/status"
    if not os.path.exists(status):
        return 0
    with open(status) as lines:
        found = re.search(r"VmHWM:\s+(\d+) kB", lines.read())
    return int(found[1]) if found else 0
