"""Behaviour specific to Coliving: credentials, houses, room types, and a feed with little documentation."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from connectors.coliving import month_prices
from connectors.coliving.bookings import ENOUGH_WITHOUT_DATES
from connectors.coliving.credentials import HousesPlace, read_channel_credentials
from connectors.coliving.mapping import booking, room_type, total, written_prices
from connectors.errors import BadCredential, ChannelUnavailable, UnknownListings
from connectors.payloads import Malformed
from connectors.values import ReservationStatus, Unreadable
from tests.connectors.sandbox_connection import MEDIUM, NOW, AtSandbox, Connect, environment_of, merged, told
from tests.connectors.scripted_server import Scripted, ScriptedChannel, saying, scripted_channel
from tests.environment import changed

HOUSE, ROOM = "20003001", "200030001"
DETAILS = "/v2/integrations/sandbox/bookings/"
CREDENTIALS = {"api_key": "sk_live_x", "provider": "acme"}


@pytest.fixture(params=[False, True], ids=["documented", "stay_dates"])
def at(connect: Connect, request: pytest.FixtureRequest) -> AtSandbox:
    """The channel in both shapes: with bookings as documented, and with dates and room types in them."""
    at = connect("coliving")
    at.switch(stay_dates=request.param)
    at.sandbox.log.clear()
    return at


@pytest.fixture
def dated(connect: Connect) -> AtSandbox:
    at = connect("coliving")
    at.switch(stay_dates=True)
    return at


class TestCredentials:
    @pytest.mark.parametrize(
        ("auth", "headers"),
        [
            (None, {"X-API-Key": "sk_live_x"}),
            ("x-api-key", {"X-API-Key": "sk_live_x"}),
            ("bearer", {"Authorization": "Bearer sk_live_x"}),
        ],
    )
    def test_the_key_is_sent_in_the_chosen_header(self, auth: Any, headers: Any) -> None:
        assert read_channel_credentials(CREDENTIALS | {"auth": auth}).headers == headers

    def test_the_sandbox_accepts_both_headers(self, at: AtSandbox) -> None:
        assert at.with_credentials(auth="bearer").listings() == at.listings()

    @pytest.mark.parametrize(
        ("listing_ids", "houses"),
        [([1, "2", "002"], ["1", "2"]), ("3, 4", ["3", "4"]), (5, ["5"]), ([], []), (None, []), ("", [])],
    )
    def test_listing_ids_are_accepted_in_several_forms(self, listing_ids: Any, houses: Any) -> None:
        assert read_channel_credentials(CREDENTIALS | {"listing_ids": listing_ids}).houses == houses

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("api_key", "two words"),
            ("api_key", "line\nbreak"),
            ("api_key", "schlüssel"),
            ("provider", "../me"),
            ("provider", "a/b"),
            ("listing_ids", ["../me"]),
            ("listing_ids", ["-1"]),
            ("listing_ids", ["٣"]),
            ("auth", "cookie"),
            ("timezone", "Mars/Olympus"),
            ("timezone", "../../etc/passwd"),
            ("city", 7),
        ],
    )
    def test_an_unusable_credential_is_named_before_any_request(self, at: AtSandbox, name: Any, value: Any) -> None:
        with pytest.raises(BadCredential) as bad:
            at.channel.verify(at.with_credentials(**{name: value}).connection)

        assert bad.value.field == name
        assert at.requests() == 0


class TestHouses:
    def test_the_error_names_all_unknown_listing_ids(self, at: AtSandbox) -> None:
        some = at.with_credentials(listing_ids=[HOUSE, "999", "20040001", "998"])

        with pytest.raises(UnknownListings) as unknown:
            at.channel.verify(some.connection)

        assert unknown.value.channel_listing_ids == ("999", "20040001", "998")
        assert str(unknown.value) == "Coliving does not have these listings: 999, 20040001, 998."

    def test_a_house_that_cannot_be_checked_does_not_prevent_the_connection(self, connect: Connect) -> None:
        at = connect("coliving", MEDIUM)
        at.fault("server_error", path="/20040002/room-types$")

        assert at.channel.verify(at.connection).channel_account_id
        with pytest.raises(UnknownListings):
            at.channel.verify(at.with_credentials(listing_ids=["20040002", "999"]).connection)

    def test_listing_ids_are_taken_from_the_bookings_if_none_are_given(self, connect: Connect) -> None:
        at = connect("coliving", MEDIUM)
        named = {listing.channel_listing_id for listing in at.listings()}

        learnt = {listing.channel_listing_id for listing in at.with_credentials(listing_ids=[]).listings()}

        assert learnt == named
        assert len(learnt) > 30

    def test_houses_found_in_bookings_are_added_after_these_have_been_read(self, connect: Connect) -> None:
        at = connect("coliving", MEDIUM).with_credentials(listing_ids=["20040001"])
        assert {listing.channel_listing_id.partition(":")[0] for listing in at.listings()} == {"20040001"}

        next(iter(at.channel.reservations(at.connection, {"version": "2026-06-01 00:00:00"})))

        assert len({listing.channel_listing_id.partition(":")[0] for listing in at.listings()}) > 1

    def test_an_account_with_a_city_has_only_the_houses_given(self, connect: Connect) -> None:
        at = connect("coliving", MEDIUM).with_credentials(listing_ids=["20040001"], city="Edinburgh", country="GB")

        next(iter(at.channel.reservations(at.connection, {"version": "2026-06-01 00:00:00"})))

        listings = at.listings()
        assert {listing.channel_listing_id.partition(":")[0] for listing in listings} == {"20040001"}
        assert {(listing.city, listing.country) for listing in listings} == {("Edinburgh", "GB")}

    def test_one_host_has_an_account_for_each_city(self, at: AtSandbox) -> None:
        lisbon = at.channel.verify(at.with_credentials(city="Lisbon").connection)
        nowhere = at.channel.verify(at.with_credentials(city=None).connection)

        assert lisbon.channel_account_id == "ola@casacomum.example, lisbon"
        assert nowhere.channel_account_id == "ola@casacomum.example"

    def test_a_listing_is_a_room_type_with_its_number_of_rooms(self, at: AtSandbox) -> None:
        listing = at.listings()[0]
        row = at.ask(
            "GET", f"/v2/integrations/x/listings/{HOUSE}/room-types", headers={"X-API-Key": at.credentials["api_key"]}
        ).json()["data"]["room_types"][0]

        assert listing.channel_listing_id == f"{HOUSE}:{ROOM}"
        assert (listing.title, listing.units, listing.room_type) == (row["name"], row["amount"], "private")
        assert listing.price == month_prices.night_price(row["prices"]["base_price"] * 100)
        assert (listing.city, listing.timezone) == ("Lisbon", "Europe/Lisbon")

    def test_a_house_that_no_longer_exists_is_skipped(self, at: AtSandbox) -> None:
        assert at.with_credentials(listing_ids=["999", HOUSE]).listings() == at.listings()

    @pytest.mark.parametrize("kind", ["server_error", "malformed_json", "reset"])
    def test_a_house_that_cannot_be_read_does_not_cost_the_others(self, connect: Connect, kind: str) -> None:
        at = connect("coliving", MEDIUM)
        everything = at.listings()
        bad = ["20040002", "20040005"]
        at.fault(kind, path=f"/({'|'.join(bad)})/room-types$")

        read = at.listings()

        assert [row.channel_listing_id for row in read if isinstance(row, Unreadable)] == bad
        assert [row for row in read if not isinstance(row, Unreadable)] == [
            row for row in everything if row.group not in bad
        ]

    @pytest.mark.parametrize("kind", ["server_error", "malformed_json", "reset", "rate_limited"])
    def test_coliving_has_failed_if_no_house_can_be_read(self, connect: Connect, kind: str) -> None:
        at = connect("coliving", MEDIUM)
        at.fault(kind, path="/room-types$")

        with pytest.raises(ChannelUnavailable):
            at.listings()

        assert len(at.sandbox.log.matching(path="/v2/integrations/sandbox/listings/")) <= 3

    def test_a_room_type_without_a_readable_id_does_not_cost_the_others(
        self, settings: Settings, at: AtSandbox
    ) -> None:
        rows = [ROOM_TYPE | {"room_type_id": None}, ROOM_TYPE]
        with scripted_channel() as channel:
            channel.script = [saying({"success": True, "data": {"room_types": rows}})]
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, coliving_base_url=channel.base_url)

            found = at.channel.listing(at.connection, "5:6")
            with pytest.raises(ChannelUnavailable):
                at.channel.listing(at.connection, "5:7")

        assert found.channel_listing_id == "5:6"


ROOM_TYPE: dict[str, Any] = {
    "room_type_id": 6,
    "name": "Single room",
    "amount": 3,
    "prices": {"currency": "EUR", "base_price": 600, "price_jul": 900},
}


class TestRoomTypes:
    @pytest.mark.parametrize(
        ("changed", "attribute", "left"),
        [
            ({"name": 12}, "title", "Room type 6"),
            ({"amount": "three"}, "units", None),
            ({"prices": "on request"}, "price", None),
            ({"prices": {"currency": "EUR", "base_price": -1}}, "price", None),
            ({"prices": {"currency": "EUR", "base_price": "a dozen"}}, "price", None),
        ],
    )
    def test_an_optional_member_of_the_wrong_type_is_left_out(self, changed: Any, attribute: Any, left: Any) -> None:
        listing = room_type(ROOM_TYPE | changed, "5", HousesPlace("Lisbon", "PT", None))

        assert getattr(listing, attribute) == left
        assert (listing.channel_listing_id, listing.city) == ("5:6", "Lisbon")

    def test_an_unreadable_monthly_price_does_not_affect_the_others(self) -> None:
        prices = ROOM_TYPE["prices"] | {"price_aug": "on request"}

        listing = room_type(ROOM_TYPE | {"prices": prices}, "5", HousesPlace(None, None, None))

        assert listing.details["month_prices"]["jul"] == 90_000
        assert listing.details["month_prices"]["aug"] == 60_000

    def test_a_room_type_needs_its_id(self) -> None:
        with pytest.raises(Malformed, match="room_type_id"):
            room_type(ROOM_TYPE | {"room_type_id": "six"}, "5", HousesPlace(None, None, None))

    @pytest.mark.parametrize("prices", ["on request", {"currency": "EUR", "price_jul": "a dozen"}, None])
    def test_prices_that_are_compared_with_a_push_must_be_completely_readable(self, prices: Any) -> None:
        with pytest.raises(Malformed):
            written_prices(ROOM_TYPE | {"prices": prices})

    @pytest.mark.parametrize(
        ("pricing", "read"),
        [
            ({"total": "1,267.00", "currency": "EUR"}, (126_700, "EUR")),
            ({"total": "a dozen", "currency": "EUR"}, (None, "EUR")),
            ("on request", (None, None)),
            (None, (None, None)),
        ],
    )
    def test_the_total_of_a_booking_is_read_or_left_out(self, pricing: Any, read: Any) -> None:
        assert total({"pricing": pricing}) == read


class TestFeed:
    @pytest.mark.parametrize("fault", ["feed_repeats", "feed_reorders", "feed_goes_back"])
    def test_a_feed_that_repeats_reorders_or_goes_back_is_read_correctly(self, at: AtSandbox, fault: str) -> None:
        at.fault(fault)
        pages = at.reservation_pages()
        at.sandbox.faults.clear()

        assert told(pages) == told(at.reservation_pages())
        assert pages[-1].cursor == at.reservation_pages()[-1].cursor

    def test_no_change_is_lost_or_reverted_if_the_feed_goes_back(self, at: AtSandbox) -> None:
        known = at.reservation_pages()
        at.sandbox.clock.advance(120 * 86_400)
        at.fault("feed_goes_back")
        at.sandbox.log.clear()

        news = at.reservation_pages(known[-1].cursor)

        asked = {row["path"].rpartition("/")[2] for row in at.sandbox.log.matching(path=DETAILS)}
        assert asked <= told(news).keys()
        assert len(told(news)) < len(told(known)) / 2
        assert told(known) | told(news) == told(known) | told(at.reservation_pages())

    def test_bookings_without_dates_are_unplaced_and_only_a_few_details_are_requested(self, connect: Connect) -> None:
        at = connect("coliving")

        pages = at.reservation_pages()

        assert merged(pages) == {}
        assert set(told(pages).values()) == {"cancelled", HOUSE}
        assert not [row for page in pages for row in page.unreadable]
        assert pages[-1].cursor["version"] > "2026-01-01"
        assert len(at.sandbox.log.matching(path=DETAILS)) == ENOUGH_WITHOUT_DATES

    def test_a_booking_cancelled_without_dates_is_reported_unless_it_was_confirmed_later(
        self, settings: Settings, at: AtSandbox
    ) -> None:
        cancelled = {"listing_id": 5, "status": "cancelled", "version": "2026-05-20 14:30:00"}
        back = {"status": "confirmed", "room_type_id": 6, "check_in": "2026-07-01", "check_out": "2026-08-01"}
        rows = [
            cancelled | {"booking_id": 1},
            cancelled | {"booking_id": 2},
            cancelled | {"booking_id": 2, "version": "2026-05-20 14:30:01"} | back,
        ]
        no_details = saying({"success": True, "data": {"Booking": {}}})
        with scripted_channel() as channel:
            channel.script = [
                saying({"success": True, "data": {"Bookings": rows}}),
                no_details,
                saying({"success": True, "data": {"Bookings": []}}),
            ]
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, coliving_base_url=channel.base_url)

            pages = at.reservation_pages(listing_id="5:6")

        assert [[row.channel_reservation_id for row in page.without_nights] for page in pages] == [["1"], []]
        assert merged(pages)["2"].status is ReservationStatus.BOOKED

    @pytest.mark.parametrize("silent", [1, 2])
    def test_a_booking_without_dates_does_not_affect_the_dates_of_others(
        self, settings: Settings, at: AtSandbox, silent: Any
    ) -> None:
        """The feed has no dates. The details of all bookings except `silent` have dates."""
        rows = [
            {"booking_id": id, "listing_id": 5, "status": "confirmed", "version": f"2026-05-20 14:30:0{id}"}
            for id in (1, 2, 3)
        ]
        dates = {"room_type_id": 6, "check_in": "2026-07-01", "check_out": "2026-08-01"}
        details = [saying({"success": True, "data": {"Booking": {} if id == silent else dates}}) for id in (1, 2, 3)]
        with scripted_channel() as channel:
            channel.script = [
                saying({"success": True, "data": {"Bookings": rows}}),
                *details,
                saying({"success": True, "data": {"Bookings": []}}),
            ]
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, coliving_base_url=channel.base_url)

            pages = at.reservation_pages()

        assert set(merged(pages)) == {"1", "2", "3"} - {str(silent)}
        assert pages[0].unplaced == {str(silent): "5"}

    def test_details_of_cancelled_bookings_are_not_requested(self, dated: AtSandbox) -> None:
        at = dated
        found = at.reservations()

        cancelled = {id for id, row in found.items() if row.status is ReservationStatus.CANCELLED}
        asked = {row["path"].rpartition("/")[2] for row in at.sandbox.log.matching(path=DETAILS)}
        assert cancelled
        assert found.keys() - cancelled
        assert not cancelled & asked
        assert all(found[id].total is None and found[id].cancelled_at for id in cancelled)
        assert all(row.total for id, row in found.items() if id not in cancelled)

    @pytest.mark.parametrize("kind", ["server_error", "malformed_json", "reset"])
    def test_a_booking_whose_details_do_not_come_counts_without_them_and_is_asked_for_again(
        self, dated: AtSandbox, kind: str
    ) -> None:
        everything = dated.reservations()
        one = next(id for id, row in everything.items() if row.status is ReservationStatus.BOOKED)
        dated.fault(kind, path=f"{DETAILS}{one}$")

        pages = dated.reservation_pages()

        without = replace(everything[one], total=None, currency=None, unanswered=frozenset({"total", "currency"}))
        assert merged(pages) == everything | {one: without}
        assert [kept["id"] for kept in pages[-1].cursor["again"]] == [one]
        dated.sandbox.faults.clear()
        later = dated.reservation_pages(pages[-1].cursor)
        assert merged(later)[one] == everything[one]
        assert later[-1].cursor == {"version": pages[-1].cursor["version"]}

    def test_details_that_never_come_do_not_stop_the_feed_and_are_not_asked_for_forever(self, dated: AtSandbox) -> None:
        everything = dated.reservations()
        booked = {id for id, row in everything.items() if row.status is not ReservationStatus.CANCELLED}
        dated.fault("server_error", path=DETAILS)
        cursor: Any = {}
        asked = []

        for _ in range(len(booked) + 10):
            dated.sandbox.log.clear()
            pages = dated.reservation_pages(cursor)
            asked.append(len(dated.sandbox.log.matching(path=DETAILS)))
            if not cursor:
                assert merged(pages).keys() == everything.keys()
                assert {kept["id"] for kept in pages[-1].cursor["again"]} == booked
            cursor = json.loads(json.dumps(pages[-1].cursor))
            if "again" not in cursor:
                break

        assert asked[0] == 3
        assert max(asked) == 3

    def test_details_are_not_asked_for_again_if_the_booking_has_changed(self, dated: AtSandbox) -> None:
        everything = dated.reservations()
        one = next(id for id, row in everything.items() if row.status is ReservationStatus.BOOKED)
        dated.fault("server_error", path=f"{DETAILS}{one}$", count=1)
        cursor = dated.reservation_pages()[-1].cursor
        old = cursor["again"][0] | {"house": "5", "version": "2020-01-01 00:00:00"}

        pages = dated.reservation_pages({"version": "2020-01-01 00:00:00", "again": [old]})

        assert merged(pages) == everything
        assert "again" not in pages[-1].cursor

    @pytest.mark.parametrize(
        ("status", "ours"),
        [
            ("confirmed", ReservationStatus.BOOKED),
            ("Confirmed", ReservationStatus.BOOKED),
            ("cancelled", ReservationStatus.CANCELLED),
            ("canceled", ReservationStatus.CANCELLED),
            ("pending", ReservationStatus.HELD),
            ("something new", None),
            (None, None),
        ],
    )
    def test_a_status_is_read_in_any_case_and_an_unknown_status_takes_no_nights(self, status: Any, ours: Any) -> None:
        row = {"booking_id": 1, "listing_id": 2, "status": status, "version": "2026-05-20 14:30:00"}

        assert booking(row, NOW).status is ours

    def test_a_room_type_counts_only_beside_dates(self) -> None:
        row = {"booking_id": 1, "listing_id": 2, "status": "confirmed", "version": "2026-05-20 14:30:00"}
        dates = {"check_in": "2026-07-01", "check_out": "2026-08-01"}

        assert booking(row | {"room_type_id": "double"}, NOW).stay is None
        with pytest.raises(Malformed, match="room_type_id"):
            booking(row | dates | {"room_type_id": "double"}, NOW)

    def test_a_negative_price_is_no_price_and_can_be_compared_with_a_push(self) -> None:
        row = ROOM_TYPE | {"prices": ROOM_TYPE["prices"] | {"base_price": -1}}

        assert room_type(row, "5", HousesPlace(None, None, None)).price is None
        assert written_prices(row)[1]["base_price"] == -1

    def test_malformed_rows_and_versions_in_the_future_do_not_stop_the_feed(
        self, settings: Settings, at: AtSandbox
    ) -> None:
        good = {
            "booking_id": 1, "listing_id": 5, "room_type_id": 6, "status": "cancelled",
            "version": "2026-05-20 14:30:00", "check_in": "2026-07-01", "check_out": "2026-08-01",
        }  # fmt: skip
        rows = [
            good,
            good | {"version": "9999-12-31 23:59:59"},
            {"booking_id": "x"},
            good | {"status": "confirmed", "check_in": 7},
            None,
        ]
        with scripted_channel() as channel:
            channel.script = [saying({"success": True, "data": {"Bookings": rows}})]
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, coliving_base_url=channel.base_url)

            pages = at.reservation_pages()

        assert set(merged(pages)) == {"1"}
        assert len(pages[0].unreadable) == 4
        assert pages[0].unplaced == {}  # all that have an id are versions of the readable booking
        assert pages[-1].cursor == {"version": "2026-05-20 14:30:00"}

    def test_a_booking_with_a_new_status_is_unplaced(self, settings: Settings, at: AtSandbox) -> None:
        stay = {"room_type_id": 6, "check_in": "2026-07-01", "check_out": "2026-08-01"}
        row = {"booking_id": 1, "listing_id": 5, "status": "on_hold", "version": "2026-05-20 14:30:00", **stay}
        with scripted_channel() as channel:
            channel.script = [saying({"success": True, "data": {"Bookings": [row]}})]
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, coliving_base_url=channel.base_url)

            pages = at.reservation_pages()

        assert (merged(pages), pages[0].unplaced, pages[0].placed) == ({}, {"1": "5"}, [])

    def test_a_booking_that_cannot_be_read_is_unplaced(self, settings: Settings, at: AtSandbox) -> None:
        bookings = [
            {"booking_id": 1, "listing_id": 5, "status": "confirmed", "version": "9999-12-31 23:59:59"},
            {"booking_id": 2, "listing_id": 5, "status": "confirmed", "check_in": 7, "version": "2026-05-20 14:30:00"},
            {"booking_id": "x", "listing_id": 5},
            {"booking_id": 3, "listing_id": "x"},
        ]
        with scripted_channel() as channel:
            channel.script = [saying({"success": True, "data": {"Bookings": bookings}})]
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, coliving_base_url=channel.base_url)

            pages = at.reservation_pages()

        assert pages[0].unplaced == {"1": "5", "2": "5"}

    def test_an_answer_full_of_changes_in_one_second_does_not_stop_the_feed(
        self, settings: Settings, at: AtSandbox
    ) -> None:
        def told(*bookings: tuple[int, str]) -> Any:
            rows = [
                {
                    "booking_id": id, "listing_id": 5, "room_type_id": 6, "status": "cancelled", "version": version,
                    "check_in": "2026-07-01", "check_out": "2026-08-01",
                }
                for id, version in bookings
            ]  # fmt: skip
            return saying({"success": True, "data": {"Bookings": rows}})

        busy = told((1, "2026-05-20 14:30:00"), (2, "2026-05-20 14:30:00"))
        with scripted_channel() as channel:
            channel.script = [busy, busy, told((3, "2026-05-20 14:30:01")), told()]
            settings.ENVIRONMENT = changed(settings.ENVIRONMENT, coliving_base_url=channel.base_url)

            pages = at.reservation_pages()

        assert set(merged(pages)) == {"1", "2", "3"}
        assert pages[-1].cursor == {"version": "2026-05-20 14:30:01"}

    def test_the_parameter_for_later_bookings_is_a_setting(self, settings: Settings, at: AtSandbox) -> None:
        settings.ENVIRONMENT = environment_of(at.sandbox, coliving_since_parameter="updated_since")

        at.reservation_pages({"version": "2026-06-01 00:00:00"})

        queries = [request["query"] for request in at.sandbox.log.matching(path="/v2/integrations/sandbox/bookings")]
        assert queries[0] == "updated_since=2026-05-31+23%3A59%3A58"


def houses_answer(*failing: str) -> Any:
    """Return a route that answers for every house but these."""

    def answer(path: str, query: Any) -> Scripted:
        house = path.split("/")[-2]
        if house in failing:
            return Scripted(status=500, body=b"down")
        return saying({"success": True, "data": {"room_types": [ROOM_TYPE | {"room_type_id": int(house) + 100}]}})

    return answer


@pytest.mark.parametrize("failing", [["1"], ["1", "2"], ["3"], ["2", "4"]])
def test_a_house_that_fails_does_not_lose_the_others(settings: Settings, connect: Connect, failing: list[str]) -> None:
    with scripted_channel() as channel:
        channel.route = houses_answer(*failing)

        read = connect_to(channel, settings, connect, ["1", "2", "3", "4"]).listings()

    lost = [row for row in read if isinstance(row, Unreadable)]
    assert [(row.channel_listing_id, row.reason) for row in lost] == [
        (house, "Coliving failed (HTTP 500).") for house in failing
    ]
    assert len(read) == 4


@pytest.mark.parametrize("houses", [["1"], ["1", "2"], ["1", "2", "3", "4"]])
def test_coliving_has_failed_if_its_first_houses_all_fail(
    settings: Settings, connect: Connect, houses: list[str]
) -> None:
    with scripted_channel() as channel:
        channel.route = houses_answer(*houses)

        with pytest.raises(ChannelUnavailable):
            connect_to(channel, settings, connect, houses).listings()

        assert len(channel.asked) == min(len(houses), 3)


def connect_to(channel: ScriptedChannel, settings: Settings, connect: Connect, houses: list[str]) -> AtSandbox:
    at = connect("coliving").with_credentials(listing_ids=houses, city="Lisbon")
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, coliving_base_url=channel.base_url)
    return at
