"""Recommendations: the suggestions, their status, and GET /listings/<id>/recommendations/."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

import pricing
from customizations.services import customize
from jobs.queue import enqueue
from jobs.worker import JobWorker
from listings.models import ChannelListing, Listing, Market, Recommendation
from listings.services.activation import activate
from listings.services.base_price import refresh_automatic
from listings.services.recommendations import EXPIRES_AFTER, recommend
from tests.factories import ChannelListingFactory, ListingFactory, MarketFactory, ReservationFactory
from tests.partner import Partner
from users.services.users import delete_user

NOW = datetime(2030, 6, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WINTER_DAYS = {"start-date": "2030-12-01", "end-date": "2030-12-31"}
WINTER = {**WINTER_DAYS, "rollover": False, "min-price": 140}
UNRELATED_CHANGES: dict[str, dict[str, Any]] = {
    "min-max-prices": {"max-price": 400},
    "min-stays": {"min-stay": 3},
    "time-based-adjustments": {"seasonal-time-based-adjustments": [{**WINTER_DAYS, "exclude": True}]},
}

pytestmark = pytest.mark.django_db


def suggest(listing: Listing, category: str, **facts: Any) -> Recommendation:
    """Store an open recommendation, in the form in which the daily job stores it."""
    Listing.objects.filter(pk=listing.pk).update(has_suggestions=True)
    return Recommendation.objects.create(
        listing=listing,
        category=category,
        recommendations="Because of the numbers.",
        **{"created_at": NOW, **facts},
    )


def status_of(suggestion: Recommendation) -> str:
    suggestion.refresh_from_db()
    return suggestion.status


@pytest.fixture
def listing(partner: Partner) -> Listing:
    """A listing whose prices are sent to its channel."""
    return ListingFactory(owner__application=partner.application, base_price=120, min_price=90, enabled=True)


@pytest.fixture
def unreadable() -> Listing:
    """A listing in a market with unreadable statistics."""
    market = MarketFactory(active=True, statistics={"as_of": "never"})
    return ChannelListingFactory(listing__market=market, listing__in_active_market=True).listing


@pytest.fixture
def listing_behind_market(partner: Partner) -> Listing:
    """A dear listing without reservations, in a market whose five other listings are fully booked."""
    listing_behind_market, *competitors = [
        ChannelListingFactory(listing__owner__application=partner.application, listing__base_price=120).listing
        for _ in range(6)
    ]
    for competitor in competitors:
        for stay in range(-10, 20):
            check_in = NOW.date() + timedelta(days=4 * stay)
            ReservationFactory(
                listing=competitor,
                account=competitor.channel_listings.get().account,
                check_in=check_in,
                check_out=check_in + 4 * DAY,
                total=40000,
                booked_at=NOW - timedelta(days=60),
            )
    for owned in (listing_behind_market, *competitors):
        activate(Listing.objects.all(), owned.pk, enabled=False, base_price=120, now=NOW)
    activate(Listing.objects.all(), listing_behind_market.pk, enabled=False, base_price=400, now=NOW)
    refresh_automatic([owned.pk for owned in (listing_behind_market, *competitors)], NOW)
    listing_behind_market.refresh_from_db()
    return listing_behind_market


@pytest.fixture
def half_booked(partner: Partner) -> Listing:
    """A listing of which half of the next 60 nights are booked, as in its market. `expect` sets the usual share."""
    shown = ChannelListingFactory(
        listing__owner__application=partner.application, listing__base_price=120, listing__market=MarketFactory()
    )
    ReservationFactory(
        listing=shown.listing, account=shown.account, check_in=NOW.date(), check_out=NOW.date() + 30 * DAY
    )
    return shown.listing


def expect(listing: Listing, usual: float) -> None:
    """Give the listing's market statistics in which the share `usual` of the nights is usually booked by now."""
    market = pricing.MarketStatistics(
        as_of=NOW.date(), currency="EUR", booked_nights=5000, requests=1.2, elasticity=1.6, usual_levels=(100.0,),
        pace=(pricing.BookingPace(0.5, usual, 1.0),) * 90,
    )  # fmt: skip
    assert listing.market_id
    Market.objects.filter(pk=listing.market_id).update(statistics=market.to_dict())


def open_suggestions(listing: Listing) -> dict[str, Recommendation]:
    return {row.category: row for row in listing.recommendations.filter(status="suggested")}


