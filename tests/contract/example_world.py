"""The rows that the published examples are about: one user, with one account and one listing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model
from django.test import Client

from listings.models import ChannelCalendar, Listing, PricingRules, Recommendation
from markets.insight_days import ANY_BEDROOMS, ANY_CLUSTER, DAYS, Figure, YearOfDays, day_of_year, lead_row, stay_row
from markets.models import Compset, CompsetMember, InsightPlace, InsightYear
from oauth.models import Application
from partners.documentation import openapi
from tests.factories import (
    AccountFactory,
    ApplicationFactory,
    ChannelListingFactory,
    CompsetFactory,
    CredentialFactory,
    ListingFactory,
    MarketFactory,
    PublicListingFactory,
    UserFactory,
    public_calendar,
)
from tests.partner import Partner
from users.models import Account, Credential, User
from webhooks.documents import body
from webhooks.models import Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.signing import encrypted, new_secret

IDS = {
    "user_id": 789,
    "account_id": 456,
    "listing_id": 12345,
    "compset_id": 55,
    "event_id": 71,
    "endpoint_id": 51,
    "delivery_id": 61,
}
# Those whose rows have ids given here.
MODELS = (User, Credential, Account, Listing, Recommendation, Compset, Event, WebhookEndpoint, WebhookDelivery)
CLIENT = {"client_id": "demo-partner", "client_secret": "demo-partner-secret"}
CREATED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SYNCED = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)


def example_partner() -> Partner:
    """The partner of the world, with a token of all scopes; everything in it is new."""
    application = ApplicationFactory(**CLIENT, hash_client_secret=True)
    _build(application)
    _continue_after(
        User, Credential, Account, Listing, Recommendation, Compset, Event, WebhookEndpoint, WebhookDelivery
    )
    here = Client(raise_request_exception=False, HTTP_HOST="127.0.0.1:8000")
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
    listing = ListingFactory(
        pk=IDS["listing_id"], owner=user, market=MarketFactory(active=True, city="lisbon", country="PT"), **LISTING
    )
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
        expected_gain=210,
        created_at=SYNCED + timedelta(hours=1),
    )
    compset = CompsetFactory(
        pk=IDS["compset_id"], owner=user, listing=listing, title="Alfama rivals", created_at=CREATED
    )
    for place, (public_id, title, rate) in enumerate(PUBLIC):
        public = PublicListingFactory(
            public_id=public_id,
            title=title,
            latitude=38.7141 + place / 1000,
            longitude=-9.1302,
            price=rate,
            min_stay=2,
            rating=4.8,
            reviews_count=120 + place,
            first_seen_on=date(2026, 3, 10),
            last_seen_on=date(2026, 6, 10),
        )
        # Ten nights that repeat, so that 30 and 90 nights have the same shares on every day.
        states = "aaaabbbaax" * 200
        prices = [rate + 1500 if state == "b" else rate for state in states]
        public_calendar(public, date(2026, 1, 1), states, prices, [2 + place] * len(states))
        CompsetMember.objects.create(compset=compset, public_listing=public, place=place)
    _build_insights()
    _build_webhooks(application, listing)


def _continue_after(*models: type[Model]) -> None:
    """Let new rows get later ids. On PostgreSQL, other tests may have left a sequence just before an id given here."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _build_webhooks(application: Application, listing: Listing) -> None:
    event = Event.objects.create(
        pk=IDS["event_id"],
        application=application,
        user=listing.owner,
        account_id=IDS["account_id"],
        listing_id=listing.pk,
        type="listing.base_price_changed",
        body=body({"base-price": 120}, {"listing": ("listings", listing.pk)}),
        occurred_at=SYNCED,
    )
    # As if the transaction that wrote it had ended: the list shows no event before (webhooks/ordering.py).
    Event.objects.update(transaction_id=0)
    endpoint = WebhookEndpoint.objects.create(
        pk=IDS["endpoint_id"],
        application=application,
        url="https://hooks.example.com/prices",
        description="Prices",
        event_types=["listing.base_price_changed"],
        encrypted_secrets=encrypted(new_secret()),
        created_at=CREATED,
        updated_at=CREATED,
    )
    delivery = WebhookDelivery.objects.create(
        pk=IDS["delivery_id"],
        endpoint=endpoint,
        event=event,
        listing_id=listing.pk,
        state=WebhookDelivery.State.SUCCEEDED,
        attempts_made=1,
        due_at=SYNCED,
        created_at=SYNCED,
        finished_at=SYNCED + timedelta(seconds=1),
    )
    WebhookAttempt.objects.create(
        delivery=delivery, at=SYNCED + timedelta(seconds=1), status=204, duration=38, answer=""
    )  # fmt: skip


PUBLIC = [("20160412", "Miradouro flat", 10500), ("31902277", "Tejo view", 13000)]


def _build_insights() -> None:
    """Two dates in Lisbon, and the same a year earlier."""
    place = InsightPlace.objects.create(city="lisbon", country="PT", currency="EUR", refreshed_at=SYNCED)
    for year, part in ((2029, 0.5), (2030, 1.0)):
        days = YearOfDays()
        for month, number in ((7, 1), (7, 2)):
            day = day_of_year(date(year, month, number))
            for figure, amount in FIGURES.items():
                days.numbers[figure * DAYS + day] = int(part * (amount + number))
            for row, stays in ((lead_row(21), 6), (lead_row(60), 5), (stay_row(3), 7), (stay_row(7), 4)):
                days.numbers[row * DAYS + day] = part * stays
        InsightYear.objects.create(place=place, bedrooms=ANY_BEDROOMS, cluster=ANY_CLUSTER, year=year, days=days.pack())


# Money is in cents.
FIGURES = {
    Figure.AVAILABLE: 46, Figure.LISTINGS: 84, Figure.TAKEN: 32, Figure.VOLUME: 497600, Figure.BILLABLE: 481200,
    Figure.STAYS: 36, Figure.CANCELLED_STAYS: 4, Figure.BOOKED: 8, Figure.BOOKED_VOLUME: 412000,
    Figure.BOOKED_BILLABLE: 412000, Figure.MADE: 9, Figure.CANCELLED_MADE: 1, Figure.CHECKINS: 10,
    Figure.CHECKIN_VOLUME: 683000, Figure.CHECKIN_BILLABLE: 683000, Figure.LEAD_DAYS: 410, Figure.STAY_NIGHTS: 44,
}  # fmt: skip
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
