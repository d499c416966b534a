"""Behaviour specific to the direct channel: signatures, cursors, confirmed nights."""

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from connectors.direct import mapping
from connectors.direct.credentials import read_key
from connectors.direct.session import Signature
from connectors.errors import BadCredential, ChannelRefused, ChannelUnavailable, CredentialsRefused, UnknownListings
from connectors.http import Patience
from connectors.payloads import Malformed
from connectors.values import NightRate, Push, ReservationStatus, Unreadable
from sync.channels import Tuning
from tests.connectors.sandbox_connection import NOW, AtSandbox, Connect, merged
from tests.connectors.scripted_server import Scripted, saying, scripted_channel

TODAY = NOW.date()
KEY = "key_1.sixteen-characters"


@pytest.fixture
def at(connect: Connect) -> AtSandbox:
    return connect("direct")


class TestKeys:
    @pytest.mark.parametrize(
        "key", ["", "no-dot", "key.", ".secret-of-sixteen-x", "key.short", "k y.sixteen-characters", 7]
    )
    def test_a_malformed_key_is_rejected_before_any_request(self, at: AtSandbox, key: Any) -> None:
        with pytest.raises(BadCredential) as bad:
            at.channel.verify(at.with_credentials(api_key=key).connection)

        assert bad.value.field == "api_key"
        assert at.requests() == 0

    def test_a_key_of_another_system_is_refused(self, at: AtSandbox) -> None:
        with pytest.raises(CredentialsRefused, match="unknown_key"):
            at.channel.verify(at.with_credentials(api_key=KEY).connection)

    def test_a_request_with_an_old_timestamp_is_refused(self, at: AtSandbox) -> None:
        late = Signature(read_key(at.credentials), clock=lambda: time.time() - 600)

        answer = at.ask("GET", "/v1/account", auth=late)

        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "stale_timestamp")


