"""The rows that the published examples are about: one user, with one account and one listing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.test import Client

from listings.models import ChannelCalendar, PricingRules, Recommendation
from oauth.models import Application
from partners.documentation import openapi
from tests.factories import (
    AccountFactory,
    ApplicationFactory,
    ChannelListingFactory,
    CredentialFactory,
    ListingFactory,
    MarketFactory,
    UserFactory,
)
from tests.partner import Partner

IDS = {"user_id": 789, "account_id": 456, "listing_id": 12345}
CLIENT = {"client_id": "demo-partner", "client_secret": "demo-partner-secret"}
CREATED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SYNCED = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)


def example_partner() -> Partner:
    """The partner of the world, with a token of all scopes; everything in it is new."""
    application = ApplicationFactory(**CLIENT, hash_client_secret=True)
    _build(application)
    here = Client(raise_request_exception=False, HTTP_HOST="localhost:8000")
    return Partner(application, client=here)


def path_of(operation_id: str) -> tuple[str, str]:
    """Method and path of an operation, below /api/v1 and about the world's resources."""
    for path, item in openapi("3.1")["paths"].items():
        for method, operation in item.items():
            if operation["operationId"] == operation_id:
                return method.upper(), path.format(**IDS).removeprefix("/api/v1")
    raise LookupError(operation_id)


def _build(application: Application) -> None:
    user = UserFactory(
        pk=IDS["user_id"],
        application=application,
        first_name="Ada",
        last_name="Host",
        email="ada@example.com",
        created_at=CREATED,
    )
    CredentialFactory(pk=790, user=user, credential_type="api", created_at=CREATED, last_login=SYNCED)
    account = AccountFactory(
        pk=IDS["account_id"],
        user=user,
        channel_account_id="10001",
        channel_display_id="10001",
        label="Hostaway 10001",
        created_at=CREATED,
        last_successful_sync_at=SYNCED,
    )
    listing = ListingFactory(pk=IDS["listing_id"], owner=user, market=MarketFactory(active=True), **LISTING)
    ChannelListingFactory(listing=listing, account=account, channel_listing_id="40160", last_successful_sync_at=SYNCED)
    first = date(2030, 7, 1)
    ChannelCalendar.objects.create(listing=listing, first_night=first, availability="aaaaab" + "a" * 60)
    PricingRules.objects.create(listing=listing, **RULES)
    Recommendation.objects.create(
        pk=31,
        listing=listing,
        category=Recommendation.Category.MIN_PRICE,
        suggested_min_price=95,
        initial_base_price=120,
        initial_min_price=80,
        recommendations="Raise the minimum price to 95: no night of the last 90 days was sold below it.",
        created_at=SYNCED + timedelta(hours=1),
    )


LISTING: dict[str, Any] = {
    "title": "Loft by the river",
    "neighborhood": "Alfama",
    "city": "Lisbon",
    "country": "Portugal",
    "address": "Rua dos Remédios 1, Lisbon",
    "room_type": "entire_home",
    "bedrooms": 2,
    "bathrooms": "1.50",
    "latitude": "38.71230000",
    "longitude": "-9.12850000",
    "base_price": 120,
    "base_price_updated_at": CREATED,
    "min_price": 80,
    "min_price_updated_at": CREATED,
    "max_price": 400,
    "min_stay": 2,
    "enabled": True,
    "in_active_market": True,
    "created_at": CREATED,
    "last_successful_sync_at": SYNCED,
}
SUMMER = {"start_date": "2030-06-15", "end_date": "2030-08-31", "rollover": True}
RULES: dict[str, Any] = {
    "min_max_prices": {
        "min_price": 80.0,
        "max_price": 400.0,
        "day_of_week_min_prices": [{"weekday": "friday", "min_price": 110}],
        "seasonal_prices": [SUMMER | {"min_price": 140.0, "max_price": 400.0}],
    },
    "min_stays": {"min_stay": 2, "seasonal_min_stays": [SUMMER | {"min_stay": 3, "min_stay_locked": False}]},
    "max_stays": {"max_stay": 28},
    "time_based_adjustments": {
        "time_based_adjustments": [{"days": 7, "percentage": -10, "direction": "within"}],
    },
    "checkin_checkout_days": {"checkin_days": ["friday", "saturday"]},
}
