"""Invalid customizations are refused with an error that points at the cause (contract, *Customizations*, *Errors*)."""

import json
import operator
import re
from collections.abc import Iterator
from functools import reduce
from typing import Any

import pytest

from listings.models import Listing, PricingRules
from tests.customizations.documents import (
    ALL,
    BASE_PRICE,
    CHECKIN_CHECKOUT_DAYS,
    EXTRA_GUEST_FEES,
    MAX_STAYS,
    MIN_MAX_PRICES,
    MIN_STAYS,
    SUMMER,
    TIME_BASED_ADJUSTMENTS,
    WINTER,
    Customization,
)
from tests.partner import Answer, Partner

JULY = {"start-date": "2030-07-01", "end-date": "2030-07-31"}
PYTHON = re.compile(r"dictionary|\b(str|int|dict|bool|float|items)\b")
each = pytest.mark.parametrize("customization", ALL, ids=lambda customization: customization.name)


def pointer(path: tuple[Any, ...]) -> str:
    return "/".join(["/data/attributes", *map(str, path)])


def points(answer: Answer) -> list[tuple[str, str]]:
    return [(error["source"]["pointer"], error["code"]) for error in answer.errors]


def stored(listing: Listing) -> Any:
    return Listing.objects.filter(pk=listing.pk).values().get(), list(PricingRules.objects.values())


@pytest.fixture
def customized(partner: Partner, listing: Listing) -> Listing:
    """A listing with all customizations."""
    for customization in ALL:
        assert customization.patch(partner, listing, customization.full).status == 200
    return listing


@pytest.mark.parametrize(
    ("customization", "attributes", "where", "code"),
    [
        (BASE_PRICE, {"base-price": 9}, "base-price", "min_value"),
        (BASE_PRICE, {"base-price": 100_000_001}, "base-price", "max_value"),
        (BASE_PRICE, {"base-price": 99.5}, "base-price", "invalid"),
        (BASE_PRICE, {"base-price": None}, "base-price", "null"),
        (BASE_PRICE, {}, "base-price", "required"),
        (EXTRA_GUEST_FEES, {"extra-guest-fee": 0}, "extra-guest-fee", "min_value"),
        (EXTRA_GUEST_FEES, {"extra-guest-threshold": 0}, "extra-guest-threshold", "min_value"),
        (EXTRA_GUEST_FEES, {"extra-guest-threshold": 1001}, "extra-guest-threshold", "max_value"),
        (MIN_MAX_PRICES, {"min-price": 4.99}, "min-price", "min_value"),
        (MIN_MAX_PRICES, {"max-price": 4}, "max-price", "min_value"),
        (MIN_MAX_PRICES, {"max-price": 1e300}, "max-price", "max_value"),
        (MIN_MAX_PRICES, {"monthly-min-price": 4}, "monthly-min-price", "min_value"),
        (MIN_MAX_PRICES, {"min-price": 400.01}, "min-price", "invalid"),
        (MIN_MAX_PRICES, {"max-price": 80.49}, "max-price", "invalid"),
        (MIN_MAX_PRICES, {"min-price": 90, "max-price": 89}, "max-price", "invalid"),
        (
            MIN_MAX_PRICES,
            {"day-of-week-min-prices": [{"weekday": day, "min-price": 90} for day in ("monday", "friday", "monday")]},
            "day-of-week-min-prices/2/weekday",
            "unique",
        ),
        (
            MIN_MAX_PRICES,
            {"day-of-week-min-prices": [{"weekday": "someday"}]},
            "day-of-week-min-prices/0/weekday",
            "invalid_choice",
        ),
        (
            MIN_MAX_PRICES,
            {"seasonal-prices": [SUMMER | {"min-price": 100, "max-price": 99}]},
            "seasonal-prices/0/max-price",
            "invalid",
        ),
        (
            MIN_MAX_PRICES,
            {"seasonal-monthly-prices": [SUMMER | {"monthly-min-price": 900, "monthly-max-price": 899}]},
            "seasonal-monthly-prices/0/monthly-max-price",
            "invalid",
        ),
        (MIN_MAX_PRICES, {"seasonal-prices": [SUMMER, WINTER, JULY]}, "seasonal-prices/2", "overlap"),
        (
            MIN_MAX_PRICES,
            {"seasonal-prices": [SUMMER | {"rollover": True}, {"start-date": "2034-08-31", "end-date": "2034-09-05"}]},
            "seasonal-prices/1",
            "overlap",
        ),
        (
            MIN_MAX_PRICES,
            {
                "seasonal-day-of-week-min-prices": [
                    SUMMER | {"min-prices": [{"weekday": "sunday"}, {"weekday": "sunday"}]}
                ]
            },
            "seasonal-day-of-week-min-prices/0/min-prices/1/weekday",
            "unique",
        ),
        (MIN_STAYS, {"min-stay": 0}, "min-stay", "min_value"),
        (MIN_STAYS, {"min-stay": 3651}, "min-stay", "max_value"),
        (MIN_STAYS, {"min-stay": 29}, "min-stay", "invalid"),
        (MIN_STAYS, {"gap-fill-min-stay": {"gaps": 0}}, "gap-fill-min-stay/gaps", "min_value"),
        (MIN_STAYS, {"gap-fill-min-stay": {"buffer": -1}}, "gap-fill-min-stay/buffer", "min_value"),
        (
            MIN_STAYS,
            {"last-minute-min-stays": [{"days-away": 0, "direction": "within", "min-stay": 1}]},
            "last-minute-min-stays/0/days-away",
            "min_value",
        ),
        (
            MIN_STAYS,
            {"seasonal-gap-fill-min-stays": [SUMMER | {"gap-fill-min-stay": {"gaps": 0}}]},
            "seasonal-gap-fill-min-stays/0/gap-fill-min-stay/gaps",
            "min_value",
        ),
        (MAX_STAYS, {"max-stay": 2}, "max-stay", "invalid"),
        (MAX_STAYS, {"seasonal-max-stays": [SUMMER | {"max-stay": 0}]}, "seasonal-max-stays/0/max-stay", "min_value"),
        (
            TIME_BASED_ADJUSTMENTS,
            {"time-based-adjustments": [{"days": 1, "percentage": 101, "direction": "within"}]},
            "time-based-adjustments/0/percentage",
            "max_value",
        ),
        (
            TIME_BASED_ADJUSTMENTS,
            {"time-based-adjustments": [{"days": 1, "percentage": -101, "direction": "within"}]},
            "time-based-adjustments/0/percentage",
            "min_value",
        ),
        (
            TIME_BASED_ADJUSTMENTS,
            {"dynamic-time-based-adjustments": {"tier": "greed"}},
            "dynamic-time-based-adjustments/tier",
            "invalid_choice",
        ),
        (CHECKIN_CHECKOUT_DAYS, {"checkin-days": ["monday", "friday", "monday"]}, "checkin-days/2", "unique"),
        (CHECKIN_CHECKOUT_DAYS, {"checkout-days": ["monday", "Friday"]}, "checkout-days/1", "invalid_choice"),
    ],
)
def test_the_error_points_at_an_invalid_value_and_nothing_is_stored(
    partner: Partner,
    customized: Listing,
    customization: Customization,
    attributes: dict[str, Any],
    where: str,
    code: str,
) -> None:
    before = stored(customized)

    answer = customization.patch(partner, customized, attributes)

    assert answer.status == 400
    assert points(answer) == [(f"/data/attributes/{where}", code)]
    assert stored(customized) == before


