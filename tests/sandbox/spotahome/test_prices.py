"""Writing prices, and the bookings that follow from them."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.server import RunningSandbox
from tests.sandbox.spotahome.conftest import NOON
from tests.sandbox.spotahome.landlord import LENGTHS, MONTHS, PROBLEMS, Landlord, invalid

FLAT, PRICE = 400030001, "/listings/400030001/price"
BY_MONTH = [900, 900, 950, 950, 1000, 1000, 1100, 1100, 1000, 950, 900, 900]
BY_DAY = [[1000 + 10 * month + day for day in range(length)] for month, length in enumerate(LENGTHS)]


def test_a_fixed_price_is_returned_in_base_units_and_in_minor_units(landlord: Landlord) -> None:
    landlord.change("PUT", PRICE, {"priceType": "fixed", "fixedPrice": 788})

    shown = landlord.listing(FLAT)
    assert shown["monthlyPrice"] == {"type": "fixed", "minimumPrice": 788, "fixedPrice": 788}
    assert shown["price"]["amount"] == 78800


def test_prices_by_month_are_written_as_an_array_and_returned_by_name(landlord: Landlord) -> None:
    landlord.change("PUT", PRICE, {"priceType": "byMonth", "pricesByMonth": BY_MONTH, "fixedPrice": 1})

    shown = landlord.listing(FLAT)["monthlyPrice"]
    assert (shown["type"], shown["minimumPrice"]) == ("byMonth", 900)
    assert shown["pricesByMonth"] == dict(zip(MONTHS, BY_MONTH, strict=True))
    assert shown["fixedPrice"] != 1


def test_prices_by_day_have_366_days(landlord: Landlord) -> None:
    landlord.change("PUT", PRICE, {"priceType": "byDay", "pricesByDay": BY_DAY})

    shown = landlord.listing(FLAT)["monthlyPrice"]
    assert (shown["type"], shown["minimumPrice"]) == ("byDay", 1000)
    assert shown["pricesByDay"] == dict(zip(MONTHS, BY_DAY, strict=True))


EMPTY = {"isEmpty": "Value is required and can't be empty"}
WHOLE = {"notDigits": "Only whole numbers are accepted"}


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ({"fixedPrice": 900}, {"priceType": EMPTY}),
        ({"priceType": "weekly"}, {"priceType": {"notInArray": "One of fixed, byMonth, byDay is expected"}}),
        ({"priceType": "fixed"}, {"fixedPrice": EMPTY}),
        ({"priceType": "byMonth", "fixedPrice": 900}, {"pricesByMonth": EMPTY}),
        ({"priceType": "byDay"}, {"pricesByDay": EMPTY}),
        ({"priceType": "fixed", "fixedPrice": 899.5}, {"fixedPrice": WHOLE}),
        ({"priceType": "fixed", "fixedPrice": -1}, {"fixedPrice": WHOLE}),
        ({"priceType": "fixed", "fixedPrice": "900"}, {"fixedPrice": {"notNumber": "A number is expected"}}),
        (
            {"priceType": "byMonth", "pricesByMonth": BY_MONTH[:11]},
            {"pricesByMonth": {"notArray": "12 values are expected"}},
        ),
        (
            {"priceType": "byDay", "pricesByDay": [days[:28] for days in BY_DAY]},
            {"pricesByDay": {"notArray": "31 values are expected"}},
        ),
    ],
)
def test_an_invalid_price_is_refused_with_the_name_of_the_field(
    landlord: Landlord, body: dict[str, Any], messages: dict[str, Any]
) -> None:
    before = landlord.listing(FLAT)

    answer = landlord.call("PUT", PRICE, body)

    assert (answer.status_code, answer.json()) == (422, invalid(**messages))
    assert landlord.listing(FLAT) == before


def test_guests_book_by_the_written_price(sandbox: RunningSandbox, big_landlord: Landlord) -> None:
    """Very expensive listings get no new bookings, and very cheap ones get many."""
    expensive, cheap = range(400400001, 400400011), range(400400011, 400400021)
    for listing_id in (*expensive, *cheap):
        rent = 90_000 if listing_id in expensive else 300
        big_landlord.change("PUT", f"/listings/{listing_id}/price", {"priceType": "fixed", "fixedPrice": rent})
    before = booked(big_landlord)
    sandbox.clock.set(NOON + timedelta(days=200))

    new = booked(big_landlord) - before

    assert not [listing_id for listing_id, _ in new if listing_id in expensive]
    assert len([listing_id for listing_id, _ in new if listing_id in cheap]) >= 10


def booked(landlord: Landlord) -> set[tuple[int, str]]:
    return {
        (int(listing["id"]), one["bookingRequestId"])
        for listing in landlord.get("/listings")
        for one in listing["occupancies"]
        if "bookingRequestId" in one
    }


def test_a_bulk_change_raises_prices_by_an_amount_or_by_percent(landlord: Landlord) -> None:
    landlord.change("PUT", PRICE, {"priceType": "fixed", "fixedPrice": 1000})
    landlord.change("PUT", "/listings/400030002/price", {"priceType": "byMonth", "pricesByMonth": BY_MONTH})
    both = [FLAT, 400030002]

    added = landlord.call("PUT", "/listings/price", {"listingIds": both, "amountType": "fixed", "amountValue": 100})
    raised = landlord.call(
        "PUT", "/listings/price", {"listingIds": both, "amountType": "percentage", "amountValue": 10}
    )

    assert (added.json(), raised.json()) == ([], [])
    assert landlord.listing(FLAT)["monthlyPrice"]["fixedPrice"] == 1210
    assert landlord.listing(400030002)["monthlyPrice"]["pricesByMonth"]["jul"] == 1320


def test_a_bulk_change_returns_the_failed_listings_and_changes_the_others(landlord: Landlord) -> None:
    landlord.change("PUT", PRICE, {"priceType": "fixed", "fixedPrice": 1000})
    landlord.change("PUT", "/listings/400030002/price", {"priceType": "fixed", "fixedPrice": 50})

    answer = landlord.call(
        "PUT", "/listings/price", {"listingIds": [FLAT, "400030002", 7], "amountType": "fixed", "amountValue": -100}
    )

    assert answer.json() == [
        {"listingId": 400030002, "error": "The price would be negative"},
        {"listingId": 7, "error": PROBLEMS[404]["detail"]},
    ]
    assert landlord.listing(FLAT)["monthlyPrice"]["fixedPrice"] == 900
    assert landlord.listing(400030002)["monthlyPrice"]["fixedPrice"] == 50


def test_the_currencies_of_existing_listings_are_returned_once_each(big_landlord: Landlord) -> None:
    in_pounds = next(int(one["id"]) for one in big_landlord.get("/listings") if one["currencyIsoCode"] == "GBP")

    answer = big_landlord.call(
        "POST", "/listings/currencies", {"listingIds": [400400001, 400400002, str(in_pounds), 1]}
    )

    assert answer.json() == [{"label": "EUR", "symbol": "€"}, {"label": "GBP", "symbol": "£"}]
