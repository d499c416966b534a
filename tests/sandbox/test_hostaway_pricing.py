"""Hostaway's price details, finance fields, listing settings and seasonal rules."""

from typing import Any

import pytest

from tests.sandbox.hostaway_client import SINGLE, Hostaway, Row, calendar

LISTING = 100030001


def details(hostaway: Hostaway, **changed: Any) -> Row:
    body = {"startingDate": "2026-05-04", "endingDate": "2026-05-07", "numberOfGuests": 2, "version": 2}
    answer: Row = hostaway.result("POST", f"{SINGLE}/calendar/priceDetails", json=body | changed)
    return answer


def total_of(answer: Row, name: str) -> float:
    total: float = sum(part["total"] for part in answer["components"] if part["name"] == name)
    return total


def test_price_details_are_the_sum_of_nights_and_fees(hostaway: Hostaway) -> None:
    nights = calendar(hostaway, SINGLE, "2026-05-04", "2026-05-06")
    listing = hostaway.get(f"/listings/{LISTING}")

    answer = details(hostaway)

    assert total_of(answer, "baseRate") == sum(night["price"] for night in nights)
    assert total_of(answer, "cleaningFee") == listing["cleaningFee"]
    included = sum(part["total"] for part in answer["components"] if part["isIncludedInTotalPrice"])
    assert answer["totalPrice"] == pytest.approx(included)


def test_a_week_has_a_discount_and_extra_guests_have_a_fee(hostaway: Hostaway) -> None:
    listing = hostaway.get(f"/listings/{LISTING}")

    week = details(hostaway, endingDate="2026-05-11")
    crowd = details(hostaway, numberOfGuests=listing["guestsIncluded"] + 2)

    assert total_of(week, "lengthOfStayDiscount") == pytest.approx(-0.07 * total_of(week, "baseRate"), abs=0.01)
    assert total_of(crowd, "priceForExtraPerson") == 2 * 3 * listing["priceForExtraPerson"]


def test_price_details_follow_a_written_price_and_a_markup(hostaway: Hostaway) -> None:
    span = {"startDate": "2026-05-04", "endDate": "2026-05-06", "price": 200}
    hostaway.result("PUT", f"{SINGLE}/calendar", json=span)

    assert total_of(details(hostaway), "baseRate") == 600
    assert total_of(details(hostaway, markup=1.1), "baseRate") == 660


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 1},
        {"version": None},
        {"startingDate": None},
        {"endingDate": "2026-05-04"},
        {"numberOfGuests": 0},
        {"markup": 0.5},
        {"reservationCouponId": 5},
    ],
)
def test_an_invalid_request_for_price_details_is_refused(hostaway: Hostaway, changed: dict[str, Any]) -> None:
    body = {"startingDate": "2026-05-04", "endingDate": "2026-05-07", "numberOfGuests": 2, "version": 2}

    assert hostaway.refusal("POST", f"{SINGLE}/calendar/priceDetails", json=body | changed)[0] == 400


def test_an_overridden_finance_field_changes_the_total(hostaway: Hostaway) -> None:
    stay = next(stay for stay in hostaway.get("/reservations") if stay["status"] == "new")
    base, *others = hostaway.get(f"/financeField/{stay['id']}")

    changed = hostaway.result("PUT", f"/financeField/{stay['id']}/{base['id']}", json={"value": 500, "title": "Nights"})

    assert (changed["total"], changed["title"], changed["isOverriddenByUser"]) == (500, "Nights", 1)
    assert hostaway.get(f"/financeField/{stay['id']}") == [changed, *others]
    assert hostaway.get(f"/reservations/{stay['id']}")["totalPrice"] == 500 + sum(field["total"] for field in others)
    assert hostaway.refusal("PUT", f"/financeField/{stay['id']}/1", json={"value": 1})[0] == 404


def test_pricing_settings_are_a_list_with_one_object_of_flags(hostaway: Hostaway) -> None:
    (before,) = hostaway.get(f"/listing/pricingSettings/{LISTING}")

    after = hostaway.result("PUT", f"/listing/pricingSettings/{LISTING}", json={"isVrboLOSActive": True})

    assert before["isVrboLOSActive"] == 0
    assert after == before | {"isVrboLOSActive": 1}
    assert hostaway.get(f"/listing/pricingSettings/{LISTING}") == [after]


def test_seasonal_rules_have_the_intervals_of_the_markets_events(hostaway: Hostaway) -> None:
    rules = hostaway.get("/seasonalRules")
    intervals = hostaway.get(
        "/seasonalRules/intervals", listingMapId=LISTING, startDate="2026-06-01", endDate="2026-12-31"
    )

    assert intervals
    assert all(interval["seasonalRule"] in rules for interval in intervals)
    assert all(interval["from"] <= "2026-12-31" and interval["to"] >= "2026-06-01" for interval in intervals)
    assert rules[0]["minNightsFriday"] == 2
    assert rules[0]["closedForCheckout"] == "['Saturday']"


def test_seasonal_intervals_need_a_listing_and_dates(hostaway: Hostaway) -> None:
    assert hostaway.refusal("GET", "/seasonalRules/intervals") == (400, "listingMapId is required.")
    query = f"listingMapId={LISTING}&startDate=9999-01-01&endDate=9999-12-31"
    assert hostaway.refusal("GET", f"/seasonalRules/intervals?{query}")[0] == 400


def test_fee_and_tax_settings_equal_the_listings_members(bigger_hostaway: Hostaway) -> None:
    taxed = next(listing for listing in bigger_hostaway.get("/listings") if listing["propertyRentTax"])

    fees = {fee["feeType"]: fee["amount"] for fee in bigger_hostaway.get(f"/listingFeeSettings/{taxed['id']}")}
    (tax,) = bigger_hostaway.get(f"/listingTaxSettings/{taxed['id']}")

    assert fees == {"cleaningFee": taxed["cleaningFee"], "priceForExtraPerson": taxed["priceForExtraPerson"]}
    assert tax["amount"] == taxed["propertyRentTax"]
