"""Generated listings for the measurements: one application, many owners, one to three channel listings each."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone
from oauth2_provider.models import set_token_value

from listings.models import ChannelListing, Listing, Market
from oauth.models import AccessToken, Application
from oauth.scopes import SCOPES
from users.email_addresses import normal_form
from users.models import Account, User

TOKEN = "benchmark-token"  # noqa: S105
SECRET = "benchmark-secret-of-forty-characters-or-so"  # noqa: S105
CITIES = ("Lisbon", "Porto", "Faro", "Braga", "Coimbra", "Évora", "Aveiro", "Sintra")
BATCH = 5_000


def make(listings: int, *, owners: int = 100, name: str = "Benchmark") -> Application:
    """Create an application with a token for all scopes; its listings are spread evenly over its owners."""
    random.seed(42)
    application: Application = Application.objects.create(
        name=name,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=SECRET,
        rate_limit_per_minute=10**9,
    )
    epoch = datetime(2030, 1, 1, tzinfo=UTC)
    users = User.objects.bulk_create(
        User(application=application, first_name="Robin", last_name=f"Host {n}", email=f"{name}{n}@example.com",
             email_key=normal_form(f"{name}{n}@example.com"), created_at=epoch + timedelta(minutes=n))
        for n in range(owners)
    )  # fmt: skip
    accounts = Account.objects.bulk_create(
        Account(user=user, channel="hostaway", channel_account_id=str(n), label="Hostaway",
                created_at=epoch)
        for n, user in enumerate(users)
    )  # fmt: skip
    market = Market.objects.create(city=name, currency="EUR", active=True)
    for start in range(0, listings, BATCH):
        _make_batch(application, users, accounts, market, range(start, min(start + BATCH, listings)), epoch)
    token = AccessToken(application=application, scope=" ".join(SCOPES), expires=timezone.now() + timedelta(days=1))
    set_token_value(token, f"{TOKEN}-{name}")
    token.save()
    if connection.vendor == "postgresql":
        connection.cursor().execute("VACUUM ANALYZE")  # autovacuum would do it later, during the measurement
    return application


def _make_batch(
    application: Application,
    users: list[User],
    accounts: list[Account],
    market: Market,
    numbers: range,
    epoch: datetime,
) -> None:
    made = Listing.objects.bulk_create(
        Listing(
            application=application, owner=users[n % len(users)], market=market,
            title=f"{random.choice(('Sunny', 'Quiet', 'Central', 'Rooftop'))} flat {n}",
            image=f"https://img.example/{n}.jpg", neighborhood="Centro", city=CITIES[n % len(CITIES)],
            state="", country="Portugal", address=f"Rua {n}", room_type="entire_home", bedrooms=n % 5,
            bathrooms=Decimal(n % 4) / 2, latitude=Decimal("38.7") + Decimal(n % 1000) / 10_000,
            longitude=Decimal("-9.1") + Decimal(n % 777) / 10_000, timezone="Europe/Lisbon", currency="EUR",
            base_price=50 + n % 300, base_price_updated_at=epoch, min_price=40, min_price_updated_at=epoch,
            max_price=900, min_stay=1 + n % 4, extra_guest_fee=10, extra_guest_threshold=2,
            enabled=n % 9 != 0, in_active_market=True, created_at=epoch + timedelta(seconds=n),
        )
        for n in numbers
    )  # fmt: skip
    ChannelListing.objects.bulk_create(
        ChannelListing(listing=listing, account=accounts[n % len(accounts)], channel="hostaway",
                       channel_listing_id=f"{n}-{copy}")
        for n, listing in zip(numbers, made, strict=True)
        for copy in range(1 + n % 3)
    )  # fmt: skip