@pytest.mark.parametrize(
    ("season", "member", "code"),
    [
        ({"start-date": "2030-08-31", "end-date": "2030-08-30"}, "end-date", "invalid"),
        ({"start-date": "2030-08-31", "end-date": "2031-09-01", "rollover": True}, "end-date", "invalid"),
        ({"start-date": "0001-01-01", "end-date": "2030-01-01"}, "start-date", "min_value"),
        ({"start-date": "1999-12-31", "end-date": "2030-01-01"}, "start-date", "min_value"),
        ({"start-date": "2030-01-01", "end-date": "2101-01-01"}, "end-date", "max_value"),
        ({"start-date": "2030-01-01", "end-date": "9999-12-31"}, "end-date", "max_value"),
        ({"start-date": "2030-02-30", "end-date": "2030-03-01"}, "start-date", "invalid"),
        ({"start-date": "20300201", "end-date": "2030-03-01"}, "start-date", "invalid"),
        ({"start-date": "2030-W05-5", "end-date": "2030-03-01"}, "start-date", "invalid"),
        ({"start-date": "2030-02-01T00:00:00Z", "end-date": "2030-03-01"}, "start-date", "invalid"),
        ({"start-date": "٢٠٣٠-02-01", "end-date": "2030-03-01"}, "start-date", "invalid"),
    ],
)
def test_an_invalid_range_is_refused(
    partner: Partner, listing: Listing, season: dict[str, Any], member: str, code: str
) -> None:
    answer = MIN_MAX_PRICES.patch(partner, listing, {"seasonal-prices": [JULY, season]})

    assert points(answer) == [(f"/data/attributes/seasonal-prices/1/{member}", code)]


