"""Listings in Spotahome's form."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from jsonschema_rs import Draft4Validator

from sandbox.server import RunningSandbox, running
from tests.sandbox.spotahome.conftest import NOON, LandlordWith
from tests.sandbox.spotahome.landlord import LENGTHS, MONTHS, Landlord

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}


def closed(required: Schema, optional: Schema | None = None) -> Schema:
    """A schema of an object with these members and no others."""
    members = required | (optional or {})
    return {"type": "object", "properties": members, "required": list(required), "additionalProperties": False}


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


LISTING = closed(
    {
        **dict.fromkeys(("id", "title", "address", "landlordReference", "type", "mainPicture", "landlordId"), TEXT),
        **dict.fromkeys(("currencyIsoCode", "refreshAvailabilitiesDate", "postalCode"), TEXT),
        **dict.fromkeys(("isRentable", "isBooked", "isBookedWithoutMinStay", "isPublished"), FLAG),
        "price": closed({"amount": NUMBER, "currency": closed({"isoCode": TEXT, "symbol": TEXT})}),
        "monthlyPrice": closed(
            {"type": {"enum": ["fixed", "byMonth", "byDay"]}, "minimumPrice": NUMBER},
            {
                "fixedPrice": NUMBER,
                "pricesByMonth": closed(dict.fromkeys(MONTHS, NUMBER)),
                "pricesByDay": closed(
                    {
                        month: {"type": "array", "items": NUMBER, "minItems": length, "maxItems": length}
                        for month, length in zip(MONTHS, LENGTHS, strict=True)
                    }
                ),
            },
        ),
        "occupancies": {
            "type": "array",
            "items": closed({"from": TEXT, "to": TEXT}, {"note": TEXT, "source": TEXT, "bookingRequestId": TEXT}),
        },
        "rooms": {"type": "array"},
        "location": closed(
            {
                **dict.fromkeys(("street", "streetDoorNumber", "floor", "postCode", "city"), TEXT),
                "door": or_null(TEXT),
                "letter": or_null(TEXT),
            }
        ),
        "minStay": NUMBER,
        "maxStay": NUMBER,
        "plan": or_null(TEXT),
        "exclusivityDealType": {"enum": ["basic", "exclusive", "guaranteed"]},
        "landlordCommission": closed({"type": {"enum": ["fixed", "percentage", None]}, "value": or_null(NUMBER)}),
        "lastUnpublishedDate": or_null(TEXT),
        "stayRules": closed({"bookingTooEarlyDays": NUMBER}),
    }
)
DOCUMENTED = Draft4Validator(LISTING)


@pytest.mark.parametrize("count", [3, 40, 1000])
def test_a_landlord_gets_all_listings_in_one_array_of_the_documented_schema(
    landlord_with: LandlordWith, count: int
) -> None:
    listings = landlord_with(count).get("/listings")

    assert len(listings) == count
    for listing in listings[:: max(1, count // 40)]:
        DOCUMENTED.validate(listing)
    assert len({listing["id"] for listing in listings}) == count
    assert len({listing["landlordId"] for listing in listings}) == 1


def test_a_single_listing_equals_its_row_in_the_list(big_landlord: Landlord) -> None:
    listings = big_landlord.get("/listings")[:10]

    assert len(listings) == 10
    for listing in listings:
        assert big_landlord.listing(listing["id"]) == listing


def test_the_price_is_the_lowest_rent_in_minor_units(big_landlord: Landlord) -> None:
    listings = big_landlord.get("/listings")

    assert len(listings) == 40
    for listing in listings:
        assert listing["price"]["amount"] == listing["monthlyPrice"]["minimumPrice"] * 100
        assert listing["price"]["currency"]["isoCode"] == listing["currencyIsoCode"]


def test_there_are_all_three_types_of_prices_and_some_records_have_figures_of_other_types(
    big_landlord: Landlord,
) -> None:
    prices = [listing["monthlyPrice"] for listing in big_landlord.get("/listings")]

    assert {price["type"] for price in prices} == {"fixed", "byMonth", "byDay"}
    assert any(price["type"] == "byMonth" and "fixedPrice" in price for price in prices)


def test_some_listings_are_not_published(big_landlord: Landlord) -> None:
    unpublished = [listing for listing in big_landlord.get("/listings") if not listing["isPublished"]]

    assert unpublished
    assert all(listing["lastUnpublishedDate"] and not listing["isRentable"] for listing in unpublished)


def test_occupancies_are_bookings_with_a_request_or_owner_stays_without_one(big_landlord: Landlord) -> None:
    occupancies = [one for listing in big_landlord.get("/listings") for one in listing["occupancies"]]

    bookings = [one for one in occupancies if "bookingRequestId" in one]
    blocks = [one for one in occupancies if "bookingRequestId" not in one]
    assert {one["source"] for one in bookings} == {"bookingRequest", "pms"}
    assert blocks
    assert all(one.keys() == {"from", "to", "note"} for one in blocks)


def test_another_sandbox_has_the_same_listings_at_the_same_instant(landlord: Landlord, http: httpx.Client) -> None:
    with running(now=NOON) as other:
        elsewhere = Landlord(http, other.base_url, "sandbox.spotahome.3")

        assert elsewhere.get("/listings") == landlord.get("/listings")


def test_bookings_arrive_as_the_clock_advances(sandbox: RunningSandbox, big_landlord: Landlord) -> None:
    def requests() -> set[str | None]:
        listings = big_landlord.get("/listings")
        return {one.get("bookingRequestId") for listing in listings for one in listing["occupancies"]}

    before = requests()
    sandbox.clock.set(NOON + timedelta(days=60))

    assert requests() - before


def test_writing_a_listing_changes_its_reference_and_price_and_replaces_its_occupancies(landlord: Landlord) -> None:
    answer = landlord.call(
        "PUT",
        "/listings/400030001",
        {
            "landlordReference": "Attic",
            "occupations": [{"from": "2031-03-01", "to": "2031-05-31", "source": "pms", "bookingRequestId": "901"}],
            "monthlyPrice": {"type": "fixed", "fixedPrice": 915},
        },
    )

    assert answer.status_code == 200
    DOCUMENTED.validate(answer.json())
    assert answer.json() == landlord.listing(400030001)
    assert answer.json()["landlordReference"] == "Attic"
    assert answer.json()["occupancies"] == [
        {"from": "2031-03-01", "to": "2031-05-31", "source": "pms", "bookingRequestId": "901"}
    ]
    assert answer.json()["monthlyPrice"] == {"type": "fixed", "minimumPrice": 915, "fixedPrice": 915}


def test_in_a_written_listing_price_takes_precedence_over_monthly_price(landlord: Landlord) -> None:
    by_month = {month: 1000 + number for number, month in enumerate(MONTHS)}
    body = {"landlordReference": "A", "occupations": [], "monthlyPrice": {"type": "byMonth", "pricesByMonth": by_month}}

    monthly = landlord.call("PUT", "/listings/400030001", body).json()["monthlyPrice"]
    both = landlord.call("PUT", "/listings/400030001", body | {"price": 500}).json()["monthlyPrice"]

    assert (monthly["type"], monthly["pricesByMonth"], monthly["minimumPrice"]) == ("byMonth", by_month, 1000)
    assert (both["type"], both["fixedPrice"]) == ("fixed", 500)


def test_a_listing_without_a_required_member_is_refused_and_changes_nothing(landlord: Landlord) -> None:
    before = landlord.listing(400030001)

    landlord.assert_refused(400, "PUT", "/listings/400030001", {"landlordReference": "Attic", "price": 500})

    assert landlord.listing(400030001) == before
