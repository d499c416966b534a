"""The page of one listing: /console/listings/<id>/."""

import re
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from console.selectors.listing import NIGHTS, ListingPage, listing_page
from jobs.kinds import PUSH_LISTING, REFRESH_LISTING, SYNC_ACCOUNT
from jobs.models import Job
from listings.models import ChannelListing, Listing, Market, PostedNights, PricingRules, Recommendation
from listings.stays import local_date
from pricing import MarketStatistics
from tests.console.conftest import Person
from tests.factories import (
    ApplicationFactory,
    ChannelListingFactory,
    ListingFactory,
    MarketFactory,
    ReservationFactory,
)
from tests.partner import Partner

QUERIES = 7


@pytest.fixture
def market(db: None) -> Market:
    """An active market in which guests pay 100 for an average night in a listing of two bedrooms."""
    statistics = MarketStatistics(as_of=timezone.now().date(), currency="EUR", usual_levels=(60.0, 80.0, 100.0))
    return MarketFactory(active=True, statistics=statistics.to_dict())


@pytest.fixture
def listing(market: Market) -> Listing:
    """A listing of two bedrooms for 120, on a channel that has taken a price of 110 for today only."""
    listing = ListingFactory(in_active_market=True, market=market, bedrooms=2, enabled=True, activations=1)
    shown = ChannelListingFactory(listing=listing)
    PostedNights.objects.create(
        channel_listing=shown,
        nights={str(local_date(listing, timezone.now())): [11000, None, None, None, None]},
        activation=1,
        pushed_at=timezone.now(),
    )
    return listing


@pytest.fixture
def staff(vera: Person) -> Client:
    """A browser in which a viewer is logged in."""
    return vera.log_in().browser


def page_of(listing: Listing, now: datetime | None = None) -> ListingPage:
    page = listing_page(listing.pk, now=now or timezone.now())
    assert page is not None
    return page


def test_it_tells_how_far_the_prices_are_from_the_hosts_own(staff: Client, listing: Listing) -> None:
    assert "that the host asked" not in staff.get(f"/console/listings/{listing.pk}/").content.decode()
    ChannelListing.objects.update(own_price=4000)

    shown = unescape(staff.get(f"/console/listings/{listing.pk}/").content.decode())

    assert "computed, on average 200% above the EUR\N{NO-BREAK SPACE}40 that the host asked at the channel" in shown


class TestCalendar:
    def test_it_shows_the_numbers_of_the_api(self, staff: Client, listing: Listing) -> None:
        PricingRules.objects.create(listing=listing, min_max_prices={"min_price": 125})
        api = Partner(listing.application).get(f"/listings/{listing.pk}/calendar/", {"page[size]": "100"})

        html = staff.get(f"/console/listings/{listing.pk}/").content.decode()

        assert len(api.data) == 100
        for entry in api.data:
            night = entry["attributes"]
            shown = text_of(html, f"factors-{night['date']}")
            assert f"Price EUR {night['price'] // 100}" in shown
            for factor in night["factors"][1:]:
                assert factor["reason"] in shown
                assert f"{factor['amount'] // 100:+}".replace("-", "\N{MINUS SIGN}") in shown
        assert "Raised to the minimum price ×1.04 +5" in text_of(html, f"factors-{api.data[0]['attributes']['date']}")  # noqa: RUF001

    def test_it_has_a_year_of_nights_and_one_of_them_in_the_order_of_tabs(
        self, staff: Client, listing: Listing
    ) -> None:
        html = staff.get(f"/console/listings/{listing.pk}/").content.decode()

        cells = re.findall(r'<td role="gridcell" id="night-([\d-]+)"[^>]* tabindex="(-?\d)"', html)
        today = local_date(listing, timezone.now())
        assert [day for day, _ in cells] == [str(today + timedelta(days=day)) for day in range(NIGHTS)]
        assert [day for day, tabindex in cells if tabindex == "0"] == [str(today)]

    def test_it_marks_where_the_channel_has_another_price(self, staff: Client, listing: Listing) -> None:
        html = staff.get(f"/console/listings/{listing.pk}/").content.decode()

        [marked] = re.findall(r'<td role="gridcell" id="night-([\d-]+)" class="[^"]*differs[^"]*"', html)
        assert marked == str(local_date(listing, timezone.now()))
        assert "the channel has 110" in html

    def test_a_listing_outside_active_markets_says_why_it_has_no_prices(self, staff: Client, listing: Listing) -> None:
        Listing.objects.update(in_active_market=False)

        html = staff.get(f"/console/listings/{listing.pk}/").content.decode()

        assert f"Listing {listing.pk} is not in an active market, so it has no prices." in html
        assert "gridcell" not in html

    def test_a_listing_without_a_base_price_says_so(self, listing: Listing) -> None:
        Listing.objects.update(base_price=0)
        Market.objects.update(statistics={})

        assert page_of(listing).no_prices == f"Listing {listing.pk} has no base price. Set one first."


