"""Changes that are made while a push runs."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from jobs.models import Job
from listings.models import ChannelListing
from listings.services.pushing import queue_push
from partners.sqlite3.base import turns
from sandbox.server import RunningSandbox
from sync.services.pausing import pause_account
from tests.sync.push.at_hostaway import INTERVALS, posted, prices_at_the_channel, requests, set_rules, switch, work


class Pushing(threading.Thread):
    """A thread that runs the due jobs on its own database connection, as a worker process would."""

    def run(self) -> None:
        try:
            work()
        finally:
            connection.close()

    def waits_for_us(self) -> bool:
        """Return whether this thread is blocked by the open write transaction of the calling thread."""
        if connection.vendor == "sqlite":  # it has one writer at a time
            return turns.waiting > 0
        with connection.cursor() as cursor:
            blocked = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            cursor.execute(blocked)
            return cursor.fetchone() is not None


@pytest.mark.django_db(transaction=True)
class TestWhileAPushRuns:
    """Each test makes a change while the channel is slow to answer the first write."""

    @pytest.fixture
    def pushing(self, hostaway: RunningSandbox, shown: ChannelListing) -> Iterator[Pushing]:
        slow = hostaway.faults.add({"kind": "slow", "path": INTERVALS, "count": 1, "seconds": 3})
        queue_push(shown.listing, datetime.now(UTC))
        thread = Pushing()
        thread.start()
        while slow.count and thread.is_alive():
            time.sleep(0.02)
        yield thread
        thread.join()

    def test_a_customization_during_a_push_is_not_lost(self, shown: ChannelListing, pushing: Pushing) -> None:
        set_rules(shown, None, {"base_price": 150})
        pushing.join()
        work()  # the customization queued a second push if the first one had ended already

        assert set(prices_at_the_channel(shown)) == {15000}
        assert {rate[0] for rate in posted(shown).values()} == {15000}
        assert not Job.objects.filter(state__in=["queued", "running"]).exists()

    def test_a_customization_committed_as_the_push_ends_is_not_lost(
        self, shown: ChannelListing, pushing: Pushing
    ) -> None:
        with transaction.atomic():
            set_rules(shown, None, {"base_price": 150})
            while pushing.is_alive() and not pushing.waits_for_us():
                time.sleep(0.02)
        pushing.join()
        work()

        assert set(prices_at_the_channel(shown)) == {15000}

    def test_disabling_the_listing_stops_the_push_before_its_next_request(
        self, hostaway: RunningSandbox, shown: ChannelListing, pushing: Pushing
    ) -> None:
        switch(shown, enabled=False)
        pushing.join()

        received = requests(hostaway)
        assert received
        assert [path for path in received if not path.endswith("/calendarIntervals")] == []
        assert posted(shown) == {}
        assert Job.objects.get(kind="push_listing").state == "succeeded"

    def test_pausing_the_account_stops_the_push_before_its_next_request(
        self, hostaway: RunningSandbox, shown: ChannelListing, pushing: Pushing
    ) -> None:
        pause_account(shown.account, now=datetime.now(UTC))
        pushing.join()

        received = requests(hostaway)
        assert received
        assert [path for path in received if not path.endswith("/calendarIntervals")] == []
        assert posted(shown) == {}

    def test_a_worker_that_lost_its_job_records_nothing(self, shown: ChannelListing, pushing: Pushing) -> None:
        Job.objects.filter(kind="push_listing").update(attempts=7)
        pushing.join()

        assert posted(shown) == {}
