"""The calendar follows a customization immediately (contract, *Calendar*)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from listings.models import Listing
from tests.customizations.documents import (
    BASE_PRICE,
    CHECKIN_CHECKOUT_DAYS,
    MAX_STAYS,
    MIN_MAX_PRICES,
    MIN_STAYS,
    TIME_BASED_ADJUSTMENTS,
    Customization,
)
from tests.factories import ListingFactory, MarketFactory, ReservationFactory
from tests.partner import Partner

TEN_YEARS = 3650
NEXT_YEAR = datetime.now(UTC).year + 1
MONDAY = next(day for day in (date(NEXT_YEAR, 2, n) for n in range(8, 15)) if day.weekday() == 0)

THAT_WEEK = {"start-date": str(MONDAY), "end-date": str(MONDAY + timedelta(days=6))}
THAT_MONTH_LAST_YEAR = {
    "start-date": str(date(NEXT_YEAR - 1, 2, 1)),
    "end-date": str(date(NEXT_YEAR - 1, 2, 28)),
    "rollover": True,
}
NEXT_WEEK = {"start-date": str(MONDAY + timedelta(days=7)), "end-date": str(MONDAY + timedelta(days=13))}


@pytest.fixture
def listing(partner: Partner) -> Listing:
    """A listing in a market without statistics, so that a night costs the base price of 120 euros."""
    return ListingFactory(
        owner__application=partner.application, in_active_market=True, market=MarketFactory(active=True)
    )


def night(partner: Partner, listing: Listing, day: date) -> dict[str, Any]:
    """The attributes of a night in the calendar."""
    filters = {"filter[start-date]": str(day), "filter[end-date]": str(day)}
    (entry,) = partner.get(f"/listings/{listing.pk}/calendar/", filters).data
    return entry["attributes"]


@pytest.mark.parametrize(
    ("customization", "attributes", "expected"),
    [
        (BASE_PRICE, {"base-price": 150}, {"price": 15000}),
        (MIN_MAX_PRICES, {"min-price": 130.5}, {"price": 13100, "effective-min-price": 13100}),
        (MIN_MAX_PRICES, {"max-price": 99.5}, {"price": 9900, "effective-max-price": 9900}),
        (MIN_MAX_PRICES, {"day-of-week-min-prices": [{"weekday": "monday", "min-price": 140}]}, {"price": 14000}),
        (MIN_MAX_PRICES, {"day-of-week-min-prices": [{"weekday": "tuesday", "min-price": 140}]}, {"price": 12000}),
        (MIN_MAX_PRICES, {"seasonal-prices": [THAT_WEEK | {"min-price": 145}]}, {"price": 14500}),
        (MIN_MAX_PRICES, {"seasonal-prices": [THAT_WEEK | {"max-price": 100}]}, {"price": 10000}),
        (MIN_MAX_PRICES, {"seasonal-prices": [THAT_MONTH_LAST_YEAR | {"min-price": 145}]}, {"price": 14500}),
        (MIN_MAX_PRICES, {"seasonal-prices": [NEXT_WEEK | {"min-price": 145}]}, {"price": 12000}),
        (
            MIN_MAX_PRICES,
            {
                "seasonal-prices": [THAT_WEEK | {"min-price": 145}],
                "seasonal-day-of-week-min-prices": [
                    THAT_WEEK | {"min-prices": [{"weekday": "monday", "min-price": 150}]}
                ],
            },
            {"price": 15000},
        ),
        (MIN_STAYS, {"min-stay": 3}, {"min-stay": 3}),
        (MIN_STAYS, {"day-of-week-min-stays": [{"weekday": "monday", "min-stay": 4}]}, {"min-stay": 4}),
        (MIN_STAYS, {"seasonal-min-stays": [THAT_MONTH_LAST_YEAR | {"min-stay": 5}]}, {"min-stay": 5}),
        (
            MIN_STAYS,
            {"last-minute-min-stays": [{"days-away": TEN_YEARS, "direction": "within", "min-stay": 2}]},
            {"min-stay": 2},
        ),
        (
            MIN_STAYS,
            {"seasonal-day-of-week-min-stays": [THAT_WEEK | {"min-stays": [{"weekday": "monday", "min-stay": 6}]}]},
            {"min-stay": 6},
        ),
        (
            MIN_STAYS,
            {
                "seasonal-time-based-min-stays": [
                    THAT_WEEK
                    | {"time-based-min-stays": [{"days-away": TEN_YEARS, "direction": "within", "min-stay": 7}]}
                ]
            },
            {"min-stay": 7},
        ),
        (MAX_STAYS, {"max-stay": 14}, {"max-stay": 14}),
        (MAX_STAYS, {"max-stay": 14, "seasonal-max-stays": [THAT_WEEK | {"max-stay": 9}]}, {"max-stay": 9}),
        (
            CHECKIN_CHECKOUT_DAYS,
            {"checkin-days": ["saturday"], "checkout-days": ["monday"]},
            {"checkin-allowed": False, "checkout-allowed": True},
        ),
        (
            CHECKIN_CHECKOUT_DAYS,
            {"seasonal-checkin-checkout-days": [THAT_WEEK | {"checkin-days": ["monday"], "checkout-days": ["friday"]}]},
            {"checkin-allowed": True, "checkout-allowed": False},
        ),
        (
            TIME_BASED_ADJUSTMENTS,
            {"time-based-adjustments": [{"days": TEN_YEARS, "percentage": -10, "direction": "within"}]},
            {"price": 10800},
        ),
        (
            TIME_BASED_ADJUSTMENTS,
            {
                "time-based-adjustments": [{"days": TEN_YEARS, "percentage": -10, "direction": "within"}],
                "seasonal-time-based-adjustments": [
                    THAT_MONTH_LAST_YEAR
                    | {"time-based-adjustments": [{"days": 1, "percentage": 25, "direction": "after"}]}
                ],
            },
            {"price": 15000},
        ),
        (
            TIME_BASED_ADJUSTMENTS,
            {
                "time-based-adjustments": [{"days": TEN_YEARS, "percentage": -10, "direction": "within"}],
                "seasonal-time-based-adjustments": [THAT_WEEK | {"exclude": True}],
            },
            {"price": 12000},
        ),
    ],
)
def test_the_night_follows_the_customization(
    partner: Partner,
    listing: Listing,
    customization: Customization,
    attributes: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    assert customization.patch(partner, listing, attributes).status == 200

    assert night(partner, listing, MONDAY).items() >= expected.items()


def test_a_cleared_customization_has_no_effect(partner: Partner, listing: Listing) -> None:
    before = night(partner, listing, MONDAY)
    MIN_MAX_PRICES.patch(partner, listing, {"min-price": 150})

    MIN_MAX_PRICES.patch(partner, listing, {"min-price": None})

    assert night(partner, listing, MONDAY) == before


def test_a_monthly_minimum_applies_to_stays_by_the_month(partner: Partner, listing: Listing) -> None:
    MIN_MAX_PRICES.patch(partner, listing, {"monthly-min-price": 6000})
    assert night(partner, listing, MONDAY)["price"] == 12000

    MIN_STAYS.patch(partner, listing, {"min-stay": 28})

    assert night(partner, listing, MONDAY)["price"] == 20000


def test_gap_filling_lowers_the_minimum_stay_to_the_gap(partner: Partner, listing: Listing) -> None:
    for check_in, check_out in [(-3, 0), (3, 6)]:
        ReservationFactory(
            listing=listing,
            account__user=listing.owner,
            check_in=MONDAY + timedelta(days=check_in),
            check_out=MONDAY + timedelta(days=check_out),
        )
    MIN_STAYS.patch(partner, listing, {"min-stay": 5})
    assert night(partner, listing, MONDAY)["min-stay"] == 5

    MIN_STAYS.patch(partner, listing, {"gap-fill-min-stay": {"enabled": True}})

    assert night(partner, listing, MONDAY)["min-stay"] == 3