class TestMarket:
    def test_its_level_is_that_of_listings_of_this_size(self, listing: Listing) -> None:
        page = page_of(listing)

        assert page.no_market is None
        assert {night.market for night in page.market} == {100.0}
        assert [night.night for night in page.market] == [night.date for night in page.nights]

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"market": None}, "The listing is in no market."),
            ({"currency": "USD"}, "The market's prices are in EUR, those of the listing in USD."),
        ],
    )
    def test_it_says_why_there_is_no_level(self, listing: Listing, change: dict[str, Any], sentence: str) -> None:
        Listing.objects.update(**change)

        page = page_of(listing)

        assert page.no_market == sentence
        assert {night.market for night in page.market} == {None}

    def test_a_market_without_paid_bookings_has_no_level(self, listing: Listing) -> None:
        Market.objects.update(statistics=MarketStatistics(as_of=date(2030, 1, 1), currency="EUR").to_dict())

        assert page_of(listing).no_market == (
            "No booking of the market tells its price, so the market has no price level yet."
        )


class TestBookedNights:
    def test_they_are_compared_with_last_year(self, staff: Client, listing: Listing) -> None:
        today = local_date(listing, timezone.now())
        a_year_ago = date(today.year - 1, today.month, 1)
        account = listing.channel_listings.get().account
        for first in (a_year_ago, date(today.year, today.month, 1)):
            ReservationFactory(
                listing=listing, account=account, check_in=first, check_out=first + timedelta(days=3), booked_at=None
            )

        html = unescape(staff.get(f"/console/listings/{listing.pk}/").content.decode())

        assert page_of(listing).months[0].booked == page_of(listing).months[0].last_year == 3
        assert "3 nights are booked from" in html
        assert "in the same months of last year it was 3 in the end" in html

    def test_a_listing_without_stays_says_so(self, staff: Client, listing: Listing) -> None:
        html = staff.get(f"/console/listings/{listing.pk}/").content.decode()

        assert "Nothing is known of last year." in html