class TestAnswers:
    @pytest.mark.parametrize(
        "answer",
        [
            Scripted(302, b"", {"Location": "http://127.0.0.1:1/"}),
            Scripted(200, b"[]"),
            Scripted(200, b'{"id": {}}'),
            Scripted(200, b'{"id": ""}'),
            Scripted(200, b"<html>"),
            Scripted(200, b'{"id": ' + b"9" * 5000 + b"}"),
        ],
    )
    def test_an_unusable_answer_makes_the_system_unavailable(self, at: AtSandbox, answer: Any) -> None:
        with scripted_channel() as system:
            system.script = [answer]

            with pytest.raises(ChannelUnavailable):
                at.channel.verify(at.with_credentials(base_url=system.base_url).connection)

            assert len(system.asked) == 1

    def test_the_error_quotes_the_shortened_message_of_the_system(self, at: AtSandbox) -> None:
        refusal = saying({"error": {"code": "closed", "message": "We are\nclosed. " * 50}}, 403)
        with scripted_channel() as system:
            system.script = [refusal]

            with pytest.raises(ChannelRefused) as refused:
                at.channel.verify(at.with_credentials(base_url=system.base_url).connection)

        assert str(refused.value).startswith("The system refused: We are closed. We are closed.")
        assert len(str(refused.value)) < 250

    def test_a_malformed_listing_does_not_affect_the_others(self, at: AtSandbox) -> None:
        rows = [{"id": "A", "currency": "EUR"}, {"id": "B"}, {"id": {}, "currency": "EUR"}, "C"]
        with scripted_channel() as system:
            system.script = [saying({"listings": rows, "next_cursor": None})]

            good, *bad = at.with_credentials(base_url=system.base_url).listings()

        assert (good.channel_listing_id, good.title) == ("A", "Listing A")
        assert bad == [Unreadable("B", "currency is malformed"), *bad[1:]]
        assert [row.channel_listing_id for row in bad] == ["B", None, None]

    @pytest.mark.parametrize("rows", [[], [{"id": "A", "currency": "EUR"}]])
    @pytest.mark.parametrize(("cursors", "pages"), [(["again"], 2), (list("abcdefghi"), 5)])
    def test_reading_listings_stops_if_the_pages_do_not_end(
        self, at: AtSandbox, settings: Settings, rows: Any, cursors: Any, pages: Any
    ) -> None:
        settings.CHANNEL_TUNING = Tuning(configurations={"direct": {"most_listing_pages": 5}})
        with scripted_channel() as system:
            system.script = [saying({"listings": rows, "next_cursor": cursor}) for cursor in cursors]

            *found, end = at.with_credentials(base_url=system.base_url).listings()

            assert len(system.asked) == pages
        assert len(found) == pages * len(rows)
        assert end == Unreadable(None, "the pages of listings have no end")

    def test_an_empty_page_in_the_middle_does_not_end_the_list(self, at: AtSandbox) -> None:
        with scripted_channel() as system:
            system.script = [
                saying({"listings": [], "next_cursor": "2"}),
                saying({"listings": [{"id": "A", "currency": "EUR"}], "next_cursor": None}),
            ]

            assert len(at.with_credentials(base_url=system.base_url).listings()) == 1

    @pytest.mark.parametrize("price", [-1, Decimal("1.5"), "1.5", "many", True, [1]])
    def test_a_price_that_is_not_a_whole_number_of_minor_units_is_left_out(self, price: Any) -> None:
        row = {"date": "2031-04-01", "availability": "available", "price": price, "min_stay": 2}

        night = mapping.night(row)

        assert (night.price, night.min_stay) == (None, 2)

    @pytest.mark.parametrize("member", ["date", "availability"])
    def test_a_night_needs_its_date_and_availability(self, member: Any) -> None:
        row = {"date": "2031-04-01", "availability": "available", "price": 9900}

        with pytest.raises(Malformed, match=member):
            mapping.night(row | {member: 12})

    @pytest.mark.parametrize(
        ("member", "attribute"),
        [("base_price", "price"), ("bedrooms", "bedrooms"), ("latitude", "latitude"), ("units", "units")],
    )
    def test_an_optional_member_of_the_wrong_type_is_left_out_of_the_listing(self, member: Any, attribute: Any) -> None:
        listing = mapping.listing({"id": "A", "currency": "EUR", "city": "Porto", member: "a dozen"})

        assert getattr(listing, attribute) is None
        assert (listing.channel_listing_id, listing.city) == ("A", "Porto")

    @pytest.mark.parametrize(
        ("changed", "attribute", "left"),
        [
            ({"total": 1.5}, "total", None),
            ({"booked_at": "yesterday"}, "booked_at", None),
            ({"units": "two"}, "units", 1),
            ({"source": 7}, "source", ""),
        ],
    )
    def test_an_optional_member_of_the_wrong_type_is_left_out_of_the_reservation(
        self, changed: Any, attribute: Any, left: Any
    ) -> None:
        row = {"id": "R", "listing_id": "A", "status": "booked", "check_in": "2031-04-04", "check_out": "2031-04-09"}

        reservation = mapping.reservation(row | changed)

        assert getattr(reservation, attribute) == left
        assert (reservation.channel_reservation_id, reservation.status) == ("R", ReservationStatus.BOOKED)


