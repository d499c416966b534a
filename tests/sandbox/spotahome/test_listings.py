from datetime import timedelta

import pytest
from jsonschema_rs import Draft4Validator

from sandbox.server import running
from tests.sandbox.spotahome.conftest import NOON, Landlord

TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def closed(required, optional=None):
    """An object with these members and no others, as the documentation of the list of listings has it."""
    members = required | (optional or {})
    return {"type": "object", "properties": members, "required": list(required), "additionalProperties": False}


def or_null(schema):
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
def test_a_landlord_sees_all_his_listings_in_one_array_as_documented(calling, count):
    listings = calling(count).get("/listings")

    assert len(listings) == count
    for listing in listings[:: max(1, count // 40)]:
        DOCUMENTED.validate(listing)
    assert len({listing["id"] for listing in listings}) == count
    assert len({listing["landlordId"] for listing in listings}) == 1


def test_one_listing_looks_as_it_does_among_the_others(big_landlord):
    for listing in big_landlord.get("/listings")[:10]:
        assert big_landlord.listing(listing["id"]) == listing


def test_the_price_is_the_lowest_rent_in_minor_units(big_landlord):
    for listing in big_landlord.get("/listings"):
        assert listing["price"]["amount"] == listing["monthlyPrice"]["minimumPrice"] * 100
        assert listing["price"]["currency"]["isoCode"] == listing["currencyIsoCode"]


def test_landlords_price_in_all_three_ways_and_keep_figures_that_do_not_count(big_landlord):
    prices = [listing["monthlyPrice"] for listing in big_landlord.get("/listings")]

    assert {price["type"] for price in prices} == {"fixed", "byMonth", "byDay"}
    assert any(price["type"] == "byMonth" and "fixedPrice" in price for price in prices)


def test_some_listings_are_not_published(big_landlord):
    unpublished = [listing for listing in big_landlord.get("/listings") if not listing["isPublished"]]

    assert unpublished
    assert all(listing["lastUnpublishedDate"] and not listing["isRentable"] for listing in unpublished)


def test_occupancies_are_bookings_with_a_request_and_owners_stays_without(big_landlord):
    occupancies = [one for listing in big_landlord.get("/listings") for one in listing["occupancies"]]

    bookings = [one for one in occupancies if "bookingRequestId" in one]
    blocks = [one for one in occupancies if "bookingRequestId" not in one]
    assert {one["source"] for one in bookings} == {"bookingRequest", "pms"}
    assert blocks
    assert all(one.keys() == {"from", "to", "note"} for one in blocks)


def test_the_same_instant_looks_the_same_in_another_sandbox(landlord, http):
    with running(now=NOON) as other:
        elsewhere = Landlord(http, other.base_url, "sandbox.spotahome.3")

        assert elsewhere.get("/listings") == landlord.get("/listings")


def test_bookings_arrive_as_the_clock_moves(sandbox, big_landlord):
    def requests():
        listings = big_landlord.get("/listings")
        return {one.get("bookingRequestId") for listing in listings for one in listing["occupancies"]}

    before = requests()
    sandbox.clock.set(NOON + timedelta(days=60))

    assert requests() - before


def test_writing_a_listing_changes_its_reference_and_price_and_makes_the_occupancies_those_sent(landlord):
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


def test_in_a_written_listing_the_price_wins_over_the_monthly_price(landlord):
    by_month = {month: 1000 + number for number, month in enumerate(MONTHS)}
    body = {"landlordReference": "A", "occupations": [], "monthlyPrice": {"type": "byMonth", "pricesByMonth": by_month}}

    monthly = landlord.call("PUT", "/listings/400030001", body).json()["monthlyPrice"]
    both = landlord.call("PUT", "/listings/400030001", body | {"price": 500}).json()["monthlyPrice"]

    assert (monthly["type"], monthly["pricesByMonth"], monthly["minimumPrice"]) == ("byMonth", by_month, 1000)
    assert (both["type"], both["fixedPrice"]) == ("fixed", 500)


def test_a_written_listing_that_misses_what_it_needs_stays_as_it_is(landlord):
    before = landlord.listing(400030001)

    landlord.refused(400, "PUT", "/listings/400030001", {"landlordReference": "Attic", "price": 500})

    assert landlord.listing(400030001) == before