class TestRecords:
    def test_syncs_and_pushes_of_the_listing_and_its_accounts_are_listed(self, staff: Client, listing: Listing) -> None:
        account = listing.channel_listings.get().account
        job(f"{SYNC_ACCOUNT}:{account.pk}", arguments={"account_id": account.pk})
        job(f"{REFRESH_LISTING}:{listing.pk}")
        job(f"{PUSH_LISTING}:{listing.pk}", state="failed", error="The channel refused a price of 9.")
        job(f"{PUSH_LISTING}:{listing.pk + 1}", error="This is the job of another listing.")

        page = page_of(listing)
        html = staff.get(f"/console/listings/{listing.pk}/").content.decode()

        assert [each.kind for each in page.jobs] == [PUSH_LISTING, REFRESH_LISTING, SYNC_ACCOUNT]
        assert (page.push.tone, page.push.words) == ("bad", "The last push failed.")
        assert "The channel refused a price of 9." in html
        assert "This is the job of another listing." not in html

    def test_recommendations_are_shown_with_their_state(self, staff: Client, listing: Listing) -> None:
        Recommendation.objects.create(
            listing=listing, category="min_price", status="approved", recommendations="Ask for 90 at least.",
            created_at=timezone.now(), expected_gain=1234,
        )  # fmt: skip
        Recommendation.objects.create(
            listing=listing, category="strategy", status="canceled", recommendations="Sell more nights.",
            created_at=timezone.now(), expected_gain=-40,
        )  # fmt: skip
        Recommendation.objects.create(
            listing=listing, category="gap_fill", recommendations="Open the gaps.", created_at=timezone.now()
        )

        html = staff.get(f"/console/listings/{listing.pk}/").content.decode()

        assert "Ask for 90 at least." in html
        assert '<span class="chip approved">Approved</span>' in html
        assert '<span class="chip canceled">Canceled</span>' in html
        assert "Expected change of revenue: <b>EUR\N{NO-BREAK SPACE}+1,234</b>" in html
        assert "Expected change of revenue: <b>EUR\N{NO-BREAK SPACE}\N{MINUS SIGN}40</b>" in html
        assert html.count("Expected change of revenue") == 2  # it is not known for the gaps

    def test_what_channels_and_accounts_say_is_shown_and_no_secret(self, staff: Client, listing: Listing) -> None:
        shown = listing.channel_listings.get()
        ChannelListing.objects.update(failures=1, failure="The calendar cannot be read.")
        shown.account.connection.error = "Two listings were left out."
        shown.account.connection.save()

        html = staff.get(f"/console/listings/{listing.pk}/").content.decode()

        assert "The calendar cannot be read." in html
        assert "Two listings were left out." in html
        assert shown.account.connection.encrypted_channel_credentials not in html

    def test_what_others_wrote_is_escaped(self, staff: Client, listing: Listing) -> None:
        Listing.objects.update(title="<script>alert(1)</script>", push_error="<img src=x>")

        html = staff.get(f"/console/listings/{listing.pk}/").content.decode()

        assert "<script>alert" not in html
        assert "<img src=x>" not in html


def test_the_number_of_queries_does_not_depend_on_the_data(
    listing: Listing, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(QUERIES):
        page_of(listing)

    for number in range(5):
        shown = ChannelListingFactory(listing=listing)
        job(f"{SYNC_ACCOUNT}:{shown.account_id}")
        day = local_date(listing, timezone.now()) + timedelta(days=number * 3)
        ReservationFactory(listing=listing, account=shown.account, check_in=day, check_out=day + timedelta(days=2))
        Recommendation.objects.create(
            listing=listing, category="base_price", status="expired", recommendations="…", created_at=timezone.now()
        )
    with django_assert_num_queries(QUERIES):
        page_of(listing)


def test_rendering_makes_no_query_for_a_row(staff: Client, listing: Listing) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(f"/console/listings/{listing.pk}/").status_code == 200
        return len(captured)

    before = queries()
    for _ in range(5):
        shown = ChannelListingFactory(listing=listing)
        job(f"{SYNC_ACCOUNT}:{shown.account_id}")

    assert queries() == before


def test_a_listing_that_does_not_exist_is_404(staff: Client) -> None:
    for listing_id in (1, 10**30):
        assert staff.get(f"/console/listings/{listing_id}/").status_code == 404


def test_nobody_sees_a_listing_without_a_login(client: Client, listing: Listing) -> None:
    answer = client.get(f"/console/listings/{listing.pk}/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/console/login/")


def test_a_token_of_the_api_is_no_login(client: Client, listing: Listing) -> None:
    token = Partner(ApplicationFactory()).token

    answer = client.get(f"/console/listings/{listing.pk}/", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 302


def job(key: str, **facts: Any) -> Job:
    now = timezone.now()
    return Job.objects.create(
        kind=key.partition(":")[0], key=key, due_at=now, created_at=now, finished_at=now,
        **{"state": "succeeded", **facts},
    )  # fmt: skip


def text_of(html: str, element_id: str) -> str:
    """The words of a list item, with one space between them."""
    found = re.search(rf'<li id="{element_id}">(.*?)</li>', html, re.DOTALL)
    assert found
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())
