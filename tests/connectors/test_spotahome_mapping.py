"""Reading of Spotahome's listings and occupancies, including undocumented values."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import BadCredential
from connectors.monthly_rents import MONTHS
from connectors.payloads import Malformed
from connectors.spotahome import mapping
from connectors.spotahome.availabilities import ANY_TIME, read_lettable
from connectors.spotahome.occupancies import calendar_nights, read_occupancies, reservation_page
from connectors.spotahome.session import headers
from connectors.values import Availability, RemoteListing, Unreadable

LOFT: dict[str, Any] = {
    "id": "50123",
    "title": "Sunny loft",
    "address": "1 Test St",
    "landlordReference": "U-1",
    "type": "studio",
    "price": {"amount": 91500, "currency": {"isoCode": "EUR", "symbol": "€"}},
    "monthlyPrice": {"type": "fixed", "minimumPrice": 915, "fixedPrice": 915},
    "currencyIsoCode": "EUR",
    "isRentable": True,
    "isBooked": False,
    "isBookedWithoutMinStay": False,
    "isPublished": True,
    "mainPicture": "https://img.example/1.jpg",
    "occupancies": [
        {"from": "2031-03-01", "to": "2031-05-31", "source": "pms", "bookingRequestId": "901"},
        {"from": "2031-07-01", "to": "2031-07-08", "note": "my sister Ada, ada@example.com"},
    ],
    "rooms": [],
    "location": {
        "street": "Test St",
        "streetDoorNumber": "1",
        "floor": "2",
        "door": None,
        "letter": None,
        "postCode": "00001",
        "city": "cape-town",
    },
    "minStay": 30,
    "maxStay": 0,
    "plan": None,
    "exclusivityDealType": "basic",
    "landlordId": "00000000-0000-4000-8000-000000000001",
    "landlordCommission": {"type": None, "value": None},
    "refreshAvailabilitiesDate": "2031-01-02T03:04:05+00:00",
    "lastUnpublishedDate": None,
    "stayRules": {"bookingTooEarlyDays": 120},
    "postalCode": "00001",
}


def loft(**changes: Any) -> dict[str, Any]:
    return {**LOFT, **changes}


def occupied(*occupancies: dict[str, Any]) -> dict[str, Any]:
    return loft(occupancies=list(occupancies))


# Listings


def test_a_listing_is_read_with_its_nightly_price_in_minor_units() -> None:
    assert mapping.listing(LOFT) == RemoteListing(
        channel_listing_id="50123",
        title="Sunny loft",
        currency="EUR",
        image="https://img.example/1.jpg",
        city="Cape Town",
        address="1 Test St",
        by_the_month=True,
        room_type="studio",
        bedrooms=0,
        price=3050,
        min_stay=30,
        max_stay=None,
    )


def test_a_listing_that_is_not_published_is_left_out() -> None:
    assert mapping.listing(loft(isPublished=False)) is None


@pytest.mark.parametrize("stay", [0, None])
def test_a_stay_limit_of_0_or_null_means_no_limit(stay: Any) -> None:
    known = mapping.terms(loft(minStay=stay, maxStay=stay))

    assert (known.min_stay, known.max_stay) == (None, None)


@pytest.mark.parametrize(
    ("changes", "at_fault"),
    [
        ({"id": "../50123"}, "id"),
        ({"isPublished": "perhaps"}, "isPublished"),
    ],
)
def test_the_error_about_a_malformed_listing_names_the_member_but_not_its_value(changes: Any, at_fault: Any) -> None:
    with pytest.raises(Malformed) as malformed:
        mapping.listing(loft(**changes))

    assert str(malformed.value) == f"{at_fault} is malformed"


@pytest.mark.parametrize(
    ("changes", "attribute", "left"),
    [
        ({"title": 12}, "title", "Listing 50123"),
        ({"monthlyPrice": 915}, "price", None),
        ({"currencyIsoCode": ["EUR"]}, "currency", None),
        ({"location": "here"}, "city", None),
        ({"location": {"city": 7}}, "city", None),
        ({"minStay": "a month"}, "min_stay", None),
        ({"mainPicture": []}, "image", None),
    ],
)
def test_an_optional_member_with_an_undocumented_value_is_left_out(changes: Any, attribute: Any, left: Any) -> None:
    listing = mapping.listing(loft(**changes))

    assert getattr(listing, attribute) == left
    assert (listing.channel_listing_id, listing.address) == ("50123", "1 Test St")


def test_terms_that_are_written_back_must_be_completely_readable() -> None:
    assert mapping.exact_terms(LOFT).min_stay == 30
    with pytest.raises(Malformed, match="minStay"):
        mapping.exact_terms(loft(minStay="a month"))
    with pytest.raises(Malformed, match="monthlyPrice"):
        mapping.exact_terms(loft(monthlyPrice=915))


def test_a_calendar_without_a_readable_rent_has_nights_without_prices() -> None:
    nights = calendar_nights(date(2031, 3, 1), date(2031, 3, 2), mapping.terms(loft(monthlyPrice=915)), [], ANY_TIME)

    assert [(night.night.day, night.price, night.min_stay) for night in nights] == [(1, None, 30), (2, None, 30)]


def test_only_a_listing_that_is_its_whole_property_is_sold_alone_and_has_bathrooms() -> None:
    described = mapping.listing(LOFT)
    assert described is not None

    alone = mapping.with_property(described, [{"unitId": "50123", "numberBathrooms": 2}])
    shared = mapping.with_property(described, [{"unitId": "50123"}, {"unitId": "50124"}])
    nowhere = mapping.with_property(described, [])

    assert (alone.bathrooms, alone.details) == (Decimal(2), {"sold_alone": True})
    assert (shared.bathrooms, shared.details) == (None, {"sold_alone": False})
    assert nowhere.details == {"sold_alone": False}


# Reservations


def test_only_occupancies_with_a_source_or_a_booking_request_are_reservations() -> None:
    page = reservation_page(
        [
            occupied(
                {"from": "2031-03-01", "to": "2031-05-31", "source": "pms", "bookingRequestId": "901"},
                {"from": "2031-06-01", "to": "2031-06-30", "source": "pms"},
                {"from": "2031-08-01", "to": "2031-09-01", "bookingRequestId": 902},
                {"from": "2031-10-01", "to": "2031-11-01", "note": "renovation"},
            )
        ]
    )

    assert [(row.channel_reservation_id, row.check_in, row.check_out, row.source) for row in page.reservations] == [
        ("50123-901", date(2031, 3, 1), date(2031, 5, 31), "pms"),
        ("50123-2031-06-01", date(2031, 6, 1), date(2031, 6, 30), "pms"),
        ("50123-902", date(2031, 8, 1), date(2031, 9, 1), ""),
    ]
    assert (page.cursor, page.complete_for, page.unreadable) == ({}, ["50123"], [])


def test_notes_are_not_read() -> None:
    page = reservation_page([LOFT])

    assert len(page.reservations) == 1
    assert "ada" not in str([asdict(row) for row in page.reservations]).lower()


STAY = {"from": "2031-03-01", "to": "2031-05-31", "source": "pms", "bookingRequestId": "901"}


def test_a_repeated_stay_is_one_reservation() -> None:
    assert len(reservation_page([occupied(STAY, STAY)]).reservations) == 1


def test_a_request_with_two_stays_is_two_reservations_in_either_order() -> None:
    later = STAY | {"from": "2031-08-01", "to": "2031-09-01"}

    one_way = reservation_page([occupied(STAY, later)]).reservations
    other_way = reservation_page([occupied(later, STAY)]).reservations

    assert [row.channel_reservation_id for row in one_way] == ["50123-901", "50123-901-2031-08-01-2031-09-01"]
    assert one_way == other_way


def test_the_same_request_at_two_listings_is_two_reservations() -> None:
    page = reservation_page([occupied(STAY), {**occupied(STAY), "id": "50124"}])

    assert [row.channel_reservation_id for row in page.reservations] == ["50123-901", "50124-901"]


def test_a_stay_without_nights_is_not_a_reservation() -> None:
    page = reservation_page([occupied(STAY | {"to": "2031-03-01"}, STAY | {"to": "2031-01-01"})])

    assert page.reservations == []


@pytest.mark.parametrize(
    "broken",
    [
        12,
        {"to": "2031-05-31"},
        {"from": "2031-03-01", "to": None},
        {"from": "soon", "to": "later"},
        {"from": "2031-03-01", "to": "2031-05-31", "source": 7},
        {"from": "2031-03-01", "to": "2031-05-31", "bookingRequestId": ["901"]},
    ],
)
def test_a_malformed_occupancy_does_not_affect_others_but_its_listing_is_incomplete(broken: Any) -> None:
    page = reservation_page([occupied(STAY, broken), {**LOFT, "id": "50124"}])

    assert [row.channel_listing_id for row in page.reservations] == ["50123", "50124"]
    assert [row.channel_listing_id for row in page.unreadable] == ["50123"]
    assert page.complete_for == ["50124"]


@pytest.mark.parametrize(
    ("row", "listing_id"),
    [
        (loft(occupancies="none"), "50123"),
        (loft(id=None), None),
        (12, None),
        (occupied(STAY | {"bookingRequestId": "9" * 255}), "50123"),
    ],
)
def test_a_malformed_listing_does_not_affect_the_others(row: Any, listing_id: Any) -> None:
    page = reservation_page([row, {**LOFT, "id": "50124"}])

    assert [row.channel_reservation_id for row in page.reservations] == ["50124-901"]
    (unreadable,) = page.unreadable
    assert isinstance(unreadable, Unreadable)
    assert unreadable.channel_listing_id == listing_id


# Calendars

A, B, X = Availability.AVAILABLE, Availability.BOOKED, Availability.BLOCKED


def letters(first: date, last: date, *occupancies: dict[str, Any], **availabilities: Any) -> str:
    row = occupied(*occupancies)
    lettable = read_lettable({"listingId": 50123, **availabilities})
    nights = calendar_nights(first, last, mapping.terms(row), read_occupancies(row), lettable)
    assert [night.night for night in nights] == [
        date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)
    ]
    return "".join(night.availability.value for night in nights)


def test_the_last_day_of_an_occupancy_is_the_departure_and_is_available() -> None:
    taken = {"from": "2031-03-02", "to": "2031-03-04", "source": "pms"}

    assert letters(date(2031, 3, 1), date(2031, 3, 6), taken) == "abbaaa"


def test_a_night_that_is_both_booked_and_blocked_counts_as_booked() -> None:
    booked = {"from": "2031-03-03", "to": "2031-03-05", "bookingRequestId": "901"}
    blocked = {"from": "2031-03-02", "to": "2031-03-06", "note": "painting"}

    assert letters(date(2031, 3, 1), date(2031, 3, 7), booked, blocked) == "axbbxaa"


def test_an_occupancy_may_begin_before_the_calendar_and_end_after_it() -> None:
    forever = {"from": "2019-01-01", "to": "2100-01-01", "source": "pms"}

    assert letters(date(2031, 3, 1), date(2031, 3, 3), forever) == "bbb"


def test_nights_before_the_first_available_date_are_not_available() -> None:
    taken = {"from": "2031-03-02", "to": "2031-03-03", "source": "pms"}

    assert letters(date(2031, 3, 1), date(2031, 3, 6), taken, firstAvailableDate="2031-03-05") == "xbxxaa"


def window(move_in_from: Any, move_out_to: Any) -> dict[str, Any]:
    """A window as in the documentation, with dates in the form of PHP."""

    def moment(day: str) -> dict[str, Any]:
        return {"date": f"{day} 00:00:00.000000", "timezone_type": 3, "timezone": "UTC"}

    written = {"moveInFrom": move_in_from, "moveInTo": "2031-03-02", "moveOutFrom": "2031-03-02"}
    moments = {name: moment(day) for name, day in (written | {"moveOutTo": move_out_to}).items() if day}
    return moments | {"minStay": 1, "maxStay": 60}


def test_nights_outside_of_all_windows_are_blocked() -> None:
    taken = {"from": "2031-03-09", "to": "2031-03-10", "source": "pms"}
    windows = [window("2031-03-02", "2031-03-04"), window("2031-03-06", "2031-03-08")]

    assert letters(date(2031, 3, 1), date(2031, 3, 10), taken, availability=windows) == "xaaxxaaxbx"


def test_nights_in_a_window_before_the_first_available_date_are_blocked() -> None:
    windows = [window("2031-03-02", "2031-03-05")]

    shown = letters(date(2031, 3, 1), date(2031, 3, 5), availability=windows, firstAvailableDate="2031-03-03")

    assert shown == "xxaax"


def test_all_nights_are_blocked_if_there_is_no_window() -> None:
    assert letters(date(2031, 3, 1), date(2031, 3, 3), availability=[]) == "xxx"


@pytest.mark.parametrize(("availabilities"), [{}, {"availability": None}])
def test_all_nights_are_available_if_spotahome_does_not_tell_windows(availabilities: Any) -> None:
    assert letters(date(2031, 3, 1), date(2031, 3, 3), **availabilities) == "aaa"


def test_a_window_may_be_open_and_have_dates_in_another_form() -> None:
    assert letters(date(2031, 3, 1), date(2031, 3, 3), availability=[{"moveInFrom": "2031-03-02"}]) == "xaa"
    assert letters(date(2031, 3, 1), date(2031, 3, 3), availability=[{"moveOutTo": "2031-03-02"}]) == "axx"


@pytest.mark.parametrize("windows", ["none", 7, {"0": {}}, ["soon"], [{"moveInFrom": 7}], [{"moveOutTo": "later"}]])
def test_windows_that_cannot_be_read_are_an_error(windows: Any) -> None:
    with pytest.raises(Malformed):
        letters(date(2031, 3, 1), date(2031, 3, 3), availability=windows)


def test_a_night_has_the_price_of_its_day_of_the_year_in_every_year() -> None:
    first_half, second_half = MONTHS[:6], MONTHS[6:]
    by_month = dict.fromkeys(first_half, 300) | dict.fromkeys(second_half, 600)
    row = loft(monthlyPrice={"type": "byMonth", "minimumPrice": 300, "pricesByMonth": by_month}, maxStay=330)

    nights = calendar_nights(date(2031, 6, 30), date(2032, 7, 1), mapping.terms(row), [], ANY_TIME)

    assert [nights[0].price, nights[1].price, nights[-2].price, nights[-1].price] == [1000, 2000, 1000, 2000]
    assert (nights[0].min_stay, nights[0].max_stay) == (30, 330)


# Credentials


def test_the_token_is_sent_unchanged_with_the_requester() -> None:
    assert headers({"token": " aa.bb.cc "}) == {"Authorization": "aa.bb.cc"}
    assert headers({"token": "aa.bb.cc", "requester": "ana@example.com"}) == {
        "Authorization": "aa.bb.cc",
        "Requester": "ana@example.com",
    }


LONG_EMAIL = f"ana@{'.'.join(letter * 60 for letter in 'abcde')}.com"


@pytest.mark.parametrize(
    ("credentials", "field"),
    [
        ({"token": "añ.bb.cc"}, "token"),
        ({"token": "aa.bb\r\nX-Evil: 1"}, "token"),
        ({"token": " "}, "token"),
        ({"token": "aa.bb.cc", "requester": "Ana"}, "requester"),
        ({"token": "aa.bb.cc", "requester": "ana@example.com\r\nX: 1"}, "requester"),
        (
            {"token": "aa.bb.cc", "requester": LONG_EMAIL},
            "requester",
        ),
    ],
)
def test_a_credential_that_cannot_be_sent_in_a_header_is_rejected(credentials: Any, field: Any) -> None:
    with pytest.raises(BadCredential) as bad:
        headers(credentials)

    assert bad.value.field == field
