"""A refresh of a listing and a sync of its account may read the same reservations at the same time."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from pytest_django import Settings

from jobs.worker import JobWorker
from listings.models import Reservation
from sync.services.accounts import delete_account
from tests.connectors.scripted_server import saying, scripted_channel
from tests.environment import changed
from tests.factories import ChannelListingFactory, ReservationFactory
from tests.queued import queue_refresh
from tests.sync.syncing.conftest import Connected

pytestmark = pytest.mark.django_db

SCRIPT = [
    saying({"access_token": "t", "expires_in": 3600}),
    saying({"status": "success", "result": {"id": 7001, "name": "Harbour flat", "currencyCode": "EUR"}}),
    saying({"status": "success", "result": []}),  # the calendar
    saying({"status": "success", "result": [], "count": 0}),  # reservations, page by page
    saying({"status": "success", "result": [], "count": 0}),  # upcoming reservations, on one page
]


def test_a_refresh_with_an_older_list_does_not_cancel_a_booking_that_a_sync_stored(
    settings: Settings, now: Callable[[], datetime], connected: Connected
) -> None:
    with scripted_channel() as channel:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=channel.base_url)
        channel.script = list(SCRIPT)
        shown = ChannelListingFactory(channel_listing_id="7001", account=connected())
        days = {"check_in": date(2026, 9, 1), "check_out": date(2026, 9, 5)}
        known = ReservationFactory(account=shown.account, listing=shown.listing, **days)

        def book_and_read_clock() -> datetime:
            if len(channel.asked) == len(SCRIPT) and Reservation.objects.count() == 1:
                ReservationFactory(account=shown.account, listing=shown.listing, **days)
            return now()

        job = queue_refresh(shown.listing, now=now())
        JobWorker(clock=book_and_read_clock).run_one()

    job.refresh_from_db()
    known.refresh_from_db()
    booked_since = Reservation.objects.exclude(pk=known.pk).get()
    assert (job.state, known.status, booked_since.status) == ("succeeded", "cancelled", "booked")


def test_a_refresh_reads_the_other_accounts_when_one_is_disconnected_meanwhile(
    settings: Settings, now: Callable[[], datetime], connected: Connected
) -> None:
    with scripted_channel() as channel:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=channel.base_url)
        channel.script = [*SCRIPT, *SCRIPT]
        leaving, staying = connected("10003"), connected("10002")
        shown = ChannelListingFactory(channel_listing_id="7001", account=leaving)
        ChannelListingFactory(channel_listing_id="7001", account=staying, listing=shown.listing)

        def disconnect_and_read_clock() -> datetime:
            leaving.refresh_from_db()
            if len(channel.asked) == len(SCRIPT) and leaving.deleted_at is None:
                delete_account(leaving, now=now())
            return now()

        job = queue_refresh(shown.listing, now=now())
        JobWorker(clock=disconnect_and_read_clock).run_one()

    job.refresh_from_db()
    leaving.refresh_from_db()
    assert leaving.deleted_at is not None
    assert (job.state, len(channel.asked)) == ("succeeded", 2 * len(SCRIPT))