@pytest.mark.parametrize(
    ("customization", "name", "members"),
    [
        (MIN_MAX_PRICES, "seasonal-prices", {}),
        (MIN_MAX_PRICES, "seasonal-monthly-prices", {}),
        (MIN_MAX_PRICES, "seasonal-day-of-week-min-prices", {"min-prices": []}),
        (MIN_STAYS, "seasonal-min-stays", {"min-stay": 2}),
        (MIN_STAYS, "seasonal-day-of-week-min-stays", {"min-stays": []}),
        (MIN_STAYS, "seasonal-gap-fill-min-stays", {"gap-fill-min-stay": {}}),
        (MIN_STAYS, "seasonal-time-based-min-stays", {}),
        (MAX_STAYS, "seasonal-max-stays", {"max-stay": 9}),
        (TIME_BASED_ADJUSTMENTS, "seasonal-time-based-adjustments", {}),
        (CHECKIN_CHECKOUT_DAYS, "seasonal-checkin-checkout-days", {}),
    ],
)
def test_the_ranges_of_every_seasonal_list_must_not_overlap(
    partner: Partner, listing: Listing, customization: Customization, name: str, members: dict[str, Any]
) -> None:
    answer = customization.patch(partner, listing, {name: [JULY | members, WINTER | members, SUMMER | members]})

    assert points(answer) == [(f"/data/attributes/{name}/2", "overlap")]


def test_the_complete_error_document(partner: Partner, listing: Listing) -> None:
    season = {"start-date": "2030-08-01", "end-date": "2030-07-01", "min-price": 100, "max-price": 50}

    answer = MIN_MAX_PRICES.patch(partner, listing, {"seasonal-prices": [season]})

    assert answer.status == 400
    assert answer.document == {
        "errors": [
            {
                "status": "400",
                "title": "Bad Request",
                "detail": "The end date must not be before the start date, 2030-08-01.",
                "source": {"pointer": "/data/attributes/seasonal-prices/0/end-date"},
                "links": {"about": "/api/v1/errors/invalid"},
                "code": "invalid",
            },
            {
                "status": "400",
                "title": "Bad Request",
                "detail": "The maximum, 50, must not be below the minimum, 100.",
                "source": {"pointer": "/data/attributes/seasonal-prices/0/max-price"},
                "links": {"about": "/api/v1/errors/invalid"},
                "code": "invalid",
            },
        ]
    }


def test_every_invalid_member_has_its_own_error(partner: Partner, listing: Listing) -> None:
    answer = MIN_MAX_PRICES.patch(
        partner,
        listing,
        {
            "min-price": 1,
            "day-of-week-min-prices": [{"weekday": "monday", "min-price": 1}, {"min-price": 90}],
            "seasonal-prices": [{"end-date": "tomorrow"}],
        },
    )

    assert points(answer) == [
        ("/data/attributes/min-price", "min_value"),
        ("/data/attributes/day-of-week-min-prices/0/min-price", "min_value"),
        ("/data/attributes/day-of-week-min-prices/1/weekday", "required"),
        ("/data/attributes/seasonal-prices/0/start-date", "required"),
        ("/data/attributes/seasonal-prices/0/end-date", "invalid"),
    ]


def test_an_invalid_attribute_prevents_the_whole_change(partner: Partner, customized: Listing) -> None:
    before = stored(customized)

    answer = MIN_MAX_PRICES.patch(partner, customized, {"min-price": 90, "seasonal-prices": [JULY, JULY]})

    assert answer.status == 400
    assert stored(customized) == before


def test_minimum_and_maximum_can_be_raised_together_above_the_stored_maximum(
    partner: Partner, customized: Listing
) -> None:
    answer = MIN_MAX_PRICES.patch(partner, customized, {"min-price": 1000, "max-price": 2000})

    assert (answer.attributes["min-price"], answer.attributes["max-price"]) == (1000, 2000)


def test_a_minimum_may_equal_its_maximum(partner: Partner, listing: Listing) -> None:
    answer = MIN_MAX_PRICES.patch(partner, listing, {"min-price": 100, "max-price": 100})

    assert answer.status == 200


@pytest.mark.parametrize("length", [501, 10_000])
def test_the_error_for_a_list_that_is_too_long_names_the_limit(partner: Partner, listing: Listing, length: int) -> None:
    rules = [{"days-away": 7, "direction": "within", "min-stay": 1}] * length

    answer = MIN_STAYS.patch(partner, listing, {"last-minute-min-stays": rules})

    assert points(answer) == [("/data/attributes/last-minute-min-stays", "max_length")]
    assert "500" in answer.error["detail"]


def test_a_list_of_the_greatest_length_is_accepted(partner: Partner, listing: Listing) -> None:
    rules = [{"days-away": days, "direction": "within", "min-stay": 1} for days in range(1, 501)]

    assert MIN_STAYS.patch(partner, listing, {"last-minute-min-stays": rules}).status == 200


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_outside_json_is_refused(partner: Partner, listing: Listing, number: str) -> None:
    body = (
        f'{{"data": {{"type": "{MIN_MAX_PRICES.type}", "id": "{listing.pk}", '
        f'"attributes": {{"min-price": {number}}}}}}}'
    )

    answer = partner.call("PATCH", MIN_MAX_PRICES.path(listing), body)

    assert answer.status == 400


