"""The list of listings: /console/listings/."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from console.selectors.listings import ROWS, ListingsPage, Search, listings_page
from jobs.kinds import PUSH_LISTING
from jobs.models import Job
from listings.models import Listing, PostedNights
from tests.console.conftest import Person
from tests.factories import AccountFactory, ChannelListingFactory, ListingFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(vera: Person) -> Client:
    """A browser in which a viewer is logged in."""
    return vera.log_in().browser


@pytest.fixture
def villa() -> Listing:
    """Bea Moreno's villa in Porto, which Coliving shows. Prices are pushed, and its market is active."""
    owner = UserFactory(first_name="Bea", last_name="Moreno", email="bea@example.org")
    listing = ListingFactory(
        owner=owner, title="Villa Douro", city="Porto", enabled=True, in_active_market=True, base_price=240
    )
    account = AccountFactory(user=owner, channel="coliving", label="Bea's houses", channel_account_id="acc-77")
    ChannelListingFactory(listing=listing, account=account, channel_listing_id="house-501")
    return listing


@pytest.fixture(autouse=True)
def flat() -> Listing:
    """Another owner's flat in Lisbon, which Hostaway shows. It differs in everything from the villa."""
    return ChannelListingFactory(listing__title="Flat Alfama").listing


def titles(**search: str) -> list[str]:
    return [row.listing.title for row in found(**search).rows]


def found(**search: str) -> ListingsPage:
    return listings_page(Search.of(search), "1")


@pytest.mark.parametrize(
    "search",
    [
        {"q": "douro"}, {"q": "Bea Moreno"}, {"q": "bea@example.org"}, {"q": "house-501"}, {"q": "acc-77"},
        {"q": "Bea's houses"}, {"city": "port"}, {"market": "yes"}, {"syncing": "yes"}, {"channel": "coliving"},
        {"q": "villa", "city": "porto", "market": "yes", "syncing": "yes", "channel": "coliving"},
    ],
    ids=str,
)  # fmt: skip
def test_a_search_finds_the_villa_only(villa: Listing, search: dict[str, str]) -> None:
    assert titles(**search) == ["Villa Douro"]


@pytest.mark.parametrize(
    "search", [{"market": "no"}, {"syncing": "no"}, {"channel": "hostaway"}, {"city": "LISBON"}], ids=str
)
def test_the_opposite_finds_the_flat_only(villa: Listing, search: dict[str, str]) -> None:
    assert titles(**search) == ["Flat Alfama"]


def test_a_listing_is_found_by_its_id(villa: Listing) -> None:
    assert "Villa Douro" in titles(q=str(villa.pk))


@pytest.mark.parametrize("text", ["\0", "%", "_", "'; DROP TABLE listings_listing; --", "9" * 40, "x" * 5000, "١٢"])
def test_any_text_may_be_searched(villa: Listing, staff: Client, text: str) -> None:
    assert staff.get("/console/listings/", {"q": text, "city": text}).status_code == 200


def test_unknown_choices_ask_for_nothing(villa: Listing) -> None:
    assert len(titles(market="maybe", syncing="1", channel="teletext")) == 2


def test_deleted_listings_are_left_out(villa: Listing) -> None:
    Listing.objects.filter(pk=villa.pk).update(deleted_at=timezone.now())

    assert titles() == ["Flat Alfama"]


class TestLastPush:
    def test_it_is_when_the_channel_took_the_prices(self, villa: Listing) -> None:
        pushed_at = timezone.now() - timedelta(hours=3)
        take_prices(villa, pushed_at)

        [row] = found(q="villa").rows

        assert (row.push.words, row.push.at) == ("The channel took the prices.", pushed_at)

    def test_it_says_why_the_channel_did_not(self, villa: Listing, staff: Client) -> None:
        Listing.objects.filter(pk=villa.pk).update(push_error="The channel refused 9 nights.")
        push(villa, state="failed")

        assert "The channel refused 9 nights." in staff.get("/console/listings/").content.decode()

    def test_the_newest_job_tells_whether_prices_are_being_sent(self, villa: Listing) -> None:
        push(villa, state="failed")
        push(villa, state="running")

        [row] = found(q="villa").rows

        assert row.push.words == "Prices are being sent."


def test_a_long_list_has_pages_that_keep_the_search(staff: Client) -> None:
    ListingFactory.create_batch(ROWS, title="Cabin", owner=UserFactory())

    answer = staff.get("/console/listings/", {"q": "cab in", "page": "1"}).content.decode()
    everything = staff.get("/console/listings/").content.decode()

    assert f"{ROWS} listings" in answer
    assert 'rel="next"' not in answer
    assert '<a rel="next" href="?page=2">' in everything
    assert listings_page(Search.of({"q": "ada h", "syncing": "no"}), "").search.query == "q=ada+h&syncing=no&"


@pytest.mark.parametrize(("number", "shown"), [("2", 1), ("999", 1), ("", ROWS), ("x", ROWS), ("-1", 1)])
def test_any_page_may_be_asked_for(number: str, shown: int) -> None:
    ListingFactory.create_batch(ROWS, owner=UserFactory())

    assert len(listings_page(Search(), number).rows) == shown


def test_the_number_of_queries_does_not_depend_on_the_rows(
    villa: Listing, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):  # the count, the rows, and their channels
        found()

    for _ in range(10):
        take_prices(ChannelListingFactory().listing, timezone.now())
    with django_assert_num_queries(3):
        found()


def test_nobody_sees_listings_without_a_login(client: Client) -> None:
    assert client.get("/console/listings/").status_code == 302


def take_prices(listing: Listing, now: datetime) -> None:
    PostedNights.objects.create(channel_listing=listing.channel_listings.get(), pushed_at=now)


def push(listing: Listing, **facts: Any) -> Job:
    now = timezone.now()
    return Job.objects.create(
        kind=PUSH_LISTING, key=f"{PUSH_LISTING}:{listing.pk}", due_at=now, created_at=now, **facts
    )
