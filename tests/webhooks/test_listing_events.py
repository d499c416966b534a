"""Events about listings that the API and the daily jobs cause. tests/sync/syncing/test_events.py has those of syncs."""

from datetime import timedelta

import pytest
from django.db import transaction

from listings.models import Listing
from listings.services.base_price import refresh_automatic
from listings.services.markets import show_market_activity
from tests.factories import EPOCH, ChannelListingFactory, CredentialFactory, ListingFactory, MarketFactory
from tests.partner import Partner, issue_token
from tests.webhooks.events import attributes, told
from webhooks.models import Event

pytestmark = pytest.mark.django_db


def set_base_price(partner: Partner, listing: Listing, price: int) -> int:
    path = f"/listings/{listing.pk}/customizations/base-price/"
    return partner.patch(path, "base-price-customizations", listing.pk, **{"base-price": price}).status


@pytest.fixture
def listing(partner: Partner) -> Listing:
    shown = ChannelListingFactory(
        listing__owner__application=partner.application, listing__base_price=120, listing__base_price_updated_at=EPOCH
    )
    return shown.listing


class TestBasePrice:
    def test_a_changed_base_price_is_told_with_the_price_before(self, partner: Partner, listing: Listing) -> None:
        assert set_base_price(partner, listing, 150) == 200

        (event,) = told("listing.base_price_changed")
        (shown,) = listing.channel_listings.all()
        told_at = event["data"]["attributes"].pop("changed-at")
        listing.refresh_from_db()
        assert told_at == listing.base_price_updated_at.isoformat().replace("+00:00", "Z")
        assert event["data"]["attributes"] == {
            "new-base-price": 150,
            "old-base-price": 120,
            "new-currency": "EUR",
            "old-currency": "EUR",
            "channel-listings": [{"channel": shown.channel, "channel-id": shown.channel_listing_id}],
            "enabled": False,
            "change-source": "user",
            "changed-by": None,
        }
        assert event["data"]["relationships"] == {
            "listing": {"data": {"type": "listings", "id": str(listing.pk)}},
            "user": {"data": {"type": "users", "id": str(listing.owner_id)}},
            "account": {"data": {"type": "accounts", "id": str(shown.account_id)}},
        }
        assert Event.objects.get().application_id == partner.application.pk

    def test_the_credential_of_the_token_is_named(self, partner: Partner, listing: Listing) -> None:
        credential = CredentialFactory(user=listing.owner)
        token = issue_token(partner.application, ["listings:write"], credential)

        assert set_base_price(Partner(partner.application, token=token), listing, 150) == 200

        assert attributes("listing.base_price_changed")[0]["changed-by"] == str(credential.pk)

    def test_the_same_base_price_again_is_not_told(self, partner: Partner, listing: Listing) -> None:
        assert set_base_price(partner, listing, 120) == 200

        assert told() == []

    def test_the_first_base_price_is_told_as_a_created_listing(self, partner: Partner, listing: Listing) -> None:
        Listing.objects.update(base_price=0, base_price_updated_at=None)

        set_base_price(partner, listing, 150)

        assert [event["meta"]["type"] for event in told()] == ["listing.created"]
        assert attributes("listing.created")[0]["base-price"] == 150

    def test_a_refused_change_tells_nothing(self, partner: Partner, listing: Listing) -> None:
        assert set_base_price(partner, listing, 5) == 400

        assert told() == []

    def test_nothing_is_told_if_the_change_is_rolled_back(self, partner: Partner, listing: Listing) -> None:
        with transaction.atomic():
            set_base_price(partner, listing, 150)
            transaction.set_rollback(True)

        assert told() == []

    def test_a_listing_without_a_channel_has_no_account(self, partner: Partner) -> None:
        listing = ListingFactory(owner__application=partner.application, base_price=120)

        set_base_price(partner, listing, 150)

        (event,) = told("listing.base_price_changed")
        assert event["data"]["attributes"]["channel-listings"] == []
        assert event["data"]["relationships"].keys() == {"listing", "user"}


class TestActiveMarket:
    def test_a_listing_that_enters_and_leaves_a_market_is_told_each_time(self, listing: Listing) -> None:
        market = MarketFactory(active=True)
        Listing.objects.update(market=market)
        show_market_activity(Listing.objects.all(), EPOCH)
        Listing.objects.update(market=None)
        show_market_activity(Listing.objects.all(), EPOCH + timedelta(days=1))
        show_market_activity(Listing.objects.all(), EPOCH + timedelta(days=2))

        assert [each["in-active-market"] for each in attributes("listing.in_active_market_changed")] == [True, False]

    def test_a_listing_that_is_not_yet_told_is_not_told_by_its_market(self, listing: Listing) -> None:
        Listing.objects.update(market=MarketFactory(active=True), base_price=0, base_price_updated_at=None)

        show_market_activity(Listing.objects.all(), EPOCH)

        assert told() == []


def test_an_automatic_base_price_is_changed_by_the_system(listing: Listing) -> None:
    Listing.objects.update(base_price=0, base_price_updated_at=None, base_price_is_automatic=True)
    listing.channel_listings.update(price=9000)
    refresh_automatic([listing.pk], EPOCH)

    assert attributes("listing.created")[0]["base-price"] == 90
