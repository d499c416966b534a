"""For each customization: its attributes when every member is set, and when nothing is set."""

from dataclasses import dataclass
from typing import Any

from listings.models import Listing
from tests.partner import Answer, Partner

Attributes = dict[str, Any]

SUMMER = {"start-date": "2030-06-01", "end-date": "2030-08-31"}
WINTER = {"start-date": "2030-12-15", "end-date": "2031-01-10"}
LAST_WEEK = {"days-away": 7, "direction": "within", "min-stay": 1}
EARLY_BIRD = {"days": 90, "percentage": 15, "direction": "after"}


@dataclass(frozen=True)
class Customization:
    """A customization. `name` is the last part of its URL and its name in the aggregate."""

    name: str
    type: str
    empty: Attributes
    full: Attributes

    def path(self, listing: Listing) -> str:
        return f"/listings/{listing.pk}/customizations/{self.name}/"

    def get(self, partner: Partner, listing: Listing) -> Answer:
        return partner.get(self.path(listing))

    def patch(self, partner: Partner, listing: Listing, attributes: Attributes) -> Answer:
        return partner.patch(self.path(listing), self.type, listing.pk, **attributes)


BASE_PRICE = Customization(
    "base-price", "base-price-customizations", empty={"base-price": 120}, full={"base-price": 150}
)
EXTRA_GUEST_FEES = Customization(
    "extra-guest-fees",
    "extra-guest-fee-customizations",
    empty={"extra-guest-fee": None, "extra-guest-threshold": None},
    full={"extra-guest-fee": 25, "extra-guest-threshold": 4},
)
MIN_MAX_PRICES = Customization(
    "min-max-prices",
    "min-max-price-customizations",
    empty={
        "min-price": None,
        "max-price": None,
        "monthly-min-price": None,
        "day-of-week-min-prices": [],
        "seasonal-day-of-week-min-prices": [],
        "seasonal-prices": [],
        "seasonal-monthly-prices": [],
    },
    full={
        "min-price": 80.5,
        "max-price": 400.0,
        "monthly-min-price": 1800.0,
        "day-of-week-min-prices": [{"weekday": "friday", "min-price": 95}, {"weekday": "sunday", "min-price": None}],
        "seasonal-day-of-week-min-prices": [SUMMER | {"min-prices": [{"weekday": "saturday", "min-price": 150}]}],
        "seasonal-prices": [
            SUMMER | {"rollover": True, "min-price": 120.0, "max-price": 500.25},
            WINTER | {"rollover": False, "min-price": None, "max-price": 450.0},
        ],
        "seasonal-monthly-prices": [
            SUMMER | {"rollover": False, "monthly-min-price": 2500.0, "monthly-max-price": 9000.0}
        ],
    },
)
MIN_STAYS = Customization(
    "min-stays",
    "min-stay-customizations",
    empty={
        "min-stay": None,
        "gap-fill-min-stay": {"enabled": False, "gaps": None, "buffer": None},
        "seasonal-min-stays": [],
        "last-minute-min-stays": [],
        "day-of-week-min-stays": [],
        "seasonal-day-of-week-min-stays": [],
        "seasonal-gap-fill-min-stays": [],
        "seasonal-time-based-min-stays": [],
    },
    full={
        "min-stay": 3,
        "gap-fill-min-stay": {"enabled": True, "gaps": 4, "buffer": 0},
        "seasonal-min-stays": [SUMMER | {"rollover": True, "min-stay": 5, "min-stay-locked": True}],
        "last-minute-min-stays": [LAST_WEEK],
        "day-of-week-min-stays": [{"weekday": "monday", "min-stay": 2}, {"weekday": "friday", "min-stay": None}],
        "seasonal-day-of-week-min-stays": [SUMMER | {"min-stays": [{"weekday": "tuesday", "min-stay": 4}]}],
        "seasonal-gap-fill-min-stays": [SUMMER | {"gap-fill-min-stay": {"enabled": True, "gaps": None, "buffer": 1}}],
        "seasonal-time-based-min-stays": [SUMMER | {"exclude": True, "time-based-min-stays": [LAST_WEEK]}],
    },
)
MAX_STAYS = Customization(
    "max-stays",
    "max-stay-customizations",
    empty={"max-stay": None, "seasonal-max-stays": []},
    full={"max-stay": 28, "seasonal-max-stays": [SUMMER | {"rollover": True, "max-stay": 14}]},
)
TIME_BASED_ADJUSTMENTS = Customization(
    "time-based-adjustments",
    "time-based-adjustment-customizations",
    empty={
        "time-based-adjustments": [],
        "seasonal-time-based-adjustments": [],
        "dynamic-time-based-adjustments": {"enabled": False, "tier": "revenue"},
    },
    full={
        "time-based-adjustments": [EARLY_BIRD, {"days": 3, "percentage": -20, "direction": "within"}],
        "seasonal-time-based-adjustments": [
            SUMMER | {"rollover": True, "exclude": True, "time-based-adjustments": [EARLY_BIRD]}
        ],
        "dynamic-time-based-adjustments": {"enabled": True, "tier": "occupancy"},
    },
)
CHECKIN_CHECKOUT_DAYS = Customization(
    "checkin-checkout-days",
    "checkin-checkout-day-customizations",
    empty={"checkin-days": [], "checkout-days": [], "seasonal-checkin-checkout-days": []},
    full={
        "checkin-days": ["saturday", "sunday"],
        "checkout-days": ["saturday"],
        "seasonal-checkin-checkout-days": [
            SUMMER | {"rollover": True, "checkin-days": [], "checkout-days": ["monday", "friday"]}
        ],
    },
)

ALL = [
    BASE_PRICE,
    EXTRA_GUEST_FEES,
    MIN_MAX_PRICES,
    MIN_STAYS,
    MAX_STAYS,
    TIME_BASED_ADJUSTMENTS,
    CHECKIN_CHECKOUT_DAYS,
]
