"""A sandbox of the channels in a process of its own, and an account there."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from django.conf import settings
from django.utils import timezone

SECRET = "sandbox-secret"  # noqa: S105


@contextmanager
def sandbox(*, limited: bool) -> Iterator[None]:
    """Runs the sandbox at `SANDBOX_URL`, with the channels' documented request limits or without any."""
    url = settings.ENVIRONMENT.sandbox_url
    command = [sys.executable, "-m", "sandbox", "--port", url.rpartition(":")[2], "--data-dir", ":memory:"]
    process = subprocess.Popen(  # noqa: S603
        [*command, "--limits", "on" if limited else "off"], stdout=subprocess.DEVNULL
    )
    try:
        wait_for(url)
        yield
    finally:
        process.terminate()
        process.wait()


def connect(client_id: str) -> Any:
    from oauth.services import ensure_demo_application
    from sync.services.accounts import ask_channel, connect_account
    from users.services.users import create_user

    application = ensure_demo_application(now=timezone.now())
    email = f"bench-{client_id}@example.com"
    user = create_user(
        application_id=application.pk,
        first_name="Robin",
        last_name="Host",
        email=email,
        locale="en",
        now=timezone.now(),
    )
    asked: dict[str, Any] = {
        "channel": "hostaway",
        "credentials": {"client_id": client_id, "client_secret": SECRET},
    }
    return connect_account(user, **asked, known_as=ask_channel(application.pk, **asked), now=timezone.now())


def wait_for(url: str) -> None:
    for _ in range(200):
        try:
            httpx.get(f"{url}/healthz")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("The sandbox did not start.")
