"""Reading of Hostaway's objects (docs/channels.md). The samples contain only the relevant members."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.hostaway import mapping
from connectors.payloads import Malformed
from connectors.values import Availability, NoNights, ReservationStatus

LISTING = {
    "id": 7001,
    "name": "Harbour flat",
    "currencyCode": "EUR",
    "price": Decimal("142.5"),
    "city": "Porto",
    "country": "Portugal",
    "timeZoneName": "Europe/Lisbon",
    "roomType": "entire_home",
    "bedroomsNumber": 2,
    "bathroomsNumber": 1,
    "personCapacity": 4,
    "lat": Decimal("41.14961"),
    "lng": Decimal("-8.61099"),
    "minNights": 2,
    "maxNights": 1125,
    "listingImages": [],
}
DAY = {"id": 1, "date": "2030-07-01", "isAvailable": 1, "status": "available", "price": 150, "minimumStay": 2}
RESERVATION = {
    "id": 9001,
    "listingMapId": 7001,
    "status": "new",
    "channelName": "airbnbOfficial",
    "arrivalDate": "2030-07-01",
    "departureDate": "2030-07-04",
    "reservationDate": "2030-05-01 10:30:00",
    "totalPrice": Decimal("211.62"),
    "currency": "EUR",
    "guestName": "somebody",
}


def test_a_listing_is_read_with_all_its_members() -> None:
    listing = mapping.listing(LISTING)

    assert (listing.channel_listing_id, listing.title, listing.city) == ("7001", "Harbour flat", "Porto")
    assert (listing.country, listing.timezone, listing.currency) == ("Portugal", "Europe/Lisbon", "EUR")
    assert (listing.room_type, listing.bedrooms, listing.bathrooms) == ("entire_home", 2, Decimal(1))
    assert (listing.person_capacity, listing.price) == (4, 14250)
    assert (listing.min_stay, listing.max_stay, listing.units) == (2, 1125, None)


def test_the_image_is_the_picture_with_the_lowest_sort_order() -> None:
    images = [
        {"id": 1, "url": "https://images.example/kitchen", "sortOrder": 2},
        {"id": 2, "url": "https://images.example/view", "sortOrder": 1},
    ]

    assert mapping.listing(LISTING | {"listingImages": images}).image == "https://images.example/view"


@pytest.mark.parametrize("left_out", [name for name in LISTING if name != "id"])
def test_a_listing_may_omit_every_member_except_its_id(left_out: Any) -> None:
    assert mapping.listing(LISTING | {left_out: None}).channel_listing_id == "7001"
    assert mapping.listing({name: LISTING[name] for name in LISTING if name != left_out})


@pytest.mark.parametrize(
    ("member", "written", "attribute", "read"),
    [
        ("id", "7001", "channel_listing_id", "7001"),
        ("bedroomsNumber", "2", "bedrooms", 2),
        ("bedroomsNumber", Decimal("2.0"), "bedrooms", 2),
        ("price", "142.50", "price", 14250),
        ("lat", "41.1", "latitude", Decimal("41.1")),
        ("city", "", "city", None),
    ],
)
def test_numbers_may_be_texts_and_texts_may_be_empty(member: Any, written: Any, attribute: Any, read: Any) -> None:
    assert getattr(mapping.listing(LISTING | {member: written}), attribute) == read


@pytest.mark.parametrize(
    ("member", "written"),
    [
        ("id", None),
        ("id", True),
        ("id", "a dozen"),
        ("specialStatus", 7),
    ],
)
def test_an_id_or_status_of_the_wrong_type_makes_the_listing_unreadable_and_is_named(member: Any, written: Any) -> None:
    with pytest.raises(Malformed, match=member):
        mapping.listing(LISTING | {member: written})


@pytest.mark.parametrize(
    ("member", "written", "attribute"),
    [
        ("bedroomsNumber", "a dozen", "bedrooms"),
        ("bedroomsNumber", 2.5, "bedrooms"),
        ("bedroomsNumber", Decimal("1.5"), "bedrooms"),
        ("bedroomsNumber", 10**400, "bedrooms"),
        ("lat", "n/a", "latitude"),
        ("price", [1], "price"),
        ("price", "1e400", "price"),
        ("price", "NaN", "price"),
        ("timeZoneName", {"zone": "UTC"}, "timezone"),
        ("listingImages", {"items": []}, "image"),
        ("listingImages", ["https://images.example/1"], "image"),
        ("roomType", 12, "room_type"),
    ],
)
def test_other_members_of_the_wrong_type_are_left_out_of_the_listing(member: Any, written: Any, attribute: Any) -> None:
    listing = mapping.listing(LISTING | {member: written})

    assert getattr(listing, attribute) is None
    assert (listing.channel_listing_id, listing.title, listing.city) == ("7001", "Harbour flat", "Porto")


def test_a_listing_with_an_unreadable_name_is_titled_by_its_id() -> None:
    assert mapping.listing(LISTING | {"name": 12}).title == "Listing 7001"


def test_an_archived_listing_is_left_out() -> None:
    assert mapping.listing(LISTING | {"specialStatus": "archived"}) is None


def test_members_that_do_not_decide_may_be_unreadable() -> None:
    inquiry = RESERVATION | {"status": "inquiryPreapproved", "arrivalDate": "Invalid date"}
    without_dates = RESERVATION | {"isDatesUnspecified": 1, "arrivalDate": "Invalid date"}
    counted = DAY | {"availableUnitsToSell": 1, "status": 1, "isAvailable": "no"}
    reserved = DAY | {"status": "reserved", "isAvailable": "no"}

    assert mapping.reservation(inquiry) == NoNights("9001")
    assert mapping.reservation(without_dates) == NoNights("9001")
    assert mapping.night(counted, "EUR").availability is Availability.AVAILABLE
    assert mapping.night(reserved, "EUR").availability is Availability.BOOKED
    assert mapping.listing({"id": "old", "specialStatus": "archived"}) is None


def test_an_unreadable_picture_does_not_affect_the_others() -> None:
    images = ["no object", {"url": 12, "sortOrder": 1}, {"url": "https://images.example/view", "sortOrder": "first"}]

    assert mapping.listing(LISTING | {"listingImages": images}).image == "https://images.example/view"


@pytest.mark.parametrize("row", [None, 7001, "7001", [LISTING]])
def test_a_row_that_is_not_an_object_is_unreadable(row: Any) -> None:
    for read in (mapping.listing, mapping.reservation, lambda row: mapping.night(row, "EUR")):
        with pytest.raises(Malformed):
            read(row)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("142.5", "EUR", 14250),
        ("9800", "JPY", 9800),
        ("12.345", "KWD", 12345),
        ("0.125", "USD", 13),
        ("1", "CLF", 10000),
    ],
)
def test_prices_are_in_the_minor_units_of_their_currency(amount: Any, currency: Any, minor: Any) -> None:
    assert mapping.listing(LISTING | {"price": Decimal(amount), "currencyCode": currency}).price == minor


class TestNights:
    @pytest.mark.parametrize(
        ("written", "availability"),
        [
            ({"isAvailable": 1, "status": "available"}, Availability.AVAILABLE),
            ({"isAvailable": True, "status": None}, Availability.AVAILABLE),
            ({"isAvailable": "0", "status": "reserved"}, Availability.BOOKED),
            ({"isAvailable": 0, "status": "pending"}, Availability.BOOKED),
            ({"isAvailable": 0, "status": "blocked"}, Availability.BLOCKED),
            ({"isAvailable": 1, "status": "hardBlock"}, Availability.BLOCKED),
            ({"isAvailable": False, "status": "available"}, Availability.BLOCKED),
            ({"isAvailable": 0, "status": "a status of tomorrow"}, Availability.BLOCKED),
        ],
    )
    def test_a_single_unit_is_available_booked_or_blocked(self, written: Any, availability: Any) -> None:
        assert mapping.night(DAY | written, "EUR").availability is availability

    @pytest.mark.parametrize(
        ("counters", "availability"),
        [
            ({"availableUnitsToSell": 2, "countBlockingReservations": 3}, Availability.AVAILABLE),
            ({"availableUnitsToSell": 0, "countBlockingReservations": 5}, Availability.BOOKED),
            ({"availableUnitsToSell": 0, "countPendingUnits": 1, "countBlockedUnits": 4}, Availability.BOOKED),
            ({"availableUnitsToSell": 0, "countBlockedUnits": 5}, Availability.BLOCKED),
        ],
    )
    def test_the_counters_decide_the_availability_of_several_units(self, counters: Any, availability: Any) -> None:
        night = mapping.night(DAY | {"countAvailableUnits": 5, "status": "available"} | counters, "EUR")

        assert (night.availability, night.units) == (availability, 5)

    def test_a_night_is_read_with_its_price_and_stay_rules(self) -> None:
        night = mapping.night(DAY | {"maximumStay": "30"}, "EUR")

        assert (night.night, night.price, night.min_stay, night.max_stay) == (date(2030, 7, 1), 15000, 2, 30)

    @pytest.mark.parametrize("member", ["date", "status", "isAvailable", "availableUnitsToSell"])
    def test_a_date_or_status_of_the_wrong_type_makes_the_night_unreadable(self, member: Any) -> None:
        with pytest.raises(Malformed, match=member):
            mapping.night(DAY | {member: [1]}, "EUR")

    @pytest.mark.parametrize(
        ("member", "attribute"),
        [
            ("price", "price"),
            ("minimumStay", "min_stay"),
            ("maximumStay", "max_stay"),
            ("countAvailableUnits", "units"),
        ],
    )
    def test_other_members_of_the_wrong_type_are_left_out_of_the_night(self, member: Any, attribute: Any) -> None:
        night = mapping.night(DAY | {member: "a dozen"}, "EUR")

        assert getattr(night, attribute) is None
        assert (night.night, night.availability) == (date(2030, 7, 1), Availability.AVAILABLE)

    def test_a_day_without_a_date_is_unreadable(self) -> None:
        with pytest.raises(Malformed, match="date"):
            mapping.night(DAY | {"date": None}, "EUR")


class TestReservations:
    def test_a_reservation_is_read_without_its_guest(self) -> None:
        reservation = mapping.reservation(RESERVATION)

        assert (reservation.check_in, reservation.check_out) == (date(2030, 7, 1), date(2030, 7, 4))
        assert (reservation.total, reservation.currency, reservation.source) == (21162, "EUR", "airbnbOfficial")
        assert reservation.booked_at == datetime(2030, 5, 1, 10, 30, tzinfo=UTC)
        assert "somebody" not in repr(reservation)

    @pytest.mark.parametrize(
        ("written", "status"),
        [
            ("new", ReservationStatus.BOOKED),
            ("modified", ReservationStatus.BOOKED),
            ("awaitingPayment", ReservationStatus.BOOKED),
            ("awaitingGuestVerification", ReservationStatus.BOOKED),
            ("pending", ReservationStatus.HELD),
            ("unconfirmed", ReservationStatus.HELD),
            ("ownerStay", ReservationStatus.OWNER),
            ("cancelled", ReservationStatus.CANCELLED),
            ("declined", ReservationStatus.CANCELLED),
            ("expired", ReservationStatus.CANCELLED),
            ("unknown", ReservationStatus.CANCELLED),
        ],
    )
    def test_each_status_is_mapped_to_one_of_ours(self, written: Any, status: Any) -> None:
        assert mapping.reservation(RESERVATION | {"status": written}).status is status

    @pytest.mark.parametrize(
        "written",
        [
            {"status": "inquiry"},
            {"status": "inquiryPreapproved"},
            {"status": "inquiryNotPossible"},
            {"isDatesUnspecified": 1},
            {"isDatesUnspecified": "1"},
            {"departureDate": "2030-07-01"},
            {"arrivalDate": None, "departureDate": None},
            {"arrivalDate": "0000-00-00", "departureDate": "-0001-11-30"},
            {"departureDate": None},
            {"status": None},
            {"status": "a status of tomorrow"},
            {"status": "inquiry", "listingMapId": None},
        ],
    )
    def test_a_reservation_without_nights_says_so(self, written: Any) -> None:
        assert mapping.reservation(RESERVATION | written) == NoNights("9001")

    @pytest.mark.parametrize(
        "written",
        [
            {"departureDate": "2030-07-01"},
            {"isDatesUnspecified": 1},
            {"isDatesUnspecified": "perhaps"},
            {"arrivalDate": None},
            {"arrivalDate": "soon"},
            {"listingMapId": None},
        ],
    )
    def test_a_cancelled_reservation_needs_neither_dates_nor_listing(self, written: Any) -> None:
        cancelled = {"status": "cancelled", "cancellationDate": "2030-06-01"}

        reservation = mapping.reservation(RESERVATION | cancelled | written)

        assert reservation == NoNights("9001", datetime(2030, 6, 1, tzinfo=UTC))

    def test_an_owner_stay_has_no_total(self) -> None:
        assert mapping.reservation(RESERVATION | {"status": "ownerStay"}).total is None

    def test_a_reservation_may_occupy_several_units(self) -> None:
        units = [{"listingUnitId": 1}, {"listingUnitId": 2}, {"listingUnitId": 3}]

        assert mapping.reservation(RESERVATION | {"reservationUnit": units}).units == 3
        assert mapping.reservation(RESERVATION | {"reservationUnit": None}).units == 1

    def test_the_date_of_a_cancellation_is_read(self) -> None:
        reservation = mapping.reservation(RESERVATION | {"status": "cancelled", "cancellationDate": "2030-06-01"})

        assert reservation.cancelled_at == datetime(2030, 6, 1, tzinfo=UTC)

    def test_an_amount_without_a_currency_is_left_out(self) -> None:
        assert mapping.reservation(RESERVATION | {"currency": None}).total is None

    @pytest.mark.parametrize(
        ("member", "written"),
        [
            ("id", None),
            ("listingMapId", "a dozen"),
            ("arrivalDate", "soon"),
            ("departureDate", 12),
            ("isDatesUnspecified", "perhaps"),
            ("status", 12),
        ],
    )
    def test_an_id_date_or_status_of_the_wrong_type_makes_the_reservation_unreadable(
        self, member: Any, written: Any
    ) -> None:
        with pytest.raises(Malformed, match=member):
            mapping.reservation(RESERVATION | {member: written})

    @pytest.mark.parametrize(
        ("member", "written", "attribute", "left"),
        [
            ("totalPrice", "a dozen", "total", None),
            ("reservationDate", "2030-13-01", "booked_at", None),
            ("reservationUnit", "three", "units", 1),
            ("channelName", 2018, "source", ""),
            ("currency", ["EUR"], "currency", None),
        ],
    )
    def test_other_members_of_the_wrong_type_are_left_out_of_the_reservation(
        self, member: Any, written: Any, attribute: Any, left: Any
    ) -> None:
        reservation = mapping.reservation(RESERVATION | {member: written})

        assert getattr(reservation, attribute) == left
        assert (reservation.channel_reservation_id, reservation.check_in) == ("9001", date(2030, 7, 1))

    def test_zero_dates_and_thousands_separators_are_read(self) -> None:
        written = {"reservationDate": "-0001-11-30 00:00:00", "totalPrice": "1,267.00"}

        reservation = mapping.reservation(RESERVATION | written)

        assert (reservation.booked_at, reservation.total) == (None, 126700)

    def test_an_unreadable_row_is_reported_with_its_listing_if_that_id_is_readable(self) -> None:
        error = Malformed("totalPrice")

        assert mapping.unreadable(RESERVATION, "listingMapId", error).channel_listing_id == "7001"
        assert mapping.unreadable({"listingMapId": [7001]}, "listingMapId", error).channel_listing_id is None
        assert mapping.unreadable(None, "listingMapId", error).reason == "totalPrice is malformed"
