"""Recommendations of listings that are not sent to a channel, and of listings that are no longer priced."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from audit.models import AuditEntry
from customizations.services import customize
from listings.models import ChannelListing, Listing, Market, Recommendation
from listings.services.channel_listings import remove_listings
from listings.services.markets import show_market_activity
from listings.services.recommendations import cancel, complete, recommend
from sync.services.accounts import delete_account
from tests.factories import ChannelListingFactory, MarketFactory
from users.services.users import delete_user

NOW = datetime(2030, 6, 3, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown() -> ChannelListing:
    """A listing on one channel, in an active market, whose prices are not sent."""
    return ChannelListingFactory(
        listing__base_price=120,
        listing__market=MarketFactory(active=True),
        listing__in_active_market=True,
        listing__has_suggestions=True,
    )


@pytest.fixture
def suggestion(shown: ChannelListing) -> Recommendation:
    return written(shown)


def written(shown: ChannelListing, category: str = "base_price", status: str = "suggested") -> Recommendation:
    return Recommendation.objects.create(
        listing=shown.listing, category=category, status=status, suggested_base_price=150, created_at=NOW
    )


def status_of(suggestion: Recommendation) -> str:
    suggestion.refresh_from_db()
    return suggestion.status


def set_base_price(shown: ChannelListing, base_price: int) -> None:
    customize(Listing.objects.all(), shown.listing_id, None, {"base_price": base_price}, now=NOW)


class TestCompleted:
    def test_where_nothing_is_sent_an_applied_suggestion_is_completed_at_once(
        self, shown: ChannelListing, suggestion: Recommendation
    ) -> None:
        set_base_price(shown, 150)

        assert (status_of(suggestion), suggestion.approved_at) == ("suggestion_completed", NOW)
        entries = AuditEntry.objects.filter(resource_type="recommendations").order_by("id")
        assert [(entry.action, entry.changes["status"]) for entry in entries] == [
            ("recommendation.approved", ["suggested", "approved"]),
            ("recommendation.completed", ["approved", "suggestion_completed"]),
        ]

    def test_a_suggested_min_stay_is_followed_by_setting_it(self, shown: ChannelListing) -> None:
        suggestion = written(shown, "min_stay")
        Recommendation.objects.update(suggested_min_stay=2)

        customize(Listing.objects.all(), shown.listing_id, "min_stays", {"min_stay": 2}, now=NOW)

        assert status_of(suggestion) == "suggestion_completed"

    def test_another_min_stay_rejects_it(self, shown: ChannelListing) -> None:
        suggestion = written(shown, "min_stay")
        Recommendation.objects.update(suggested_min_stay=2)

        customize(Listing.objects.all(), shown.listing_id, "min_stays", {"min_stay": 3}, now=NOW)

        assert status_of(suggestion) == "rejected"

    def test_completing_twice_changes_nothing(self, shown: ChannelListing) -> None:
        suggestion = written(shown, status="approved")

        complete(shown.listing, NOW)
        complete(shown.listing, NOW)

        assert status_of(suggestion) == "suggestion_completed"
        assert AuditEntry.objects.count() == 1

    def test_a_push_of_a_listing_without_suggestions_makes_no_query(
        self, shown: ChannelListing, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        shown.listing.has_suggestions = False

        with django_assert_num_queries(0):
            complete(shown.listing, NOW)

    def test_an_applied_suggestion_waits_for_its_push_over_the_daily_job(self, shown: ChannelListing) -> None:
        applied = written(shown, "gap_fill", status="approved")

        recommend(shown.listing_id, NOW + timedelta(days=1))

        shown.listing.refresh_from_db()
        assert status_of(applied) == "approved"
        assert shown.listing.has_suggestions  # so that the push looks for it


def leave_the_market(shown: ChannelListing) -> None:
    Market.objects.filter(listings=shown.listing).update(active=False)
    show_market_activity(Listing.objects.all(), NOW)


def be_removed_at_the_channel(shown: ChannelListing) -> None:
    remove_listings(shown.account, [shown.channel_listing_id], NOW)


def lose_its_account(shown: ChannelListing) -> None:
    delete_account(shown.account, now=NOW)


def lose_its_user(shown: ChannelListing) -> None:
    delete_user(shown.listing.owner, now=NOW)


DEPARTURES = [leave_the_market, be_removed_at_the_channel, lose_its_account, lose_its_user]


class TestCanceled:
    @pytest.mark.parametrize("depart", DEPARTURES, ids=lambda depart: depart.__name__)
    def test_a_listing_that_is_no_longer_priced_has_no_open_suggestions(
        self, shown: ChannelListing, suggestion: Recommendation, depart: Callable[[ChannelListing], None]
    ) -> None:
        answered = written(shown, "min_price", status="rejected")
        elsewhere = MarketFactory(active=True, city="Porto")
        stays = written(
            ChannelListingFactory(
                listing__market=elsewhere, listing__in_active_market=True, listing__has_suggestions=True
            )
        )

        depart(shown)

        assert status_of(suggestion) == "canceled"
        assert status_of(answered) == "rejected"
        assert status_of(stays) == "suggested"
        entry = AuditEntry.objects.get(action="recommendation.canceled")
        assert entry.resource == f"recommendations/{suggestion.pk}"
        assert entry.changes == {"status": ["suggested", "canceled"]}
        assert entry.owner_user_id == shown.listing.owner_id

    @pytest.mark.parametrize(
        "depart", [be_removed_at_the_channel, lose_its_account], ids=lambda depart: depart.__name__
    )
    def test_a_listing_that_another_account_shows_keeps_its_suggestions(
        self, shown: ChannelListing, suggestion: Recommendation, depart: Callable[[ChannelListing], None]
    ) -> None:
        ChannelListingFactory(listing=shown.listing)

        depart(shown)

        assert status_of(suggestion) == "suggested"

    def test_canceling_twice_changes_nothing(self, shown: ChannelListing, suggestion: Recommendation) -> None:
        cancel(Listing.objects.all(), NOW)
        cancel(Listing.objects.all(), NOW)

        assert status_of(suggestion) == "canceled"
        assert AuditEntry.objects.count() == 1

    def test_a_listing_that_comes_back_gets_new_suggestions(
        self, shown: ChannelListing, suggestion: Recommendation
    ) -> None:
        leave_the_market(shown)
        Market.objects.update(active=True)
        show_market_activity(Listing.objects.all(), NOW)

        written(shown)  # the constraint allows one open suggestion of a category

        assert list(shown.listing.recommendations.order_by("id").values_list("status", flat=True)) == [
            "canceled",
            "suggested",
        ]
