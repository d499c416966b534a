"""Pushes to Coliving: base price, monthly prices, and free rooms if the operator enables them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from connectors.coliving import ColivingConfiguration
from connectors.coliving.session import BatchRefused, Session
from connectors.errors import ChannelRefused, ChannelUnavailable
from connectors.http import WORKER
from connectors.monthly_rents import MONTHS
from connectors.values import NightRate, Push
from tests.connectors.sandbox_connection import NOW, AtSandbox, Connect, environment_of
from tests.connectors.scripted_server import saying, scripted_channel
from tests.environment import changed

TODAY = NOW.date()
HOUSE, ROOM = "20003001", "200030001"


def nights(prices: list[int], first: date = TODAY) -> list[NightRate]:
    return [NightRate(first + timedelta(days=ahead), price) for ahead, price in enumerate(prices)]


@pytest.fixture
def at(connect: Connect) -> AtSandbox:
    return connect("coliving")


class TestPush:
    def push(self, at: AtSandbox, price: int = 3000, **members: Any) -> Push:
        listing = at.listings()[0]
        rates = at.channel.as_sold(nights([price] * 365), "EUR", listing.details)
        changed = frozenset(rate.night for rate in rates)
        push = Push(listing.channel_listing_id, "EUR", rates, changed, listing.details)
        return replace(push, **members)

    def prices(self, at: AtSandbox) -> dict[str, Any]:
        headers = {"X-API-Key": at.credentials["api_key"]}
        rows = at.ask("GET", f"/v2/integrations/x/listings/{HOUSE}/room-types", headers=headers).json()
        prices: dict[str, Any] = rows["data"]["room_types"][0]["prices"]
        return prices

    def test_the_base_price_and_every_monthly_price_are_sent_in_whole_units(self, at: AtSandbox) -> None:
        at.channel.push(at.connection, self.push(at, 2150))

        by_month = {f"price_{month}": 645 for month in MONTHS}
        assert self.prices(at) == {"currency": "EUR", "base_price": 645, **by_month}

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
    def test_the_http_method_of_writes_is_a_setting(self, settings: Settings, at: AtSandbox, method: Any) -> None:
        settings.ENVIRONMENT = environment_of(at.sandbox, coliving_write_method=method)

        at.channel.push(at.connection, self.push(at))

        written = [request for request in at.sandbox.log.matching(channel="coliving") if request["method"] != "GET"]
        assert [(request["method"], request["path"]) for request in written] == [
            (method, "/v2/integrations/sandbox/rates")
        ]

    def test_prices_that_the_channel_already_has_are_confirmed_without_being_sent(self, at: AtSandbox) -> None:
        push = self.push(at)
        at.channel.push(at.connection, push)
        at.sandbox.log.clear()

        assert at.channel.push(at.connection, push).keys() == push.changed
        assert {request["method"] for request in at.sandbox.log.matching(channel="coliving")} == {"GET"}

    def test_prices_that_the_channel_accepts_but_does_not_store_are_not_confirmed(self, at: AtSandbox) -> None:
        push = self.push(at)
        at.ask("POST", "/_switches", json={"deaf": True})

        assert at.channel.push(at.connection, push) == {}

    def test_a_push_in_another_currency_is_refused_and_the_error_names_both(self, at: AtSandbox) -> None:
        before = self.prices(at)

        with pytest.raises(ChannelRefused, match="Coliving lets this room in EUR; prices in USD cannot be sent"):
            at.channel.push(at.connection, self.push(at, currency="USD"))

        assert self.prices(at) == before

    def test_a_rate_limited_push_waits_as_long_as_the_channel_asks(self, at: AtSandbox) -> None:
        push = self.push(at)
        at.patience = WORKER
        at.fault("rate_limited", count=1)
        began = datetime.now(UTC)

        confirmed = at.channel.push(at.connection, push)

        assert confirmed.keys() == push.changed
        assert datetime.now(UTC) - began >= timedelta(seconds=1)

    def test_a_rate_limit_error_with_status_200_is_recognised(self, settings: Settings, at: AtSandbox) -> None:
        with scripted_channel() as channel:
            channel.script = [saying({"success": False, "error": "Rate limit exceeded", "retry_after": 12}, 200)]
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, coliving_base_url=channel.base_url)

            with pytest.raises(ChannelUnavailable) as busy:
                at.channel.verify(at.connection)

        assert busy.value.retry_after == 12


class TestRefusals:
    def refused(self, settings: Settings, at: AtSandbox, **refusal: Any) -> str:
        """Push prices to a channel that refuses them, and return the error."""
        prices = {"currency": "EUR", "base_price": 640}
        room_types = [{"room_type_id": int(ROOM), "name": "Twin", "amount": 3, "prices": prices}]
        with scripted_channel() as channel:
            channel.script = [
                saying({"success": True, "data": {"room_types": room_types}}),
                saying({"success": False, **refusal}, 422),
            ]
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, coliving_base_url=channel.base_url)
            rates = nights([3000] * 365)
            push = Push(f"{HOUSE}:{ROOM}", "EUR", rates, frozenset(rate.night for rate in rates))
            with pytest.raises(ChannelRefused) as refused:
                at.channel.push(at.connection, push)
        return str(refused.value)

    @pytest.mark.parametrize(
        ("error", "details", "said"),
        [
            (
                "Validation Error",
                {"data.0.base_price": ["must not be negative"], "data.0.currency": ["unknown", "too  long"]},
                "Validation Error: data.0.base_price: must not be negative; data.0.currency: unknown, too long",
            ),
            (
                "Unauthorized access to listings",
                {"unauthorized_listing_ids": [5325, 5326]},
                "Unauthorized access to listings: unauthorized_listing_ids: 5325, 5326",
            ),
            (
                "Invalid room types for listings",
                {"invalid_room_types": [{"listing_id": 5, "room_type_id": 7}]},
                "Invalid room types for listings: invalid_room_types: 5:7",
            ),
            ("Validation Error", None, "Validation Error."),
            ("Validation Error", {"data.0.base_price": None, "x": [None, [1]], "y": 3}, "Validation Error."),
            ("Validation Error", ["data.0.base_price"], "Validation Error."),
        ],
    )
    def test_the_error_quotes_colivings_messages_about_fields(
        self, settings: Settings, at: AtSandbox, error: str, details: Any, said: str
    ) -> None:
        assert self.refused(settings, at, error=error, details=details) == f"Coliving refused: {said}"

    def test_a_long_message_is_cut(self, settings: Settings, at: AtSandbox) -> None:
        details = {"data.0.base_price": ["no " * 1000]}

        assert len(self.refused(settings, at, error="Validation Error", details=details)) == 300

    def test_each_item_of_a_batch_has_its_own_message(self) -> None:
        details = {"data.0.available": ["too many"], "data.2.end_date": ["too far"]}

        refusal = BatchRefused("Validation Error", details)

        assert refusal.about(0) == "Coliving refused: Validation Error: data.0.available: too many"
        assert refusal.about(2) == "Coliving refused: Validation Error: data.2.end_date: too far"


class TestBatches:
    def ranges(self, *available: int) -> list[dict[str, Any]]:
        """One range of 30 nights for each number of free rooms. The room type has fewer than 99 rooms."""
        first = TODAY.toordinal() + 1
        return [
            {
                "listing_id": HOUSE,
                "room_type_id": ROOM,
                "available": free,
                "start_date": date.fromordinal(first + 30 * month).isoformat(),
                "end_date": date.fromordinal(first + 30 * month + 29).isoformat(),
            }
            for month, free in enumerate(available)
        ]

    def write(self, at: AtSandbox, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Clear the request log, write the items, and return the refused ones in the order sent."""
        at.sandbox.log.clear()
        refused = [item for item, _ in Session(at.connection, ColivingConfiguration("")).write("availability", items)]
        return [item for item in items if item in refused]

    def test_items_named_in_the_error_are_removed_and_the_rest_is_sent_again(self, at: AtSandbox) -> None:
        items = self.ranges(1, 99, 1, 99, 1)

        assert self.write(at, items) == [items[1], items[3]]
        assert [request["status"] for request in at.sandbox.log.matching()] == [422, 200]

    def test_refused_items_that_the_error_does_not_name_are_found_by_bisection(self, at: AtSandbox) -> None:
        at.ask("POST", "/_switches", json={"error_details": False})
        items = self.ranges(1, 99, 1, 1, 1, 1, 99, 1)

        assert self.write(at, items) == [items[1], items[6]]
        assert sum(request["status"] == 200 for request in at.sandbox.log.matching()) >= 1

    def test_items_with_listings_or_rooms_of_others_are_removed(self, at: AtSandbox) -> None:
        items = self.ranges(1, 1, 1)
        items[0] |= {"listing_id": "20040001"}
        items[2] |= {"room_type_id": "999"}

        assert self.write(at, items) == [items[0], items[2]]

    def test_many_items_are_split_into_several_requests(self, at: AtSandbox) -> None:
        items = self.ranges(1) * 250

        assert self.write(at, items) == []
        assert len(at.sandbox.log.matching()) == 3

    @pytest.mark.parametrize("details", [{"data.9.x": ["?"]}, {"data.-1.x": []}, {"x": 1}, ["data.0.x"], "text", 7])
    def test_unreadable_error_details_are_treated_as_missing(
        self, settings: Settings, at: AtSandbox, details: Any
    ) -> None:
        refusal = saying({"success": False, "error": "Validation Error", "details": details}, 422)
        with scripted_channel() as channel:
            channel.script = [refusal]
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, coliving_base_url=channel.base_url)

            assert self.write(at, self.ranges(1, 2)) == self.ranges(1, 2)


