"""The engine of the real server: an account is connected and synced, and its prices are made and pushed every day.

`python -m bench.referee.engine <sandbox's url> <client id> <opening> <days> [level]` prints JSON. The environment names
the server's database and the folder of the clock, which the sandbox moves. All jobs run in this process, one after the
other, so that a run can be repeated exactly.
"""

import json
import sys
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import django

from bench.referee.channel import SECRET
from bench.referee.world import Sandbox, days_from, morning

# Regular syncs are spread over this time (sync/stale.py). So the clock moves twice a day, as in devtools/days.py.
SPREAD = timedelta(minutes=15)
# They say what an owner could change, and change no price. They would take a quarter of the time.
LEFT_OUT = "write_recommendations"


def main() -> None:
    url, client_id, opening, days, *level = sys.argv[1:]
    django.setup()
    sandbox = Sandbox(url, urlsplit(url).port or 80)
    found = run(sandbox, client_id, date.fromisoformat(opening), int(days), float(level[0]) if level else None)
    json.dump(found, sys.stdout)


def run(sandbox: Sandbox, client_id: str, opening: date, days: int, level: float | None) -> dict[str, Any]:
    """Price an account for some days. Returns `bases`: for each listing of the channel, its base price of each day.

    `level` makes the user's base price: this multiple of the first automatic one. `jobs` counts those that ended, by
    kind, and those that failed; the server forgets jobs after some weeks.
    """
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    sandbox.stop_clock_at(morning(opening) - 2 * SPREAD)
    _connect(client_id)  # the clock goes on before the first sync, because a new token is not valid at once
    bases: dict[str, list[int]] = {}
    for day in days_from(opening, days):
        sandbox.stop_clock_at(morning(day) - SPREAD)
        _queue_syncs()
        _work()
        sandbox.stop_clock_at(morning(day))
        _work()
        if day == opening:
            _enable(level)
        _queue_daily_work()
        _work()
        for channel_id, base in _bases():
            bases.setdefault(channel_id, []).append(base)
    return {"bases": bases, "jobs": _jobs()}


def _connect(client_id: str) -> None:
    import clock
    from oauth.services import ensure_demo_application
    from sync.services.accounts import ask_channel, connect_account
    from users.services.users import create_user

    now = clock.now()
    application = ensure_demo_application(now=now)
    user = create_user(
        application_id=application.pk,
        first_name="Robin",
        last_name="Host",
        email=f"referee-{client_id}@example.com",
        locale="en",
        now=now,
    )
    asked: dict[str, Any] = {
        "channel": "hostaway",
        "credentials": {"client_id": client_id, "client_secret": SECRET},
    }
    connect_account(user, **asked, known_as=ask_channel(application.pk, **asked), now=now)


def _enable(level: float | None) -> None:
    import clock
    from listings.models import Listing
    from listings.services.activation import activate

    for listing in Listing.objects.filter(deleted_at=None):
        base = None if level is None else max(round(level * listing.base_price), 1)
        activate(Listing.objects.all(), listing.pk, enabled=True, base_price=base, now=clock.now())


def _queue_syncs() -> None:
    import clock
    from jobs.queue import enqueue

    enqueue("sync_stale_accounts", now=clock.now())


def _queue_daily_work() -> None:
    """Queue what a worker would queue today, for prices that know today's bookings."""
    import clock
    from jobs.models import Job
    from jobs.periodic import enqueue_periodic

    enqueue_periodic(clock.now())
    Job.objects.filter(kind=LEFT_OUT, state=Job.State.QUEUED).delete()


def _work() -> None:
    """Run all jobs that are due, and those that they queue."""
    import clock
    from jobs.worker import JobWorker

    JobWorker(clock=clock.now).drain()


def _bases() -> list[tuple[str, int]]:
    from listings.models import ChannelListing

    return list(ChannelListing.objects.order_by("pk").values_list("channel_listing_id", "listing__base_price"))


def _jobs() -> dict[str, int]:
    from collections import Counter

    from jobs.models import Job

    counts = Counter(Job.objects.exclude(finished_at=None).values_list("kind", flat=True))
    failed = Job.objects.filter(state=Job.State.FAILED).count()
    return dict(counts) | ({"failed": failed} if failed else {})


if __name__ == "__main__":
    main()