class TestReservations:
    @pytest.mark.parametrize("fault", ["feed_repeats", "feed_reorders"])
    def test_a_feed_that_repeats_or_reorders_reservations_is_read_correctly(self, at: AtSandbox, fault: str) -> None:
        clean = at.reservation_pages()
        at.fault(fault)

        pages = at.reservation_pages()

        assert merged(pages) == merged(clean)
        assert pages[-1].cursor == clean[-1].cursor

    def test_reading_stops_if_the_feed_keeps_going_back_and_continues_in_the_next_run(self, at: AtSandbox) -> None:
        clean = at.reservation_pages()
        assert len(clean) > 1
        at.fault("feed_goes_back", path="/reservations$")

        pages = at.reservation_pages()

        assert 1 < len(pages) < len(clean) + 2
        at.sandbox.faults.clear()
        assert merged(pages) | at.reservations(pages[-1].cursor) == merged(clean)

    def test_an_expired_cursor_restarts_the_feed(self, at: AtSandbox) -> None:
        pages = at.reservation_pages({"cursor": "of another time"})

        assert merged(pages) == at.reservations()

    def test_reservations_of_an_unknown_listing_are_refused(self, at: AtSandbox) -> None:
        with pytest.raises(UnknownListings):
            at.reservation_pages(listing_id="999")

    @pytest.mark.parametrize(
        "changed",
        [
            {"check_out": "later"}, {"check_in": 20310404}, {"status": None}, {"status": 7}, {"id": ""},
            {"listing_id": None},
        ],
    )  # fmt: skip
    def test_a_malformed_reservation_does_not_affect_the_others(self, at: AtSandbox, changed: Any) -> None:
        good = {
            "id": "R", "listing_id": "A", "status": "booked", "check_in": "2031-04-04", "check_out": "2031-04-09",
        }  # fmt: skip
        rows = [good | {"id": "S"} | changed, good]
        with scripted_channel() as system:
            system.script = [saying({"reservations": rows, "cursor": "c", "has_more": False})]

            (page,) = at.with_credentials(base_url=system.base_url).reservation_pages()

        assert [row.channel_reservation_id for row in page.reservations] == ["R"]
        assert len(page.unreadable) == 1


class TestPush:
    def push(self, at: AtSandbox, *rates: NightRate) -> Push:
        listing = next(listing for listing in at.listings() if listing.currency == "EUR")
        return Push(listing.channel_listing_id, "EUR", rates, frozenset(rate.night for rate in rates))

    def test_a_night_that_the_system_refuses_is_not_confirmed(self, at: AtSandbox) -> None:
        over = NightRate(TODAY - timedelta(days=2), 9900)
        coming = NightRate(TODAY + timedelta(days=20), 9900, min_stay=4, checkin_allowed=False)

        confirmed = at.channel.push(at.connection, self.push(at, over, coming))

        assert confirmed == {coming.night: coming}

    @pytest.mark.parametrize("unpriced", [{"price": None}, {}])
    def test_a_night_returned_without_a_price_is_not_confirmed_but_the_others_are(
        self, at: AtSandbox, unpriced: Any
    ) -> None:
        taken, other = (NightRate(TODAY + timedelta(days=ahead), 9900) for ahead in (20, 21))
        rows = [
            {"date": taken.night.isoformat(), "availability": "available", "price": 9900},
            {"date": other.night.isoformat(), "availability": "available", **unpriced},
        ]
        push = self.push(at, taken, other)
        with scripted_channel() as system:
            system.script = [saying({"nights": rows, "refused": []})]

            confirmed = at.channel.push(at.with_credentials(base_url=system.base_url).connection, push)

        assert confirmed == {taken.night: taken}

    def test_another_currency_is_refused_with_the_systems_message(self, at: AtSandbox) -> None:
        push = replace(self.push(at, NightRate(TODAY + timedelta(days=20), 9900)), currency="USD")

        with pytest.raises(ChannelRefused, match="The listing is sold in EUR"):
            at.channel.push(at.connection, push)

    def test_a_push_with_an_unreadable_answer_is_repeated_with_the_same_idempotency_key(self, at: AtSandbox) -> None:
        push = self.push(at, NightRate(TODAY + timedelta(days=20), 9900))
        at.patience = Patience(attempts=2, longest_wait=5.0)
        at.fault("malformed_json", method="PUT", count=1)

        confirmed = at.channel.push(at.connection, push)

        assert confirmed.keys() == push.changed
        assert len(at.sandbox.log.matching(method="PUT")) == 2
        written = at.sandbox.sandbox.store.latest("direct idempotency key", 30003, at=at.sandbox.clock.now())
        assert len(written) == 1

    def test_many_nights_are_split_into_several_requests(self, at: AtSandbox) -> None:
        rates = [NightRate(TODAY + timedelta(days=1 + ahead), 9900) for ahead in range(800)]

        confirmed = at.channel.push(at.connection, self.push(at, *rates))

        assert len(confirmed) == 800
        assert len(at.sandbox.log.matching(method="PUT")) == 2
