"""Checks that every channel must pass. docs/building-a-channel.md describes them.

test_conformance.py runs them for every registered channel, in the sandbox and over real HTTP. A new channel is included
when it is registered.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import pytest

from connectors.errors import (
    BadCredential,
    ChannelError,
    ChannelRefused,
    ChannelUnavailable,
    CredentialsRefused,
    UnknownListings,
)
from connectors.values import NightRate, Push, RemoteListing, Unreadable
from tests.connectors.sandbox_connection import LARGE, NOW, AtSandbox, Connect, merged, told

Operation = Callable[[AtSandbox, RemoteListing], Any]
TODAY = NOW.date()
A_YEAR = 365

OPERATIONS: dict[str, Operation] = {
    "verify": lambda at, listing: at.channel.verify(at.connection),
    "listings": lambda at, listing: at.listings(),
    "listing": lambda at, listing: at.channel.listing(at.connection, listing.channel_listing_id),
    "reservations": lambda at, listing: at.reservation_pages(),
    "push": lambda at, listing: at.channel.push(at.connection, dearer(at, listing)),
}


def dearer(at: AtSandbox, listing: RemoteListing, *, by: int = 7) -> Push:
    """A push of 365 nights, `by` whole units above the listing's own price, and 5 more on Fridays and Saturdays."""
    assert listing.currency is not None
    base = -(-(listing.price or 10_000) // 100) + by
    nights = [TODAY + timedelta(days=ahead) for ahead in range(A_YEAR)]
    rates = [NightRate(night, (base + 5 * (night.weekday() in (4, 5))) * 100) for night in nights]
    sold = at.channel.as_sold(rates, listing.currency, listing.details)
    return Push(listing.channel_listing_id, listing.currency, sold, frozenset(nights), listing.details)


def prices_at_the_channel(at: AtSandbox, channel_listing_id: str) -> dict[date, int | None]:
    listing = at.channel.listing(at.connection, channel_listing_id)
    nights = at.channel.calendar(at.connection, listing, TODAY, TODAY + timedelta(days=A_YEAR - 1))
    return {night.night: night.price for night in nights}


class ChannelConformance:
    """`slug` names the channel. The fixture `connect` connects to it in the sandbox.

    `shape` has switches of the sandbox's channel, for answers that may have several forms.
    """

    @pytest.fixture
    def at(self, slug: str, shape: dict[str, Any], connect: Connect) -> AtSandbox:
        """A connection with a session, if the channel keeps sessions, and with an empty request log."""
        at = connect(slug)
        if shape:
            at.switch(**shape)
        at.channel.verify(at.connection)
        at.sandbox.clock.advance(2)  # some channels accept a new token only after a moment
        at.sandbox.log.clear()
        return at

    @pytest.fixture
    def listing(self, at: AtSandbox) -> RemoteListing:
        return at.listings()[0]

    # Credentials

    def test_credentials_identify_the_account(self, at: AtSandbox) -> None:
        account = at.channel.verify(at.connection)

        assert account.channel_account_id
        assert account.label
        assert account == at.channel.verify(at.connection)

    def test_wrong_credentials_are_refused(self, at: AtSandbox) -> None:
        wrong = {name: str(at.credentials[name])[:-1] + "0" for name in at.channel.required_credentials}

        with pytest.raises(CredentialsRefused) as refused:
            at.channel.verify(at.with_credentials(**wrong).connection)

        assert not isinstance(refused.value, BadCredential)
        assert not any(str(value) in str(refused.value) for value in wrong.values())

    # Failures

    @pytest.mark.parametrize("operation", OPERATIONS)
    @pytest.mark.parametrize("fault", ["server_error", "rate_limited", "malformed_json", "reset"])
    def test_a_channel_that_fails_is_unavailable(
        self, at: AtSandbox, listing: RemoteListing, operation: str, fault: str
    ) -> None:
        at.fault(fault)

        with pytest.raises(ChannelUnavailable) as unavailable:
            OPERATIONS[operation](at, listing)

        assert not unavailable.value.timed_out

    @pytest.mark.parametrize("operation", ["verify", "push"])
    def test_a_channel_that_does_not_answer_in_time_has_timed_out(
        self, at: AtSandbox, listing: RemoteListing, operation: str
    ) -> None:
        at.fault("slow", seconds=0.5)
        at.timeout = 0.2

        with pytest.raises(ChannelUnavailable) as unavailable:
            OPERATIONS[operation](at, listing)

        assert unavailable.value.timed_out

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_members_of_the_wrong_type_are_never_read_as_data(
        self, at: AtSandbox, listing: RemoteListing, operation: str
    ) -> None:
        account = at.channel.verify(at.connection)
        at.fault("wrong_types")

        try:
            result = OPERATIONS[operation](at, listing)
        except ChannelError:
            return

        if operation == "verify":  # the connector needs no member of this answer
            assert result == account
        elif operation == "listings":
            assert result
            assert all(isinstance(read, Unreadable) for read in result)
        elif operation == "reservations":
            assert not any(page.reservations for page in result)
        else:
            assert result == {}

    # Listings

    def test_the_pages_contain_every_listing_once(self, slug: str, shape: dict[str, Any], connect: Connect) -> None:
        at = connect(slug, LARGE)
        if shape:
            at.switch(**shape)
        listings = at.listings()

        ids = [listing.channel_listing_id for listing in listings]
        assert not [listing for listing in listings if isinstance(listing, Unreadable)]
        assert len(set(ids)) == len(ids)
        assert len(ids) > 900

    def test_a_single_listing_equals_the_same_listing_in_the_list(self, at: AtSandbox, listing: RemoteListing) -> None:
        alone = at.channel.listing(at.connection, listing.channel_listing_id)

        assert alone == listing
        assert listing.title
        assert listing.currency
        assert listing.price is not None
        assert json.loads(json.dumps(listing.details)) == listing.details

    def test_the_error_names_an_unknown_listing(self, at: AtSandbox, listing: RemoteListing) -> None:
        unknown = listing.channel_listing_id + "9"

        with pytest.raises(UnknownListings) as refused:
            at.channel.listing(at.connection, unknown)

        assert refused.value.channel_listing_ids == (unknown,)

    def test_a_calendar_contains_each_night_once_in_order(self, at: AtSandbox, listing: RemoteListing) -> None:
        last = TODAY + timedelta(days=A_YEAR - 1)

        nights = [night.night for night in at.channel.calendar(at.connection, listing, TODAY, last)]

        assert nights == [TODAY + timedelta(days=ahead) for ahead in range(A_YEAR)]

    # Reservations

    def test_reservations_are_consistent_and_contain_no_guest(self, at: AtSandbox) -> None:
        listings = {listing.channel_listing_id for listing in at.listings()}
        groups = {listing.group for listing in at.listings()}

        pages = at.reservation_pages()

        assert told(pages)
        for reservation in merged(pages).values():
            assert reservation.channel_listing_id in listings
            assert reservation.check_in < reservation.check_out
        assert {group for page in pages for group in page.unplaced.values()} <= groups
        assert "@" not in json.dumps([asdict(page) for page in pages], default=str)

    def test_a_cursor_returns_every_later_change(self, at: AtSandbox) -> None:
        known = at.reservation_pages()
        at.sandbox.clock.advance(60 * 86_400)

        news = at.reservation_pages(known[-1].cursor)

        everything = told(at.reservation_pages())
        together = told(known) | told(news)
        assert {id: together[id] for id in everything} == everything
        assert everything != told(known)

    def test_cursors_can_be_stored_as_json(self, at: AtSandbox) -> None:
        pages = at.reservation_pages()

        assert pages
        for page in pages:
            assert json.loads(json.dumps(page.cursor)) == page.cursor

    def test_reservations_can_be_limited_to_one_listing(self, at: AtSandbox, listing: RemoteListing) -> None:
        everything = at.reservation_pages()

        of_one = at.reservation_pages(listing_id=listing.channel_listing_id)

        own = {
            id: row for id, row in merged(everything).items() if row.channel_listing_id == listing.channel_listing_id
        }
        unplaced = {id for id, group in told(everything).items() if group == listing.group}
        assert own or unplaced
        assert own.items() <= merged(of_one).items()
        group = {row.channel_listing_id for row in at.listings() if listing.group and row.group == listing.group}
        assert {row.channel_listing_id for row in merged(of_one).values()} <= {listing.channel_listing_id, *group}
        assert {id for page in of_one for id in page.unplaced} == unplaced

    # Prices

    def test_pushed_prices_are_confirmed_and_appear_in_the_calendar(
        self, at: AtSandbox, listing: RemoteListing
    ) -> None:
        push = dearer(at, listing)

        confirmed = at.channel.push(at.connection, push)

        assert confirmed == {rate.night: rate for rate in push.nights}
        there = prices_at_the_channel(at, listing.channel_listing_id)
        assert {night: there[night] for night in confirmed} == {night: rate.price for night, rate in confirmed.items()}

    def test_only_changed_nights_are_confirmed(self, at: AtSandbox, listing: RemoteListing) -> None:
        push = dearer(at, listing)
        changed = frozenset(rate.night for rate in push.nights if rate.night.month == push.nights[0].night.month)

        confirmed = at.channel.push(at.connection, replace(push, changed=changed))

        assert confirmed.keys() == changed

    def test_a_push_without_a_change_sends_no_request(self, at: AtSandbox, listing: RemoteListing) -> None:
        push = replace(dearer(at, listing), changed=frozenset())
        before = at.requests()

        assert at.channel.push(at.connection, push) == {}

        assert at.requests() == before

    def test_as_sold_does_not_change_prices_that_it_returned(self, at: AtSandbox, listing: RemoteListing) -> None:
        assert listing.currency is not None
        sold = dearer(at, listing).nights

        assert list(at.channel.as_sold(sold, listing.currency, listing.details)) == list(sold)

    def test_a_push_to_an_unknown_listing_is_refused(self, at: AtSandbox, listing: RemoteListing) -> None:
        push = replace(dearer(at, listing), channel_listing_id=listing.channel_listing_id + "9")

        with pytest.raises(ChannelRefused):
            at.channel.push(at.connection, push)

    def test_prices_in_another_currency_are_refused_and_change_nothing(
        self, at: AtSandbox, listing: RemoteListing
    ) -> None:
        before = prices_at_the_channel(at, listing.channel_listing_id)
        other = "GBP" if listing.currency != "GBP" else "EUR"

        with pytest.raises(ChannelRefused):
            at.channel.push(at.connection, replace(dearer(at, listing), currency=other))

        assert prices_at_the_channel(at, listing.channel_listing_id) == before
