"""What a partner sees of any channel: connecting, syncing, pushing, and the failures of each.

test_conformance.py runs these tests for every channel of the registry, through our API and the sandbox over real HTTP.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

import pricing
from connectors.http import REQUEST, WORKER
from connectors.values import RemoteListing
from jobs.models import Job
from jobs.worker import JobWorker
from listings.models import ChannelListing, Listing, Market, Reservation, UnplacedBooking
from listings.services.places import place_of
from sync.channels import Tuning
from sync.models import AccountConnection
from tests.connectors.sandbox_connection import AtSandbox, Connect, environment_of
from tests.factories import ListingFactory, MarketFactory, UserFactory
from tests.partner import Answer, Partner
from users.models import Account

LISTING_FIELDS = ("title", "city", "country", "timezone", "currency", "units")
RESERVATION_FIELDS = (
    "status",
    "check_in",
    "check_out",
    "units",
    "total",
    "currency",
    "source",
    "booked_at",
    "cancelled_at",
)

# The clock of these tests stands still. With the documented wait a new token would never become usable.
IMPATIENT = Tuning(
    worker=replace(WORKER, first_back_off=0.01, first_back_off_when_busy=0.01),
    request=replace(REQUEST, first_back_off=0.01, first_back_off_when_busy=0.01),
    configurations={"hostaway": {"token_settles": timedelta(0)}},
)


class Killed(BaseException):
    """Ends a worker without any cleanup, as a kill would: no `except Exception` catches it."""


@dataclass
class Onboarding:
    """A partner's user and one channel account of the sandbox."""

    partner: Partner
    at: AtSandbox
    user_id: int

    def connect(self, **credentials: Any) -> Answer:
        """Ask our API to connect the account; `credentials` replace those of the sandbox."""
        sent = {**self.at.credentials, **credentials}
        return self.partner.post(f"/users/{self.user_id}/accounts/", "accounts", channel=self.at.slug, credentials=sent)

    def now(self) -> datetime:
        """Return the time of the sandbox's clock, which stands still until a test advances it."""
        return datetime.fromtimestamp(self.at.sandbox.clock.now(), UTC)

    def work(self, clock: Callable[[], datetime] | None = None) -> None:
        """Run all queued jobs and their retries on the sandbox's clock."""
        while True:
            JobWorker(clock=clock or self.now).drain()
            waiting = Job.objects.filter(state="queued")
            if not waiting.exists():
                return
            waiting.update(due_at=self.now())

    def refresh(self) -> None:
        account = Account.objects.get()
        answer = self.partner.post(
            f"/users/{self.user_id}/accounts/{account.pk}/refresh/", query={"recent_sync_threshold_minutes": "0"}
        )
        assert answer.status == 202

    def stored_by_a_first_sync(self) -> dict[str, Any]:
        """Delete what syncs have stored, sync once without failures, and return the result."""
        Listing.objects.all().delete()
        AccountConnection.objects.update(cursor={}, encrypted_session="")
        self.refresh()
        self.work()
        assert Reservation.objects.exists() or UnplacedBooking.objects.exists()
        return stored()

    def listings(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.partner.get("/listings/").data
        assert len(rows) == 3
        return rows

    def enable(self, listing: Listing, **prices: int) -> None:
        attributes = {"enabled": True, **{name.replace("_", "-"): price for name, price in prices.items()}}
        answer = self.partner.patch(
            f"/listings/{listing.pk}/activation/", "listing-activations", listing.pk, **attributes
        )
        assert answer.status == 200, answer.document

    def posted(self, listing: Listing) -> dict[str, int | None]:
        """Return `price-posted` of the coming nights, as the API shows it."""
        first, last = self._coming_nights()
        query = {"page[size]": "100", "filter[start-date]": first.isoformat(), "filter[end-date]": last.isoformat()}
        answer = self.partner.get(f"/listings/{listing.pk}/calendar/", query)
        assert answer.status == 200, answer.document
        assert answer.data
        return {row["attributes"]["date"]: row["attributes"]["price-posted"] for row in answer.data}

    def at_the_channel(self, listing: Listing) -> dict[str, int | None]:
        """Return the prices of the same nights, read from the channel."""
        shown = ChannelListing.objects.get(listing=listing)
        described: RemoteListing = self.at.channel.listing(self.at.connection, shown.channel_listing_id)
        nights = self.at.channel.calendar(self.at.connection, described, *self._coming_nights())
        return {night.night.isoformat(): night.price for night in nights}

    def _coming_nights(self) -> tuple[date, date]:
        """Return the first and last of 100 nights, which are in the future in every time zone."""
        first = self.now().date() + timedelta(days=2)
        return first, first + timedelta(days=99)


def stored() -> dict[str, Any]:
    """Return what syncs have stored, by the channel's ids."""
    shown = ChannelListing.objects.filter(removed_at=None).select_related(
        "listing__channel_calendar", "connector_details"
    )
    return {
        "listings": {
            row.channel_listing_id: [getattr(row.listing, name) for name in LISTING_FIELDS]
            + [
                row.connector_details.details,
                row.price,
                row.min_stay,
                row.max_stay,
                row.listing.channel_calendar.availability,
                row.listing.occupancy_unknown_since is None,
            ]
            for row in shown
        },
        "reservations": {
            row.channel_reservation_id: [row.listing.title, *(getattr(row, name) for name in RESERVATION_FIELDS)]
            for row in Reservation.objects.select_related("listing")
        }
        | dict(UnplacedBooking.objects.values_list("channel_reservation_id", "group")),
    }


def active_market(at: AtSandbox) -> Market:
    """Create the market of the account's city, as other listings have made it.

    Coliving's documented bookings have no dates, so that its own listings make no market.
    """
    now = datetime.now(UTC)
    place = place_of(ListingFactory.build(city=at.credentials["city"], country=at.credentials["country"]))
    assert place is not None
    statistics = pricing.MarketStatistics(
        as_of=now.date(),
        booked_nights=1000,
        season=(0.8,) * 26 + (1.2,) * 26,
        pace=(pricing.BookingPace(0.5, 0.5, 1.0),) * 365,
    )
    market: Market = MarketFactory(**place._asdict(), active=True, statistics=statistics.to_dict(), refreshed_at=now)
    return market


class AccountConformance:
    """Tests of the channel `slug` with the switches `shape`, fixtures of the subclass."""

    @pytest.fixture
    def onboarding(
        self,
        db: None,
        slug: str,
        shape: dict[str, Any],
        connect: Connect,
        partner: Partner,
        settings: Settings,
    ) -> Onboarding:
        at = connect(slug)
        if shape:
            at.switch(**shape)
        # The clock stands still, so that no booking arrives between two reads of a test. In no time zone does a day
        # begin ten minutes past an hour.
        at.sandbox.clock.set(datetime.now(UTC).replace(minute=10, second=0))
        settings.CHANNEL_TUNING = IMPATIENT
        if at.credentials.get("city"):
            active_market(at)
        user = UserFactory(application=partner.application)
        return Onboarding(partner, at, user.pk)

    # From connecting to pushed prices

    def test_prices_are_pushed_once_and_shown_as_the_channel_has_them(self, onboarding: Onboarding) -> None:
        assert onboarding.connect().status == 201
        onboarding.work()
        listing = Listing.objects.earliest("pk")

        onboarding.enable(listing, base_price=listing.base_price + 20, min_price=10)
        onboarding.work()

        posted = onboarding.posted(listing)
        assert len(set(posted.values())) > 1
        assert posted == onboarding.at_the_channel(listing)
        assert {job.state for job in Job.objects.all()} == {"succeeded"}
        onboarding.at.sandbox.log.clear()
        onboarding.enable(listing, base_price=listing.base_price + 20, min_price=11)
        onboarding.work()
        assert onboarding.posted(listing) == posted
        assert onboarding.at.requests() == 0

    def test_pushed_prices_do_not_change_the_automatic_base_price(self, onboarding: Onboarding) -> None:
        onboarding.connect()
        onboarding.work()
        listing = Listing.objects.earliest("pk")
        onboarding.enable(listing)
        onboarding.work()
        assert set(onboarding.posted(listing).values()) != {None}

        for _ in range(3):
            onboarding.refresh()
            onboarding.work()

        assert Listing.objects.get(pk=listing.pk).base_price == listing.base_price

    # Syncing

    def test_a_sync_stores_changes_and_nothing_else(self, onboarding: Onboarding) -> None:
        onboarding.connect()
        onboarding.work()
        first = stored()
        onboarding.refresh()
        onboarding.work()
        assert stored() == first
        assert {row["attributes"]["channel-listings"][0]["channel"] for row in onboarding.listings()} == {
            onboarding.at.slug
        }

        onboarding.at.sandbox.clock.advance(90 * 86_400)
        onboarding.refresh()
        onboarding.work()

        step_by_step = stored()["reservations"]
        at_once = onboarding.stored_by_a_first_sync()["reservations"]
        assert {id: step_by_step[id] for id in at_once} == at_once
        assert step_by_step != first["reservations"]

    def test_a_channel_with_occasional_failures_is_synced_completely(self, onboarding: Onboarding) -> None:
        onboarding.connect()
        for fault in ("server_error", "malformed_json", "wrong_types", "reset"):
            onboarding.at.fault(fault, probability=0.2, count=2)

        onboarding.work()
        onboarding.at.sandbox.faults.clear()
        onboarding.refresh()
        onboarding.work()

        assert stored() == onboarding.stored_by_a_first_sync()

    @pytest.mark.parametrize("clock_reading", [12, 24])
    def test_a_killed_sync_is_finished_by_the_next_worker(self, onboarding: Onboarding, clock_reading: int) -> None:
        onboarding.connect()
        readings = 0

        def clock() -> datetime:
            nonlocal readings
            readings += 1
            if readings == clock_reading:
                raise Killed
            return onboarding.now()

        with pytest.raises(Killed):
            onboarding.work(clock)
        assert Job.objects.filter(state="running").count() == 1
        onboarding.work(lambda: onboarding.now() + timedelta(minutes=2))  # after the end of the lease

        assert stored() == onboarding.stored_by_a_first_sync()

    # Failures while connecting

    def test_wrong_credentials_are_rejected_and_nothing_is_stored(self, onboarding: Onboarding) -> None:
        required = onboarding.at.channel.required_credentials
        answer = onboarding.connect(**{name: str(onboarding.at.credentials[name])[:-1] + "0" for name in required})

        assert answer.status == 422
        assert answer.error["meta"] == {"channel": onboarding.at.slug, "code": "invalid_credentials"}
        assert not Account.objects.exists()
        assert not Job.objects.exists()

    def test_each_missing_credential_is_reported_with_a_pointer(self, onboarding: Onboarding) -> None:
        required = onboarding.at.channel.required_credentials

        answer = onboarding.connect(**dict.fromkeys(required))

        assert answer.status == 400
        assert {error["source"]["pointer"] for error in answer.errors} == {
            f"/data/attributes/credentials/{name}" for name in required
        }
        assert {error["code"] for error in answer.errors} == {"required"}

    @pytest.mark.parametrize("fault", ["server_error", "malformed_json", "wrong_types", "reset", "rate_limited"])
    def test_a_channel_failure_has_its_own_error_code_and_nothing_is_stored(
        self, onboarding: Onboarding, fault: str
    ) -> None:
        onboarding.at.fault(fault)

        answer = onboarding.connect()

        assert answer.status == 502
        assert answer.error["meta"] == {"channel": onboarding.at.slug, "code": "channel_error"}
        assert not Account.objects.exists()
        assert not Job.objects.exists()

    def test_a_channel_timeout_has_its_own_error_code_and_nothing_is_stored(
        self, onboarding: Onboarding, settings: Settings
    ) -> None:
        settings.ENVIRONMENT = environment_of(onboarding.at.sandbox, channel_timeout_seconds=0.2)
        onboarding.at.fault("slow", seconds=0.6)

        answer = onboarding.connect()

        assert answer.status == 502
        assert answer.error["meta"] == {"channel": onboarding.at.slug, "code": "channel_timeout"}
        assert not Account.objects.exists()
        assert not Job.objects.exists()

    # Pushing

    def test_a_failed_push_is_retried_and_records_only_prices_the_channel_has(self, onboarding: Onboarding) -> None:
        onboarding.connect()
        onboarding.work()
        listing = Listing.objects.earliest("pk")
        onboarding.enable(listing, base_price=listing.base_price + 20, min_price=10)
        for fault in ("server_error", "reset", "malformed_json"):
            onboarding.at.fault(fault, count=2)

        onboarding.work()

        assert not onboarding.at.sandbox.faults.active()
        assert onboarding.posted(listing) == onboarding.at_the_channel(listing)