class TestWriting:
    def test_a_listing_behind_its_market_gets_a_lower_suggested_base_price(
        self, listing_behind_market: Listing
    ) -> None:
        recommend(listing_behind_market.pk, NOW)

        suggestion = open_suggestions(listing_behind_market)["base_price"]
        assert suggestion.suggested_base_price
        assert suggestion.initial_base_price
        assert suggestion.suggested_base_price < suggestion.initial_base_price == 400
        assert suggestion.expected_gain
        assert suggestion.expected_gain > 0
        assert f"{suggestion.suggested_base_price}" in suggestion.recommendations
        assert suggestion.created_at == NOW

    def test_enabling_is_suggested_for_a_disabled_listing(self, listing_behind_market: Listing) -> None:
        recommend(listing_behind_market.pk, NOW)

        assert "enable_listing" in open_suggestions(listing_behind_market)

    def test_enabling_is_compared_with_the_base_price_at_the_channel(self, half_booked: Listing) -> None:
        expect(half_booked, usual=0.5)
        ChannelListing.objects.filter(listing=half_booked).update(price=30000)

        recommend(half_booked.pk, NOW)

        suggestion = open_suggestions(half_booked)["enable_listing"]
        assert "the base price of 300 EUR at the channel" in suggestion.recommendations
        assert suggestion.expected_gain
        assert suggestion.expected_gain > 0

    def test_the_channels_min_stay_can_be_too_long(self, half_booked: Listing) -> None:
        expect(half_booked, usual=0.5)
        ChannelListing.objects.filter(listing=half_booked).update(min_stay=5)

        recommend(half_booked.pk, NOW)
        recommend(half_booked.pk, NOW + DAY)

        suggestion = half_booked.recommendations.get(category="min_stay")
        assert (suggestion.suggested_min_stay, suggestion.status) == (2, "suggested")

    def test_an_unchanged_suggestion_is_not_written_again(self, listing_behind_market: Listing) -> None:
        recommend(listing_behind_market.pk, NOW)
        before = open_suggestions(listing_behind_market)

        assert recommend(listing_behind_market.pk, NOW + DAY) == 0
        assert open_suggestions(listing_behind_market) == before

    def test_a_suggestion_with_new_numbers_replaces_the_old_one(self, listing_behind_market: Listing) -> None:
        old = suggest(listing_behind_market, "base_price", suggested_base_price=60, initial_base_price=400)

        recommend(listing_behind_market.pk, NOW + DAY)

        assert status_of(old) == "outdated"
        assert open_suggestions(listing_behind_market)["base_price"].created_at == NOW + DAY

    def test_a_strategy_of_another_tier_replaces_the_old_one(self, half_booked: Listing) -> None:
        expect(half_booked, usual=0.8)
        recommend(half_booked.pk, NOW)
        seek_occupancy = open_suggestions(half_booked)["strategy"]

        assert recommend(half_booked.pk, NOW) == 0
        expect(half_booked, usual=0.2)
        recommend(half_booked.pk, NOW + DAY)

        assert "the tier occupancy" in seek_occupancy.recommendations
        assert status_of(seek_occupancy) == "outdated"
        assert "the tier rate" in open_suggestions(half_booked)["strategy"].recommendations

    def test_a_suggestion_without_support_becomes_outdated(self, listing_behind_market: Listing) -> None:
        gone = suggest(listing_behind_market, "gap_fill")

        recommend(listing_behind_market.pk, NOW + DAY)

        assert status_of(gone) == "outdated"
        assert "gap_fill" not in open_suggestions(listing_behind_market)

    def test_a_rejected_suggestion_is_not_repeated_until_it_would_expire(self, listing_behind_market: Listing) -> None:
        recommend(listing_behind_market.pk, NOW)
        activate(Listing.objects.all(), listing_behind_market.pk, enabled=False, base_price=399, now=NOW)

        recommend(listing_behind_market.pk, NOW + DAY)
        assert "base_price" not in open_suggestions(listing_behind_market)

        recommend(listing_behind_market.pk, NOW + EXPIRES_AFTER)
        assert "base_price" in open_suggestions(listing_behind_market)

    def test_nothing_is_suggested_for_a_deleted_listing(self, listing_behind_market: Listing) -> None:
        delete_user(listing_behind_market.owner, now=NOW)

        assert recommend(listing_behind_market.pk, NOW) == 0
        assert not listing_behind_market.recommendations.exists()

    def test_the_daily_job_writes_suggestions_for_every_priced_listing(self, listing_behind_market: Listing) -> None:
        outside = ListingFactory()

        job = enqueue("write_recommendations", now=NOW)
        JobWorker(clock=lambda: NOW).run_one()

        job.refresh_from_db()
        assert job.state == "succeeded"
        assert open_suggestions(listing_behind_market)
        assert not open_suggestions(outside)

    def test_a_listing_with_unreadable_statistics_does_not_stop_the_others(
        self, unreadable: Listing, listing_behind_market: Listing
    ) -> None:
        job = enqueue("write_recommendations", now=NOW)
        JobWorker(clock=lambda: NOW).run_one()

        job.refresh_from_db()
        assert job.state == "failed"
        assert job.error == f"1 of 2 failed. The first was {unreadable.pk}. The log contains the reasons."
        assert job.progress["recommendations"] == Recommendation.objects.count() > 0
        assert open_suggestions(listing_behind_market)

    def test_the_daily_job_expires_old_suggestions(self, listing: Listing) -> None:
        old = suggest(listing, "base_price", suggested_base_price=100, created_at=NOW - EXPIRES_AFTER)
        young = suggest(listing, "min_price", suggested_min_price=80, created_at=NOW - EXPIRES_AFTER + DAY)

        enqueue("write_recommendations", now=NOW)
        JobWorker(clock=lambda: NOW).run_one()

        assert (status_of(old), old.expired_at) == ("expired", NOW)
        assert status_of(young) == "suggested"


