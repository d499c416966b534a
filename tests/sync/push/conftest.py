"""A listing that is pushed to the sandbox's Hostaway over real HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pytest_django import Settings

import pricing
from listings.models import ChannelListing
from oauth.encryption import encrypt
from pricing.event_table import EVENTS
from sandbox.server import RunningSandbox, running
from tests.environment import changed
from tests.factories import AccountFactory, ChannelListingFactory, ListingFactory, MarketFactory
from tests.partner import Partner
from tests.sync.push.at_hostaway import CREDENTIALS, forget_requests, remote_listings
from users.models import Account


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[RunningSandbox, str]]:
    """A sandbox, and an access token for its account."""
    with running() as hostaway:
        form = {"grant_type": "client_credentials", "scope": "general", **CREDENTIALS}
        answer = httpx.post(f"{hostaway.base_url}/hostaway/v1/accessTokens", data=form)
        yield hostaway, answer.json()["access_token"]


@pytest.fixture
def hostaway(world: tuple[RunningSandbox, str], settings: Settings) -> Iterator[RunningSandbox]:
    hostaway, _ = world
    settings.ENVIRONMENT = changed(
        settings.ENVIRONMENT, hostaway_base_url=f"{hostaway.base_url}/hostaway/v1", hostaway_requests_per_10s=10_000
    )
    hostaway.faults.clear()
    yield hostaway
    hostaway.faults.clear()


@pytest.fixture
def account(world: tuple[RunningSandbox, str], partner: Partner) -> Account:
    now = datetime.now(UTC)
    session = {
        "access_token": world[1],
        "usable_at": now.isoformat(),
        "expires_at": (now + timedelta(hours=1)).isoformat(),
    }
    return AccountFactory(
        user__application=partner.application,
        channel_account_id=CREDENTIALS["client_id"],
        connection__encrypted_channel_credentials=encrypt(CREDENTIALS),
        connection__encrypted_session=encrypt(session),
    )


@pytest.fixture
def shown(hostaway: RunningSandbox, account: Account) -> ChannelListing:
    """An enabled listing of the sandbox's account, in a market where every night of the year has the price 120."""
    remote = remote_listings(account)[0]
    forget_requests(hostaway)
    even = pricing.MarketStatistics(as_of=datetime.now(UTC).date(), events={event.key: 1.0 for event in EVENTS})
    listing = ListingFactory(
        owner=account.user,
        currency=remote.currency,
        timezone=remote.timezone,
        base_price=120,
        enabled=True,
        in_active_market=True,
        market=MarketFactory(active=True, statistics=even.to_dict()),
    )
    return ChannelListingFactory(listing=listing, account=account, channel_listing_id=remote.channel_listing_id)
