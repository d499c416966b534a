"""From connecting an account to its prices at the channel, as the partner and the host see them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from jobs.queue import enqueue
from jobs.worker import JobWorker
from sandbox.server import RunningSandbox
from tests.connectors.sandbox_connection import AtSandbox, Connect
from tests.factories import UserFactory
from tests.partner import Partner

TOMORROW = timezone.now().date() + timedelta(days=1)
NIGHTS = 90

pytestmark = pytest.mark.django_db


@pytest.fixture
def hostaway(connect: Connect, sandbox: RunningSandbox) -> AtSandbox:
    """The sandbox's Hostaway with its smallest manager, on the real clock and without rate limits."""
    hostaway = connect("hostaway")
    sandbox.clock.real()
    return hostaway


def connected(partner: Partner, hostaway: AtSandbox) -> list[str]:
    """Connect a new user to Hostaway, sync, and return the ids of the listings."""
    user = UserFactory(application=partner.application)
    answer = partner.post(
        f"/users/{user.pk}/accounts/", "accounts", channel="hostaway", credentials=dict(hostaway.credentials)
    )
    assert answer.status == 201
    JobWorker().drain()
    return [listing["id"] for listing in partner.get("/listings/").data]


def calendar(partner: Partner, listing_id: str) -> dict[date, dict]:
    query = {"page[size]": "100", "filter[start-date]": str(TOMORROW)}
    entries = partner.get(f"/listings/{listing_id}/calendar/", query).data[:NIGHTS]
    return {date.fromisoformat(entry["attributes"]["date"]): entry["attributes"] for entry in entries}


def at_hostaway(partner: Partner, hostaway: AtSandbox, listing_id: str) -> dict[date, int]:
    """Return the price of each night in cents, read from Hostaway's own API."""
    form = {"grant_type": "client_credentials", "scope": "general", **hostaway.credentials}
    token = hostaway.ask("POST", "/v1/accessTokens", data=form).json()["access_token"]
    (channel_listing,) = partner.get(f"/listings/{listing_id}/").attributes["channel-listings"]
    answer = hostaway.ask(
        "GET",
        f"/v1/listings/{channel_listing['channel-id']}/calendar",
        params={"startDate": str(TOMORROW), "endDate": str(TOMORROW + timedelta(days=NIGHTS - 1))},
        headers={"Authorization": f"Bearer {token}"},
    )
    return {date.fromisoformat(day["date"]): round(100 * day["price"]) for day in answer.json()["result"]}


def test_every_listing_has_prices_after_the_first_sync(partner: Partner, hostaway: AtSandbox) -> None:
    listing_ids = connected(partner, hostaway)

    assert len(listing_ids) == 3
    for listing_id in listing_ids:
        listing = partner.get(f"/listings/{listing_id}/").attributes
        assert listing["in-active-market"]
        assert listing["base-price"] >= 10
        nights = calendar(partner, listing_id)
        assert nights
        assert all(night["price"] > 0 for night in nights.values())


def test_the_channel_has_the_prices_of_enabled_listings_only(partner: Partner, hostaway: AtSandbox) -> None:
    listing_id, *others = connected(partner, hostaway)
    assert others
    before = {other: at_hostaway(partner, hostaway, other) for other in others}

    partner.patch(f"/listings/{listing_id}/activation/", "listing-activations", listing_id, enabled=True)
    JobWorker().drain()

    here, there = calendar(partner, listing_id), at_hostaway(partner, hostaway, listing_id)
    assert len(there) == NIGHTS
    assert {night: shown["price"] for night, shown in here.items()} == there
    assert {night: shown["price-posted"] for night, shown in here.items()} == there
    assert {other: at_hostaway(partner, hostaway, other) for other in others} == before


def test_a_customization_changes_the_calendar_at_once_and_the_channel_with_the_next_push(
    partner: Partner, hostaway: AtSandbox
) -> None:
    listing_id, *_ = connected(partner, hostaway)
    partner.patch(f"/listings/{listing_id}/activation/", "listing-activations", listing_id, enabled=True)
    JobWorker().drain()
    cheapest = min(night["price"] for night in calendar(partner, listing_id).values())
    minimum = cheapest // 100 + 50

    partner.patch(
        f"/listings/{listing_id}/customizations/min-max-prices/",
        "min-max-price-customizations",
        listing_id,
        **{"min-price": minimum},
    )

    assert min(night["price"] for night in calendar(partner, listing_id).values()) == 100 * minimum
    assert min(at_hostaway(partner, hostaway, listing_id).values()) == cheapest
    JobWorker().drain()
    assert min(at_hostaway(partner, hostaway, listing_id).values()) == 100 * minimum


def test_the_daily_push_sends_changed_prices_to_the_channel(
    partner: Partner, hostaway: AtSandbox, sandbox: RunningSandbox
) -> None:
    listing_id, *_ = connected(partner, hostaway)
    partner.patch(f"/listings/{listing_id}/activation/", "listing-activations", listing_id, enabled=True)
    JobWorker().drain()
    today = at_hostaway(partner, hostaway, listing_id)
    in_three_weeks = datetime.now(UTC) + timedelta(days=21)
    sandbox.clock.set(in_three_weeks)

    for kind in ("refresh_markets", "push_enabled_listings"):
        enqueue(kind, now=in_three_weeks)
    JobWorker(clock=lambda: in_three_weeks).drain()

    nights = [night for night in today if night > in_three_weeks.date()]
    later = at_hostaway(partner, hostaway, listing_id)
    assert any(later[night] != today[night] for night in nights)