class TestAvailability:
    def test_free_rooms_are_sent_as_ranges_if_the_operator_enables_them(
        self, settings: Settings, at: AtSandbox
    ) -> None:
        settings.ENVIRONMENT = environment_of(at.sandbox, coliving_push_availability=True)
        listing = at.listings()[0]
        free = [0] * 10 + [1] * 355
        rates = [replace(rate, free_units=left) for rate, left in zip(nights([3000] * 365), free, strict=True)]
        sold = at.channel.as_sold(rates, "EUR", listing.details)
        changed = frozenset(rate.night for rate in sold)

        confirmed = at.channel.push(at.connection, Push(listing.channel_listing_id, "EUR", sold, changed))

        assert at.channel.sets_availability
        assert confirmed == {rate.night: rate for rate in sold}
        at_the_world = at.sandbox.sandbox
        room = at_the_world.world.listing(int(ROOM), at=at.sandbox.clock.now())
        assert room is not None
        first = TODAY.toordinal()
        terms = at_the_world.world.terms(room, first, first + 364, at=at.sandbox.clock.now())
        stays = at_the_world.world.stays_on(room.id, first, first + 364, at=at.sandbox.clock.now())
        assert len(terms) == 365
        for ahead, night in enumerate(terms):
            booked = sum(stay.arrival <= first + ahead < stay.departure for stay in stays)
            assert room.units - booked - night.blocked_units == min(free[ahead], room.units - booked)

    def test_prices_of_nights_whose_number_of_free_rooms_is_refused_are_confirmed(
        self, settings: Settings, at: AtSandbox
    ) -> None:
        settings.ENVIRONMENT = environment_of(at.sandbox, coliving_push_availability=True)
        listing = at.listings()[0]
        rates = nights([3000] * 60)
        rates[40:] = [replace(rate, free_units=99) for rate in rates[40:]]
        sold = at.channel.as_sold(rates, "EUR", listing.details)
        push = Push(listing.channel_listing_id, "EUR", sold, frozenset(rate.night for rate in sold))

        confirmed = at.channel.push(at.connection, push)

        assert confirmed == {rate.night: replace(rate, free_units=None) for rate in sold}

    @pytest.mark.parametrize("kind", ["server_error", "malformed_json", "reset"])
    def test_prices_are_confirmed_if_the_availability_fails_and_the_free_rooms_are_tried_again(
        self, settings: Settings, at: AtSandbox, kind: str
    ) -> None:
        settings.ENVIRONMENT = environment_of(at.sandbox, coliving_push_availability=True)
        listing = at.listings()[0]
        rates = [replace(rate, free_units=1) for rate in nights([3000] * 365)]
        sold = at.channel.as_sold(rates, "EUR", listing.details)
        push = Push(listing.channel_listing_id, "EUR", sold, frozenset(rate.night for rate in sold))
        at.fault(kind, path="/availability")

        confirmed = at.channel.push(at.connection, push)

        assert confirmed == {rate.night: replace(rate, free_units=None) for rate in sold}
        at.sandbox.faults.clear()
        assert at.channel.push(at.connection, push) == {rate.night: rate for rate in sold}
