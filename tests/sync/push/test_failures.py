"""Failed pushes: only confirmed nights are recorded, and temporary failures are retried."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from connectors.http import Patience
from jobs.models import Job
from listings.models import ChannelListing
from oauth.encryption import encrypt
from sandbox.server import RunningSandbox
from sync.channels import Tuning
from sync.rates import HORIZON
from tests.connectors.scripted_server import saying, scripted_channel
from tests.environment import changed
from tests.factories import AccountFactory, ChannelListingFactory
from tests.sync.push.at_hostaway import CREDENTIALS, INTERVALS, nights, posted, push, set_rules, work

pytestmark = pytest.mark.django_db


class TestFailedPushes:
    @pytest.fixture(autouse=True)
    def impatient(self, settings: Settings) -> None:
        settings.CHANNEL_TUNING = Tuning(worker=Patience(attempts=1, longest_wait=1.0))

    @pytest.mark.parametrize(("method", "path"), [("PUT", INTERVALS), ("GET", r"/calendar$")])
    def test_a_channel_failure_is_retried_and_nothing_is_recorded_before_success(
        self, hostaway: RunningSandbox, shown: ChannelListing, method: str, path: Any
    ) -> None:
        """The channel fails either when it receives the prices, or when we read them back."""
        hostaway.faults.add({"kind": "server_error", "method": method, "path": path})

        failed = push(shown.listing)

        assert (failed.state, failed.failures) == ("queued", 1)
        assert posted(shown) == {}

        hostaway.faults.clear()
        Job.objects.update(due_at=datetime.now(UTC))
        work()

        assert Job.objects.get(pk=failed.pk).state == "succeeded"
        assert len(posted(shown)) == HORIZON

    def test_a_failure_between_two_batches_records_nothing(self, shown: ChannelListing, settings: Settings) -> None:
        season = [{"start_date": str(night), "end_date": str(night), "min_price": 200} for night in nights(shown)[::2]]
        set_rules(shown, "min_max_prices", {"seasonal_prices": season})
        with scripted_channel() as breaking:
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=breaking.base_url)
            breaking.script = [saying({"status": "success", "result": []}), saying({"status": "fail"}, status=503)]

            work()

        assert [method for method, _ in breaking.asked] == ["PUT", "PUT"]
        assert posted(shown) == {}
        assert Job.objects.get(kind="push_listing").state == "queued"

    def test_confirmed_nights_are_recorded_and_unconfirmed_nights_are_retried(
        self, shown: ChannelListing, settings: Settings
    ) -> None:
        taken, refused = nights(shown)[0], nights(shown)[1]
        with scripted_channel() as stubborn:
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=stubborn.base_url)
            calendar = [
                {"id": 1, "date": str(taken), "price": 120, "isAvailable": 1},
                {"id": 2, "date": str(refused), "price": 99, "isAvailable": 1},
            ]
            stubborn.script = [
                saying({"status": "success", "result": []}),
                saying({"status": "success", "result": calendar}),
            ]

            job = push(shown.listing)

        assert posted(shown) == {str(taken): [12000, None, None, None, None]}
        assert job.state == "queued"
        assert "has not confirmed" in job.error

    def test_a_night_that_the_channel_did_not_close_for_arrival_is_not_recorded(
        self, shown: ChannelListing, settings: Settings
    ) -> None:
        open_for_arrival = {"checkin_days": ["saturday"]}
        set_rules(shown, "checkin_checkout_days", open_for_arrival)
        saturday = next(night for night in nights(shown) if night.weekday() == 5)
        sunday = saturday + timedelta(days=1)
        with scripted_channel() as deaf:
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=deaf.base_url)
            calendar = [{"date": str(night), "price": 120, "closedOnArrival": None} for night in (saturday, sunday)]
            deaf.script = [saying({"status": "success", "result": result}) for result in ([], calendar)]

            push(shown.listing)

        assert posted(shown) == {str(saturday): [12000, None, None, True, True]}

    def test_a_failure_at_one_account_does_not_delay_the_others(
        self, hostaway: RunningSandbox, shown: ChannelListing
    ) -> None:
        locked_out = ChannelListingFactory(
            listing=shown.listing,
            account=AccountFactory(
                user=shown.listing.owner,
                connection__encrypted_channel_credentials=encrypt({**CREDENTIALS, "client_secret": "wrong"}),
            ),
        )

        job = push(shown.listing)

        assert len(posted(shown)) == HORIZON
        assert posted(locked_out) == {}
        assert job.state == "failed"
        assert "client id and secret" in job.error
        locked_out.account.refresh_from_db()
        assert not locked_out.account.valid

    def test_a_permanent_failure_is_not_retried(self, hostaway: RunningSandbox, shown: ChannelListing) -> None:
        ChannelListing.objects.update(channel_listing_id="999999999")

        job = push(shown.listing)

        assert job.state == "failed"
        assert posted(shown) == {}