class TestStatus:
    def test_setting_the_suggested_base_price_approves_the_suggestion(self, listing: Listing) -> None:
        suggestion = suggest(listing, "base_price", suggested_base_price=100)

        activate(Listing.objects.all(), listing.pk, enabled=True, base_price=100.2, now=NOW)

        assert (status_of(suggestion), suggestion.approved_at) == ("approved", NOW)

    def test_setting_another_base_price_rejects_the_suggestion(self, listing: Listing) -> None:
        suggestion = suggest(listing, "base_price", suggested_base_price=100)

        customize(Listing.objects.all(), listing.pk, None, {"base_price": 130}, now=NOW)

        assert (status_of(suggestion), suggestion.rejected_at) == ("rejected", NOW)

    def test_setting_the_present_base_price_leaves_the_suggestion_open(self, listing: Listing) -> None:
        suggestion = suggest(listing, "base_price", suggested_base_price=100)

        activate(Listing.objects.all(), listing.pk, enabled=True, base_price=120, now=NOW)

        assert status_of(suggestion) == "suggested"

    def test_setting_the_suggested_minimum_approves_the_suggestion(self, listing: Listing) -> None:
        suggestion = suggest(listing, "min_price", suggested_min_price=80)

        customize(Listing.objects.all(), listing.pk, "min_max_prices", {"min_price": 80.0}, now=NOW)

        assert status_of(suggestion) == "approved"

    def test_a_change_leaves_unrelated_suggestions_open(self, listing: Listing) -> None:
        suggestion = suggest(listing, "min_price", suggested_min_price=80)

        activate(Listing.objects.all(), listing.pk, enabled=True, base_price=100, now=NOW)

        assert status_of(suggestion) == "suggested"

    def test_enabling_the_listing_approves_the_suggestion(self, listing: Listing) -> None:
        suggestion = suggest(listing, "enable_listing")
        Listing.objects.update(enabled=False)

        activate(Listing.objects.all(), listing.pk, enabled=True, now=NOW)

        assert status_of(suggestion) == "approved"

    @pytest.mark.parametrize(
        ("category", "column", "changes"),
        [
            ("gap_fill", "min_stays", {"gap_fill_min_stay": {"enabled": True}}),
            ("strategy", "time_based_adjustments", {"dynamic_time_based_adjustments": {"enabled": True}}),
            (
                "seasonal_min_price",
                "min_max_prices",
                {"seasonal_prices": [{"start_date": "2030-07-01", "end_date": "2030-08-31", "min_price": 140}]},
            ),
        ],
    )
    def test_the_suggested_customization_approves_the_suggestion(
        self, listing: Listing, category: str, column: str, changes: dict[str, Any]
    ) -> None:
        suggestion = suggest(listing, category)

        customize(Listing.objects.all(), listing.pk, column, {"min_stay": 2} if column == "min_stays" else {}, now=NOW)
        assert status_of(suggestion) == "suggested"

        customize(Listing.objects.all(), listing.pk, column, changes, now=NOW)
        assert status_of(suggestion) == "approved"

    @pytest.mark.parametrize(
        ("category", "customization", "present"),
        [
            ("seasonal_min_price", "min-max-prices", {"seasonal-prices": [WINTER]}),
            ("gap_fill", "min-stays", {"gap-fill-min-stay": {"enabled": True}}),
            (
                "strategy",
                "time-based-adjustments",
                {"dynamic-time-based-adjustments": {"enabled": True, "tier": "rate"}},
            ),
        ],
    )
    def test_sending_unchanged_customizations_leaves_the_suggestion_open(
        self, partner: Partner, listing: Listing, category: str, customization: str, present: dict[str, Any]
    ) -> None:
        path = f"/listings/{listing.pk}/customizations/{customization}/"
        type_ = partner.get(path).data["type"]
        before = partner.patch(path, type_, listing.pk, **present).attributes
        suggestion = suggest(listing, category)

        changed = {**before, **UNRELATED_CHANGES[customization]}
        answer = partner.patch(path, type_, listing.pk, **changed)

        assert answer.status == 200, answer.document
        assert answer.attributes != before
        assert status_of(suggestion) == "suggested"


