"""Pushing prices and stay rules: what is sent, when it is sent, and when nothing is sent."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from jobs.models import Job
from jobs.queue import enqueue
from listings.models import ChannelListing, Listing, PostedNights
from listings.services.pushing import queue_push
from sandbox.server import RunningSandbox
from sync.rates import ANY_STAY, HORIZON
from tests.factories import ListingFactory
from tests.partner import Partner
from tests.sync.push.at_hostaway import (
    at_the_channel,
    calendar_of,
    forget_requests,
    nights,
    posted,
    prices_at_the_channel,
    push,
    requests,
    set_by_the_host,
    set_rules,
    switch,
    work,
)
from users.models import Account

pytestmark = pytest.mark.django_db


class TestPrices:
    def test_prices_of_a_year_reach_the_channel(self, shown: ChannelListing) -> None:
        job = push(shown.listing)

        assert job.state == "succeeded"
        assert job.progress == {"nights_changed": HORIZON, "nights_confirmed": HORIZON}
        assert prices_at_the_channel(shown) == [12000] * (HORIZON - 2)

    def test_posted_prices_are_the_prices_at_the_channel(self, partner: Partner, shown: ChannelListing) -> None:
        push(shown.listing)

        entries = calendar_of(partner, shown.listing)
        there = at_the_channel(shown)
        assert entries
        assert [entry["price-posted"] for entry in entries] == [entry["price"] for entry in entries]
        assert [entry["price-posted"] for entry in entries] == [
            there[date.fromisoformat(entry["date"])].price for entry in entries
        ]

    def test_unchanged_prices_cause_no_request(self, hostaway: RunningSandbox, shown: ChannelListing) -> None:
        push(shown.listing)
        forget_requests(hostaway)

        job = push(shown.listing)

        assert job.state == "succeeded"
        assert requests(hostaway) == []

    def test_prices_are_pushed_when_a_customization_changes_them(self, partner: Partner, shown: ChannelListing) -> None:
        push(shown.listing)

        answer = partner.patch(
            f"/listings/{shown.listing_id}/customizations/base-price/",
            "base-price-customizations",
            shown.listing_id,
            **{"base-price": 150},
        )
        work()

        assert answer.status == 200
        assert prices_at_the_channel(shown) == [15000] * (HORIZON - 2)

    def test_nights_with_unchanged_prices_are_not_overwritten(self, shown: ChannelListing) -> None:
        push(shown.listing)
        summer, winter = nights(shown)[10], nights(shown)[200]
        set_by_the_host(shown, winter, price=77)

        season = {"start_date": str(summer), "end_date": str(summer), "min_price": 200}
        set_rules(shown, "min_max_prices", {"seasonal_prices": [season]})
        work()

        there = at_the_channel(shown)
        assert (there[summer].price, there[winter].price) == (20000, 7700)

    def test_prices_are_sent_in_the_largest_batches_the_channel_accepts(
        self, hostaway: RunningSandbox, shown: ChannelListing
    ) -> None:
        every_other_night = [
            {"start_date": str(night), "end_date": str(night), "min_price": 200} for night in nights(shown)[::2]
        ]
        set_rules(shown, "min_max_prices", {"seasonal_prices": every_other_night})

        work()

        assert len([path for path in requests(hostaway, "PUT") if path.endswith("/calendarIntervals")]) == 2

    def test_prices_are_pushed_when_the_listing_is_enabled(self, shown: ChannelListing) -> None:
        switch(shown, enabled=False)

        switch(shown, enabled=True, base_price=130)
        work()

        assert prices_at_the_channel(shown) == [13000] * (HORIZON - 2)

    def test_all_prices_are_pushed_again_when_the_listing_is_enabled_again(self, shown: ChannelListing) -> None:
        push(shown.listing)
        switch(shown, enabled=False)
        set_by_the_host(shown, nights(shown)[5], price=77)

        switch(shown, enabled=True)
        work()

        assert prices_at_the_channel(shown) == [12000] * (HORIZON - 2)

    def test_only_enabled_listings_are_pushed_by_the_daily_job(self, shown: ChannelListing) -> None:
        ListingFactory(in_active_market=True)

        enqueue("push_enabled_listings", now=datetime.now(UTC))
        work()

        assert [job.arguments for job in Job.objects.filter(kind="push_listing")] == [{"listing_id": shown.listing_id}]
        assert len(posted(shown)) == HORIZON

    def test_posted_prices_of_past_nights_are_deleted(self, shown: ChannelListing) -> None:
        push(shown.listing)
        PostedNights.objects.update(nights={"2020-01-01": [9900, None, None, None, None]})

        push(shown.listing)

        assert len(posted(shown)) == HORIZON


class TestStayRules:
    def test_stay_rules_without_customizations_remain_the_hosts_own(self, shown: ChannelListing) -> None:
        night = nights(shown)[7]
        set_by_the_host(shown, night, minimumStay=9, maximumStay=11, closedOnArrival=1)

        push(shown.listing)

        there = at_the_channel(shown)[night]
        assert (there.price, there.min_stay, there.max_stay) == (12000, 9, 11)

    def test_stay_rules_are_pushed_when_they_are_customized_and_when_they_are_cleared(
        self, shown: ChannelListing
    ) -> None:
        night = nights(shown)[8]

        set_rules(shown, "min_stays", {"min_stay": 3})
        set_rules(shown, "max_stays", {"max_stay": 21})
        work()
        customized = at_the_channel(shown)[night]
        set_rules(shown, "min_stays", {"min_stay": None})
        set_rules(shown, "max_stays", {"max_stay": None})
        work()
        cleared = at_the_channel(shown)[night]

        assert (customized.min_stay, customized.max_stay) == (3, 21)
        assert (cleared.min_stay, cleared.max_stay) == (1, ANY_STAY)

    def test_stay_rules_cleared_while_the_listing_was_disabled_are_removed_at_the_channel(
        self, partner: Partner, shown: ChannelListing
    ) -> None:
        night = nights(shown)[8]
        set_rules(shown, "min_stays", {"min_stay": 3})
        set_rules(shown, "checkin_checkout_days", {"checkin_days": ["saturday"]})
        work()
        switch(shown, enabled=False)
        set_rules(shown, "min_stays", {"min_stay": None})
        set_rules(shown, "checkin_checkout_days", {"checkin_days": []})

        switch(shown, enabled=True)
        before = calendar_of(partner, shown.listing)
        assert len(before) >= 100
        assert {entry["price-posted"] for entry in before} == {None}
        work()

        entries = {entry["date"]: entry for entry in calendar_of(partner, shown.listing)}
        there, shown_here = at_the_channel(shown)[night], entries[str(night)]
        assert (there.min_stay, there.checkin_allowed) == (shown_here["min-stay"], shown_here["checkin-allowed"])
        assert (there.min_stay, there.checkin_allowed) == (1, True)

    def test_weekday_rules_are_posted_with_each_night(self, shown: ChannelListing) -> None:
        set_rules(shown, "checkin_checkout_days", {"checkin_days": ["saturday"]})

        work()

        rows = posted(shown)
        assert rows
        for night, (_, _, _, checkin, checkout) in rows.items():
            assert (checkin, checkout) == (date.fromisoformat(night).weekday() == 5, True)


class TestNoPush:
    @pytest.mark.parametrize(
        "facts", [{"enabled": False}, {"in_active_market": False}, {"deleted_at": datetime(2030, 1, 1, tzinfo=UTC)}]
    )
    def test_a_queued_push_sends_nothing_if_the_listing_is_no_longer_to_be_pushed(
        self, hostaway: RunningSandbox, shown: ChannelListing, facts: dict[str, Any]
    ) -> None:
        queue_push(shown.listing, datetime.now(UTC))
        Listing.objects.filter(pk=shown.listing_id).update(**facts)

        work()

        assert requests(hostaway) == []
        assert Job.objects.get(kind="push_listing").state == "succeeded"

    @pytest.mark.parametrize("gone", ["removed", "disconnected", "locked out"])
    def test_nothing_is_sent_to_a_channel_that_no_longer_shows_the_listing(
        self, hostaway: RunningSandbox, shown: ChannelListing, gone: str
    ) -> None:
        if gone == "removed":
            ChannelListing.objects.update(removed_at=datetime.now(UTC))
        else:
            change = {"deleted_at": datetime.now(UTC)} if gone == "disconnected" else {"valid": False}
            Account.objects.filter(pk=shown.account_id).update(**change)

        job = push(shown.listing)

        assert requests(hostaway) == []
        assert job.state == "succeeded"

    def test_no_push_is_queued_for_a_disabled_listing(self) -> None:
        listing = ListingFactory()

        queue_push(listing, datetime.now(UTC))

        assert not Job.objects.exists()

    def test_a_second_push_of_the_same_listing_is_not_queued(self, shown: ChannelListing) -> None:
        queue_push(shown.listing, datetime.now(UTC))
        queue_push(shown.listing, datetime.now(UTC))

        assert Job.objects.count() == 1
