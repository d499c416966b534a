"""Recommendations: what is suggested, what becomes of it, and GET /listings/<id>/recommendations/."""

from datetime import UTC, datetime, timedelta

import pytest

import pricing
from customizations.services import customize
from jobs.queue import enqueue
from jobs.worker import JobWorker
from listings.models import Listing, Market, Recommendation
from listings.services.activation import activate
from listings.services.base_price import refresh_automatic
from listings.services.recommendations import EXPIRES_AFTER, recommend
from tests.factories import ChannelListingFactory, ListingFactory, MarketFactory, ReservationFactory
from users.services.users import delete_user

NOW = datetime(2030, 6, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WINTER_DAYS = {"start-date": "2030-12-01", "end-date": "2030-12-31"}
WINTER = {**WINTER_DAYS, "rollover": False, "min-price": 140}
OTHERWISE = {
    "min-max-prices": {"max-price": 400},
    "min-stays": {"min-stay": 3},
    "time-based-adjustments": {"seasonal-time-based-adjustments": [{**WINTER_DAYS, "exclude": True}]},
}

pytestmark = pytest.mark.django_db


def suggest(listing, category: str, **facts) -> Recommendation:
    """A recommendation that waits for an answer, as the daily job leaves it."""
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
def listing(partner):
    return ListingFactory(owner__application=partner.application, base_price=120, min_price=90)


@pytest.fixture
def unreadable():
    """In a market whose statistics make no sense."""
    market = MarketFactory(active=True, statistics={"as_of": "never"})
    return ChannelListingFactory(listing__market=market, listing__in_active_market=True).listing


@pytest.fixture
def laggard(partner):
    """Vacant for the next weeks, in a market where its two competitors are booked out."""
    laggard, *competitors = [
        ChannelListingFactory(listing__owner__application=partner.application, listing__base_price=120).listing
        for _ in range(3)
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
    for owned in (laggard, *competitors):
        activate(Listing.objects.all(), owned.pk, enabled=False, base_price=120, now=NOW)
    refresh_automatic([owned.pk for owned in (laggard, *competitors)], NOW)
    laggard.refresh_from_db()
    return laggard


@pytest.fixture
def half_booked(partner):
    """For the next 60 nights, as its market is; `expect` says how much of it usually is by then."""
    shown = ChannelListingFactory(
        listing__owner__application=partner.application, listing__base_price=120, listing__market=MarketFactory()
    )
    ReservationFactory(
        listing=shown.listing, account=shown.account, check_in=NOW.date(), check_out=NOW.date() + 30 * DAY
    )
    return shown.listing


def expect(listing, usual: float) -> None:
    market = pricing.MarketStatistics(
        as_of=NOW.date(), currency="EUR", booked_nights=5000, pace=(pricing.BookingPace(0.5, usual, 1.0),) * 90
    )
    Market.objects.filter(pk=listing.market_id).update(statistics=market.to_dict())


def standing(listing) -> dict[str, Recommendation]:
    return {row.category: row for row in listing.recommendations.filter(status="suggested")}


class TestWriting:
    def test_a_listing_that_lags_behind_its_market_should_cost_less(self, laggard):
        recommend(laggard.pk, NOW)

        suggestion = standing(laggard)["base_price"]
        assert suggestion.suggested_base_price < suggestion.initial_base_price == 120
        assert f"{suggestion.suggested_base_price}" in suggestion.recommendations
        assert suggestion.created_at == NOW

    def test_a_listing_whose_prices_stay_here_should_be_enabled(self, laggard):
        recommend(laggard.pk, NOW)

        assert "enable_listing" in standing(laggard)

    def test_a_suggestion_that_still_holds_is_not_written_again(self, laggard):
        recommend(laggard.pk, NOW)
        before = standing(laggard)

        assert recommend(laggard.pk, NOW + DAY) == 0
        assert standing(laggard) == before

    def test_a_suggestion_whose_numbers_have_moved_is_outdated_by_the_new_one(self, laggard):
        old = suggest(laggard, "base_price", suggested_base_price=60, initial_base_price=120)

        recommend(laggard.pk, NOW + DAY)

        assert status_of(old) == "outdated"
        assert standing(laggard)["base_price"].created_at == NOW + DAY

    def test_a_strategy_of_another_tier_takes_the_place_of_the_old_one(self, half_booked):
        expect(half_booked, usual=0.8)
        recommend(half_booked.pk, NOW)
        seek_occupancy = standing(half_booked)["strategy"]

        assert recommend(half_booked.pk, NOW) == 0
        expect(half_booked, usual=0.2)
        recommend(half_booked.pk, NOW + DAY)

        assert "the tier occupancy" in seek_occupancy.recommendations
        assert status_of(seek_occupancy) == "outdated"
        assert "the tier rate" in standing(half_booked)["strategy"].recommendations

    def test_a_suggestion_that_no_longer_holds_is_outdated(self, laggard):
        gone = suggest(laggard, "gap_fill")

        recommend(laggard.pk, NOW + DAY)

        assert status_of(gone) == "outdated"
        assert "gap_fill" not in standing(laggard)

    def test_what_the_user_has_rejected_is_not_suggested_again_for_a_while(self, laggard):
        recommend(laggard.pk, NOW)
        activate(Listing.objects.all(), laggard.pk, enabled=False, base_price=119, now=NOW)

        recommend(laggard.pk, NOW + DAY)
        assert "base_price" not in standing(laggard)

        recommend(laggard.pk, NOW + EXPIRES_AFTER)
        assert "base_price" in standing(laggard)

    def test_nothing_is_suggested_for_a_listing_that_is_deleted_meanwhile(self, laggard):
        delete_user(laggard.owner, now=NOW)

        assert recommend(laggard.pk, NOW) == 0
        assert not laggard.recommendations.exists()

    def test_the_daily_job_writes_those_of_every_priced_listing(self, laggard):
        outside = ListingFactory()

        job = enqueue("write_recommendations", now=NOW)
        JobWorker(clock=lambda: NOW).run_one()

        job.refresh_from_db()
        assert job.state == "succeeded"
        assert standing(laggard)
        assert not standing(outside)

    def test_one_listing_that_cannot_be_judged_keeps_no_other_from_its_suggestions(self, unreadable, laggard):
        job = enqueue("write_recommendations", now=NOW)
        JobWorker(clock=lambda: NOW).run_one()

        job.refresh_from_db()
        assert job.state == "failed"
        assert job.error == f"1 of 4 broke, {unreadable.pk} first; the log tells why."
        assert job.progress["recommendations"] == Recommendation.objects.count() > 0
        assert standing(laggard)

    def test_the_daily_job_lets_old_ones_expire(self, listing):
        old = suggest(listing, "base_price", suggested_base_price=100, created_at=NOW - EXPIRES_AFTER)
        young = suggest(listing, "min_price", suggested_min_price=80, created_at=NOW - EXPIRES_AFTER + DAY)

        enqueue("write_recommendations", now=NOW)
        JobWorker(clock=lambda: NOW).run_one()

        assert (status_of(old), old.expired_at) == ("expired", NOW)
        assert status_of(young) == "suggested"


class TestAnswers:
    def test_setting_the_suggested_base_price_approves_it(self, listing):
        suggestion = suggest(listing, "base_price", suggested_base_price=100)

        activate(Listing.objects.all(), listing.pk, enabled=False, base_price=100.2, now=NOW)

        assert (status_of(suggestion), suggestion.approved_at) == ("approved", NOW)

    def test_setting_another_base_price_rejects_it(self, listing):
        suggestion = suggest(listing, "base_price", suggested_base_price=100)

        customize(Listing.objects.all(), listing.pk, None, {"base_price": 130}, now=NOW)

        assert (status_of(suggestion), suggestion.rejected_at) == ("rejected", NOW)

    def test_setting_the_same_base_price_as_before_answers_nothing(self, listing):
        suggestion = suggest(listing, "base_price", suggested_base_price=100)

        activate(Listing.objects.all(), listing.pk, enabled=True, base_price=120, now=NOW)

        assert status_of(suggestion) == "suggested"

    def test_setting_the_suggested_minimum_approves_it(self, listing):
        suggestion = suggest(listing, "min_price", suggested_min_price=80)

        customize(Listing.objects.all(), listing.pk, "min_max_prices", {"min_price": 80.0}, now=NOW)

        assert status_of(suggestion) == "approved"

    def test_an_answer_to_one_suggestion_leaves_the_others_standing(self, listing):
        suggestion = suggest(listing, "min_price", suggested_min_price=80)

        activate(Listing.objects.all(), listing.pk, enabled=False, base_price=100, now=NOW)

        assert status_of(suggestion) == "suggested"

    def test_enabling_the_listing_approves_it(self, listing):
        suggestion = suggest(listing, "enable_listing")

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
    def test_the_customization_that_it_asks_for_approves_it(self, listing, category, column, changes):
        suggestion = suggest(listing, category)

        customize(Listing.objects.all(), listing.pk, column, {"min_stay": 2} if column == "min_stays" else {}, now=NOW)
        assert status_of(suggestion) == "suggested"

        customize(Listing.objects.all(), listing.pk, column, changes, now=NOW)
        assert status_of(suggestion) == "approved"

    @pytest.mark.parametrize(
        ("category", "customization", "stands"),
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
    def test_what_stood_before_and_is_sent_again_answers_nothing(
        self, partner, listing, category, customization, stands
    ):
        path = f"/listings/{listing.pk}/customizations/{customization}/"
        type_ = partner.get(path).data["type"]
        before = partner.patch(path, type_, listing.pk, **stands).attributes
        suggestion = suggest(listing, category)

        changed = {**before, **OTHERWISE[customization]}
        answer = partner.patch(path, type_, listing.pk, **changed)

        assert answer.status == 200, answer.document
        assert answer.attributes != before
        assert status_of(suggestion) == "suggested"


class TestReading:
    def test_shows_the_newest_first_with_what_became_of_them(self, partner, listing):
        rejected = suggest(listing, "base_price", suggested_base_price=100, status="rejected", rejected_at=NOW)
        newer = suggest(
            listing,
            "base_price",
            suggested_base_price=105,
            initial_base_price=120,
            initial_min_price=90,
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
            },
        }

    def test_holds_only_the_fields_asked_for(self, partner, listing):
        suggest(listing, "enable_listing")

        answer = partner.get(f"/listings/{listing.pk}/recommendations/", {"fields[recommendations]": "category"})

        assert answer.data[0]["attributes"] == {"category": "enable_listing"}

    def test_comes_in_pages(self, partner, listing):
        for day in range(3):
            suggest(listing, "base_price", status="outdated", created_at=NOW + day * DAY)

        answer = partner.get(f"/listings/{listing.pk}/recommendations/", {"page[size]": "2", "page[number]": "2"})

        assert len(answer.data) == 1
        assert answer.document["meta"]["pagination"] == {"page": 2, "pages": 2, "count": 3}

    def test_does_not_show_those_of_other_listings(self, partner, listing):
        suggest(ListingFactory(owner=listing.owner), "base_price")

        assert partner.get(f"/listings/{listing.pk}/recommendations/").data == []

    def test_of_another_partners_listing_is_not_there(self, other_partner, listing):
        assert other_partner.get(f"/listings/{listing.pk}/recommendations/").status == 404

    def test_needs_the_scope(self, partner, listing):
        assert partner.with_scopes("reservations:read").get(f"/listings/{listing.pk}/recommendations/").status == 403

    def test_a_page_costs_the_same_for_one_row_or_many(self, partner, listing, django_assert_num_queries):
        for day in range(20):
            suggest(listing, "base_price", status="outdated", created_at=NOW + day * DAY)

        # The token, the listing, the count, the page with the listing's title.
        with django_assert_num_queries(4):
            partner.get(f"/listings/{listing.pk}/recommendations/")