def members(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value in a document, at every depth, with its path. The document itself has an empty path."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each_value in inner:
        yield from members(each_value, (*path, key))


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = json.loads(json.dumps(document))
    holder(changed, path)[path[-1]] = value
    return changed


def without(document: Any, path: tuple[Any, ...]) -> Any:
    changed = json.loads(json.dumps(document))
    del holder(changed, path)[path[-1]]
    return changed


def holder(document: Any, path: tuple[Any, ...]) -> Any:
    return reduce(operator.getitem, path[:-1], document)


def wrong_types(value: Any) -> list[Any]:
    """One value of each JSON type that is not valid in place of `value`."""
    others = {bool: True, int: 7, float: 7.5, str: "7", list: [7], dict: {"weekday": 7}}
    right = {type(value)} | ({int, float} if isinstance(value, int | float) and not isinstance(value, bool) else set())
    return [other for kind, other in others.items() if kind not in right]


@each
def test_the_error_points_at_a_wrong_type_at_any_depth_in_terms_of_json(
    partner: Partner, listing: Listing, customization: Customization
) -> None:
    unexpected = {}
    tried = 0

    for path, value in members(customization.full):
        if not path or value is None:
            continue
        for wrong in wrong_types(value):
            tried += 1
            answer = customization.patch(partner, listing, replaced(customization.full, path, wrong))
            found = {error["source"]["pointer"] for error in answer.errors} if answer.status == 400 else answer.status
            if found != {pointer(path)}:
                unexpected[pointer(path), repr(wrong)] = found
            assert not PYTHON.search(" ".join(error["detail"] for error in answer.errors))

    assert tried
    assert unexpected == {}
    assert customization.get(partner, listing).attributes == customization.empty


@each
def test_the_error_points_at_an_unknown_member_at_any_depth(
    partner: Partner, listing: Listing, customization: Customization
) -> None:
    objects = [path for path, value in members(customization.full) if isinstance(value, dict)]
    assert objects

    for path in objects:
        unknown = (*path, "shoe-size")
        answer = customization.patch(partner, listing, replaced(customization.full, unknown, 42))

        assert points(answer) == [(pointer(unknown), "unknown")]

    assert customization.get(partner, listing).attributes == customization.empty


REQUIRED = [
    (MIN_MAX_PRICES, ("day-of-week-min-prices", 0), ["weekday"]),
    (MIN_MAX_PRICES, ("seasonal-prices", 0), ["start-date", "end-date"]),
    (MIN_MAX_PRICES, ("seasonal-monthly-prices", 0), ["start-date", "end-date"]),
    (MIN_MAX_PRICES, ("seasonal-day-of-week-min-prices", 0), ["start-date", "end-date", "min-prices"]),
    (MIN_MAX_PRICES, ("seasonal-day-of-week-min-prices", 0, "min-prices", 0), ["weekday"]),
    (MIN_STAYS, ("seasonal-min-stays", 0), ["start-date", "end-date", "min-stay"]),
    (MIN_STAYS, ("last-minute-min-stays", 0), ["days-away", "direction", "min-stay"]),
    (MIN_STAYS, ("day-of-week-min-stays", 0), ["weekday"]),
    (MIN_STAYS, ("seasonal-day-of-week-min-stays", 0), ["start-date", "end-date", "min-stays"]),
    (MIN_STAYS, ("seasonal-gap-fill-min-stays", 0), ["start-date", "end-date", "gap-fill-min-stay"]),
    (MIN_STAYS, ("seasonal-time-based-min-stays", 0), ["start-date", "end-date"]),
    (MAX_STAYS, ("seasonal-max-stays", 0), ["start-date", "end-date", "max-stay"]),
    (TIME_BASED_ADJUSTMENTS, ("time-based-adjustments", 0), ["days", "percentage", "direction"]),
    (TIME_BASED_ADJUSTMENTS, ("seasonal-time-based-adjustments", 0), ["start-date", "end-date"]),
    (CHECKIN_CHECKOUT_DAYS, ("seasonal-checkin-checkout-days", 0), ["start-date", "end-date"]),
]


@pytest.mark.parametrize(
    ("customization", "entry", "member"),
    [(customization, entry, member) for customization, entry, names in REQUIRED for member in names],
)
def test_a_required_member_of_an_entry_must_be_present_and_not_null(
    partner: Partner, listing: Listing, customization: Customization, entry: tuple[Any, ...], member: str
) -> None:
    path = (*entry, member)

    left_out = customization.patch(partner, listing, without(customization.full, path))
    null = customization.patch(partner, listing, replaced(customization.full, path, None))

    assert points(left_out) == [(pointer(path), "required")]
    assert points(null) == [(pointer(path), "null")]