class TestReading:
    def test_recommendations_are_listed_newest_first_with_their_status(
        self, partner: Partner, listing: Listing
    ) -> None:
        rejected = suggest(listing, "base_price", suggested_base_price=100, status="rejected", rejected_at=NOW)
        newer = suggest(
            listing,
            "base_price",
            suggested_base_price=105,
            initial_base_price=120,
            initial_min_price=90,
            expected_gain=480,
            created_at=NOW + DAY,
        )

        answer = partner.get(f"/listings/{listing.pk}/recommendations/")

        assert [row["id"] for row in answer.data] == [str(newer.pk), str(rejected.pk)]
        assert answer.data[0] == {
            "type": "recommendations",
            "id": str(newer.pk),
            "attributes": {
                "listing-id": listing.pk,
                "listing-title": listing.title,
                "status": "suggested",
                "approved-at": None,
                "rejected-at": None,
                "expired-at": None,
                "suggested-base-price": 105,
                "suggested-min-price": None,
                "suggested-seasonal-min-price-pct": None,
                "initial-base-price": 120,
                "initial-min-price": 90,
                "recommendations": "Because of the numbers.",
                "category": "base_price",
                "created-at": "2030-06-04T12:00:00Z",
                "suggested-min-stay": None,
                "expected-gain": 480,
            },
        }

    def test_the_minimum_stay_has_no_category_because_the_contract_has_none_for_it(
        self, partner: Partner, listing: Listing
    ) -> None:
        suggest(listing, "min_stay", suggested_min_stay=2, expected_gain=450)

        [row] = partner.get(f"/listings/{listing.pk}/recommendations/").data

        assert row["attributes"]["category"] is None
        assert row["attributes"]["suggested-min-stay"] == 2

    def test_recommendations_contain_only_the_requested_fields(self, partner: Partner, listing: Listing) -> None:
        suggest(listing, "enable_listing")

        answer = partner.get(f"/listings/{listing.pk}/recommendations/", {"fields[recommendations]": "category"})

        assert answer.data[0]["attributes"] == {"category": "enable_listing"}

    def test_recommendations_are_paginated(self, partner: Partner, listing: Listing) -> None:
        for day in range(3):
            suggest(listing, "base_price", status="outdated", created_at=NOW + day * DAY)

        answer = partner.get(f"/listings/{listing.pk}/recommendations/", {"page[size]": "2", "page[number]": "2"})

        assert len(answer.data) == 1
        assert answer.document["meta"]["pagination"] == {"page": 2, "pages": 2, "count": 3}

    def test_recommendations_of_other_listings_are_not_listed(self, partner: Partner, listing: Listing) -> None:
        suggest(ListingFactory(owner=listing.owner), "base_price")

        assert partner.get(f"/listings/{listing.pk}/recommendations/").data == []

    def test_recommendations_of_another_partners_listing_are_not_found(
        self, other_partner: Partner, listing: Listing
    ) -> None:
        assert other_partner.get(f"/listings/{listing.pk}/recommendations/").status == 404

    def test_a_token_without_the_scope_is_refused(self, partner: Partner, listing: Listing) -> None:
        assert partner.with_scopes("reservations:read").get(f"/listings/{listing.pk}/recommendations/").status == 403

    def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
        self, partner: Partner, listing: Listing, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for day in range(20):
            suggest(listing, "base_price", status="outdated", created_at=NOW + day * DAY)

        # The token, the listing, the count, and the page with the title of the listing.
        with django_assert_num_queries(4):
            partner.get(f"/listings/{listing.pk}/recommendations/")
