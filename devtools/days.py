"""`make days`: days pass on a running `make serve`, one by one, each with its syncs, prices, pushes and deliveries."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any

from devtools.start_conditions import HOST, CannotStart, prepare, read_port

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from jobs.models import Job

DAY = 86_400
# Regular syncs are spread over this time (sync/stale.py). They are queued by the jump that ends a day, and come due in
# the jump after it.
SPREAD = 900
SOON = 15  # seconds; jobs that wait for a channel's limit or for a retry are waited for, if they are due so soon
# Public market data of all cities take longer than the rest of a day. Nothing of the account depends on them, so they
# wait until all days have passed: then the feed is read once.
HELD_BACK = frozenset({"import_markets", "connect_market", "refresh_compsets", "refresh_insights"})
MOST_DAYS = 3650
LONGEST_WAIT = 300.0  # seconds for the work of one day
POLL = 0.05
HELD_FOR = timedelta(days=2)  # longer than a day of `pass_days`, which holds them anew; short, if it is killed


def main() -> int:
    try:
        days, port = read_days(os.environ.get("DAYS", "")), read_port(os.environ.get("PORT", ""))
        data_dir = prepare(os.environ.get("DATA_DIR") or "./var")
        os.environ.update(PROFILE="development", DATA_DIR=str(data_dir), DJANGO_SETTINGS_MODULE="partners.settings")
        import django

        django.setup()
        pass_days(days, port + 1)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def read_days(text: str) -> int:
    """The number of days in `text`, or 30 if it is empty. Raises CannotStart."""
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_DAYS):
        raise CannotStart(f"DAYS must be a number from 1 to {MOST_DAYS}, not {text!r}.")
    return int(text or 30)


def pass_days(days: int, sandbox_port: int) -> None:
    """Move the clock day by day, and print a line for each. The next day begins when the worker has nothing to do.

    It ends SPREAD after as many days. The first jump is a whole day, so all daily work comes due in it, and therefore
    in the first jump of each later day too. There it is done before the syncs, which need its results.

    Raises CannotStart if no sandbox answers, or the worker does not come to an end.
    """
    move_clock(sandbox_port, 0)  # to say at once if there is no sandbox
    with market_data_held_back():
        wait_until_done(HELD_BACK)
        for day in range(days):
            began, before = time.monotonic(), finished_jobs()
            hold_back_market_data()
            move_clock(sandbox_port, DAY - SPREAD if day else DAY)
            wait_until_done(HELD_BACK)
            now = move_clock(sandbox_port, SPREAD)
            wait_until_done(HELD_BACK)
            done = finished_since(before)
            print(f"{now[:10]}  {described(done)}  ({time.monotonic() - began:.1f} s)", flush=True)


@contextmanager
def market_data_held_back() -> Iterator[None]:
    """Let the jobs that were held back inside begin at the end, however it comes."""
    import clock

    try:
        yield
    finally:
        _held_back().update(due_at=clock.queue_now())


def hold_back_market_data() -> None:
    """Let no job of public market data begin in the coming day. One that runs goes on."""
    import clock
    from jobs.handlers import periodic_kinds
    from jobs.queue import AlreadyQueued, enqueue

    now = clock.queue_now()
    for kind in HELD_BACK & periodic_kinds().keys():
        with suppress(AlreadyQueued):
            enqueue(kind, now=now, due_at=now + HELD_FOR)
    _held_back().update(due_at=now + HELD_FOR, ready=False)


def _held_back() -> "QuerySet[Job]":
    from jobs.models import Job

    return Job.objects.filter(kind__in=HELD_BACK, state=Job.State.QUEUED)


def move_clock(sandbox_port: int, seconds: int) -> str:
    """Advance the test clock; return where it is."""
    connection = HTTPConnection(HOST, sandbox_port, timeout=10)
    try:
        connection.request("POST", "/_control/clock", json.dumps({"advance": seconds}))
        response = connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
    except (OSError, HTTPException, ValueError) as error:
        raise CannotStart(
            f"No sandbox answers at http://{HOST}:{sandbox_port}. Run `make serve` in another terminal first."
        ) from error
    finally:
        connection.close()
    if response.status != 200:
        raise CannotStart(str(answer.get("error")))
    return str(answer["now"])


def wait_until_done(except_for: Collection[str] = ()) -> None:
    """Return when no job runs, is due, or will be due soon, except some kinds.

    Raises CannotStart after LONGEST_WAIT.
    """
    until = time.monotonic() + LONGEST_WAIT
    while waiting := work_left().difference(except_for):
        if time.monotonic() > until:
            raise CannotStart(f"The worker does not finish: {', '.join(sorted(waiting))}.")
        time.sleep(POLL)


def work_left() -> set[str]:
    """The kinds of jobs that run, are due, or will be due soon."""
    import clock
    from jobs.models import Job
    from jobs.periodic import due_kinds

    now = clock.queue_now()
    live = set(Job.objects.filter(state=Job.State.RUNNING).values_list("kind", flat=True))
    queued = Job.objects.filter(state=Job.State.QUEUED, due_at__lte=now + timedelta(seconds=SOON))
    return live | set(queued.values_list("kind", flat=True)) | set(due_kinds(now))


def finished_jobs() -> set[int]:
    """The numbers of the jobs that have ended."""
    from jobs.models import Job

    return set(Job.objects.exclude(finished_at=None).values_list("pk", flat=True))


def finished_since(before: Collection[int]) -> Mapping[str, int]:
    """How many jobs of accounts have ended, by kind, beside those that had ended before; `failed` of any kind."""
    from jobs.kinds import PUSH_LISTING, REFRESH_LISTING, SYNC_ACCOUNT
    from jobs.models import Job

    jobs = Job.objects.exclude(finished_at=None).values_list("pk", "kind", "state")
    ended = [(kind, state) for pk, kind, state in jobs if pk not in before]
    numbers = Counter(kind for kind, _ in ended if kind in (SYNC_ACCOUNT, REFRESH_LISTING, PUSH_LISTING))
    numbers["failed"] = sum(state == Job.State.FAILED for _, state in ended)
    return numbers


def described(done: Mapping[str, int]) -> str:
    """The numbers of jobs in words."""
    words = {"sync_account": "sync", "refresh_listing": "listing refreshed", "push_listing": "push"}
    parts = [counted(done.get(kind, 0), word) for kind, word in words.items()]
    return ", ".join([*parts, *([f"{counted(done['failed'], 'job')} failed"] if done.get("failed") else [])])


def counted(number: int, words: str) -> str:
    """A number with its words, such as "1 sync" and "2 syncs"."""
    first, _, rest = words.partition(" ")
    plural = first if number == 1 else f"{first}{'es' if first.endswith('sh') else 's'}"
    return f"{number} {plural} {rest}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
