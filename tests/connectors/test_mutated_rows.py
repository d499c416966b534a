"""Rows of every channel in which one member has a value that nobody expects."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.coliving import mapping as coliving
from connectors.coliving.credentials import HousesPlace
from connectors.decoding import decode
from connectors.direct import mapping as direct
from connectors.hostaway import mapping as hostaway
from connectors.payloads import Malformed
from connectors.reservations import read_page
from connectors.spotahome import mapping as spotahome
from connectors.template import mapping as template
from connectors.values import RemoteListing, RemoteReservation, Unreadable
from sync.fitting import kept_members, listing_attributes, reservation_attributes

ODD: list[Any] = [
    "-0001-11-30 00:00:00", "0000-00-00", "9999-12-31", "9999-12-31T23:59:59-14:00", "1,267.00", "n/a", " 12 ", "1.5",
    1.5, Decimal("1.5"), Decimal("1e400"), "NaN", "-Infinity", "1e999999", 10**30, -(10**30), "9" * 5000, "yes", "no",
    "0", "1", True, False, None, "", " ", "a\x00b", "\ud800", "x" * 5000, [], {}, [None], [[]], [{}], {"id": 1},
    "2026-02-30", "2026-07-01T12:00:00+25:00", "localtime", "\u202e", 2018,
]  # fmt: skip
TEXTS = st.text(st.characters(codec=None), max_size=12)  # with surrogates and NUL
NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.booleans()
VALUES = st.sampled_from(ODD) | st.recursive(
    st.none() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
PLACE = HousesPlace("Lisbon", "PT", "Europe/Lisbon")
DIRECT_LISTING = dict.fromkeys(
    [
        "name", "timezone", "image_url", "neighborhood", "city", "state", "country", "address", "room_type", "bedrooms",
        "bathrooms", "person_capacity", "latitude", "longitude", "units", "base_price", "min_stay", "max_stay",
    ]
)  # fmt: skip
PRICES = {"currency": "EUR", "base_price": 900, "price_jan": 800}

# How a listing is read, a row, and the members that are optional.
LISTINGS: dict[str, tuple[Callable[[Any], Any], dict[str, Any], list[str]]] = {
    "hostaway": (
        hostaway.listing,
        {"id": 7001, "name": "Flat", "currencyCode": "EUR", "price": 100},
        [
            "name", "externalListingName", "internalListingName", "currencyCode", "price", "timeZoneName",
            "listingImages", "city", "state", "country", "countryCode", "address", "publicAddress", "roomType",
            "propertyTypeId", "bedroomsNumber", "bathroomsNumber", "personCapacity", "lat", "lng", "minNights",
            "maxNights",
        ],
    ),
    "direct": (direct.listing, {"id": "7001", "currency": "EUR"}, list(DIRECT_LISTING)),
    "coliving": (
        lambda row: coliving.room_type(row, "5", PLACE),
        {"room_type_id": 7001, "name": "Single", "prices": PRICES},
        ["name", "room_type", "amount", "prices"],
    ),
    "spotahome": (
        spotahome.listing,
        {"id": 7001, "title": "Flat", "currencyIsoCode": "EUR", "monthlyPrice": {"type": "fixed", "fixedPrice": 900}},
        [
            "title", "type", "location", "mainPicture", "address", "monthlyPrice", "currencyIsoCode", "minStay",
            "maxStay",
        ],
    ),
    "template": (template.listing, {"id": "7001", "name": "Flat"}, ["name", "currency", "price"]),
}  # fmt: skip
RESERVATIONS: dict[str, tuple[Callable[[Any], Any], dict[str, Any], list[str]]] = {
    "hostaway": (
        hostaway.reservation,
        {
            "id": 9001, "listingMapId": 7001, "status": "new", "arrivalDate": "2030-07-01",
            "departureDate": "2030-07-04",
        },
        ["reservationUnit", "totalPrice", "currency", "channelName", "reservationDate", "cancellationDate"],
    ),
    "direct": (
        direct.reservation,
        {"id": "9001", "listing_id": "A", "status": "booked", "check_in": "2030-07-01", "check_out": "2030-07-04"},
        ["units", "total", "currency", "source", "booked_at", "cancelled_at"],
    ),
    "template": (
        template.reservation,
        {"id": "9001", "listing_id": "A", "status": "confirmed", "arrival": "2030-07-01", "departure": "2030-07-04"},
        ["total", "currency", "booked_at", "cancelled_on"],
    ),
}  # fmt: skip
mutated = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def is_storable(value: Any) -> bool:
    """Whether a column takes it: PostgreSQL refuses NUL and surrogates, and its integers end."""
    if isinstance(value, str):
        value.encode()
        return "\x00" not in value
    return not isinstance(value, int) or abs(value) < 2**63


@pytest.mark.parametrize("channel", LISTINGS)
@given(data=st.data(), value=VALUES)
@mutated
def test_an_optional_member_of_a_listing_never_costs_the_listing(channel: str, data: st.DataObject, value: Any) -> None:
    read, row, optional = LISTINGS[channel]

    listing: RemoteListing = read(row | {data.draw(st.sampled_from(optional)): value})

    assert listing.channel_listing_id in ("7001", "5:7001")
    assert all(map(is_storable, listing_attributes(listing).values()))
    assert all(is_storable(number) for number in (listing.price, listing.min_stay, listing.max_stay))
    assert listing.unanswered <= kept_members(listing)


@pytest.mark.parametrize("member", PRICES)
@given(value=VALUES)
@mutated
def test_a_price_of_coliving_never_costs_the_room_type(member: str, value: Any) -> None:
    read, row, _ = LISTINGS["coliving"]

    assert read(row | {"prices": PRICES | {member: value}}).channel_listing_id == "5:7001"


@pytest.mark.parametrize("channel", RESERVATIONS)
@given(data=st.data(), value=VALUES)
@mutated
def test_an_optional_member_of_a_reservation_never_costs_its_nights(
    channel: str, data: st.DataObject, value: Any
) -> None:
    read, row, optional = RESERVATIONS[channel]

    reservation: RemoteReservation = read(row | {data.draw(st.sampled_from(optional)): value})

    assert (reservation.check_in.isoformat(), reservation.check_out.isoformat()) == ("2030-07-01", "2030-07-04")
    assert all(map(is_storable, reservation_attributes(reservation).values()))


@pytest.mark.parametrize("channel", RESERVATIONS)
@given(value=VALUES, member=TEXTS)
@example(value=None, member="id")
@mutated
def test_whatever_one_row_is_the_other_rows_are_read(channel: str, value: Any, member: str) -> None:
    read, row, _ = RESERVATIONS[channel]
    other = row | {"id": 9002}

    for strange in (value, row | dict.fromkeys(row, value), *(row | {name: value} for name in [*row, member])):
        page = read_page([strange, other], read, lambda _, error: Unreadable(None, str(error)), {})
        assert "9002" in {found.channel_reservation_id for found in page.reservations}


@pytest.mark.parametrize("channel", LISTINGS)
@given(value=VALUES)
@mutated
def test_whatever_a_listing_is_it_is_read_or_malformed(channel: str, value: Any) -> None:
    read, row, _ = LISTINGS[channel]

    for strange in (value, *(row | {name: value} for name in row)):
        try:
            read(strange)
        except Malformed:
            continue


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-Infinity", "9" * 5000, "1e99999", '"\\ud800"'])
def test_a_number_or_text_that_is_no_json_costs_only_its_member(written: str) -> None:
    document = decode(f'[{{"id": 7001, "price": {written}, "personCapacity": {written}}}]'.encode(), most_values=100)

    listing = hostaway.listing(document[0])

    assert (listing.channel_listing_id, listing.price, listing.person_capacity) == ("7001", None, None)
