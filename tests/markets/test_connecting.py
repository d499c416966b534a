"""The comp sets that the server makes for each listing, and their jobs."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from jobs.models import Job
from jobs.queue import enqueue
from jobs.worker import JobWorker
from listings.models import ChannelListing, Listing
from markets.models import Compset, CompsetMember, PublicListing, Scrape
from markets.services import comparables, connecting
from markets.services.connecting import connect_listing, queue_market, queue_new_listings
from tests.factories import (
    EPOCH,
    ChannelListingFactory,
    CompsetFactory,
    ListingFactory,
    PublicListingFactory,
    PublicMarketFactory,
    UserFactory,
)
from users.services.users import delete_user

pytestmark = pytest.mark.django_db

LISBON = {"latitude": "38.71230000", "longitude": "-9.12850000"}
Refresh = Callable[..., None]


def live_listing(**attributes: Any) -> Listing:
    place = {f"listing__{name}": each for name, each in LISBON.items()}
    shown: ChannelListing = ChannelListingFactory(
        **(place | {"listing__bedrooms": 2, "listing__room_type": "entire_home"} | attributes)
    )
    return shown.listing


def set_of(listing: Listing) -> Compset:
    return Compset.objects.get(listing=listing, kind="connected")


def members(listing: Listing) -> list[PublicListing | Listing | None]:
    return [member.public_listing or member.listing for member in set_of(listing).members.order_by("place")]


@pytest.fixture
def refresh() -> Refresh:
    """Runs the weekly job at a time after EPOCH."""

    def run(later: timedelta = timedelta()) -> None:
        Job.objects.filter(key="refresh_compsets").delete()
        enqueue("refresh_compsets", now=EPOCH + later)
        JobWorker(clock=lambda: EPOCH + later).drain()

    return run


class TestMembers:
    def test_the_most_comparable_come_first(self, refresh: Refresh) -> None:
        listing = live_listing()
        far = PublicListingFactory(latitude=38.72)
        room = PublicListingFactory(room_type="Private room")
        large = PublicListingFactory(bedrooms=6)
        equal = PublicListingFactory(price=12000)
        dear = PublicListingFactory(price=24000)

        refresh()

        assert members(listing) == [equal, far, dear, room, large]
        assert (set_of(listing).title, set_of(listing).owner) == (listing.title, listing.owner)

    def test_at_most_20_and_none_beyond_10_km(self, refresh: Refresh) -> None:
        listing = live_listing()
        PublicListingFactory(latitude=38.9)
        near = [PublicListingFactory(latitude=38.7123 + at / 1000) for at in range(25)]

        refresh()

        assert members(listing) == near[:20]

    def test_the_search_widens_until_nothing_outside_can_be_better(
        self, refresh: Refresh, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Homes at the same place that differ much must not shut out one that is like ours, three kilometres away."""
        listing = live_listing()
        PublicListingFactory.create_batch(20, room_type="Private room", bedrooms=5)
        alike = PublicListingFactory(latitude=38.7393, price=12000)

        refresh()

        assert members(listing)[0] == alike

    def test_the_search_reads_only_the_neighbourhood(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        listing = live_listing()
        PublicListingFactory.create_batch(20, price=12000)
        home = comparables.home_of(listing)
        markets = comparables.markets_on_file()
        assert home is not None

        with django_assert_num_queries(3):  # the listing's public id, the owner's other listings, the smallest box
            found = comparables.find_comparables(listing, home, markets)

        assert len(found.comparables) == 20

    def test_listings_that_the_latest_scrapes_did_not_show_are_left_out(self, refresh: Refresh) -> None:
        listing = live_listing()
        market = PublicMarketFactory()
        Scrape.objects.create(market=market, day="2029-12-31", imported_at=EPOCH)
        PublicListingFactory(last_seen_on=date(2029, 11, 1))
        there = PublicListingFactory(last_seen_on=date(2029, 12, 1))

        refresh()

        assert members(listing) == [there]

    def test_other_listings_of_the_owner_are_members_but_only_five(self, refresh: Refresh) -> None:
        listing = live_listing()
        others = [live_listing(listing__owner=listing.owner) for _ in range(7)]
        live_listing(listing__owner=listing.owner, listing__latitude="39.5")
        ListingFactory(owner=listing.owner, **LISBON)  # on no channel

        refresh()

        assert members(listing) == others[:5]

    def test_listings_of_other_owners_are_never_members(self, refresh: Refresh) -> None:
        listing = live_listing()
        live_listing(listing__owner=UserFactory(application=listing.application))
        live_listing()

        refresh()

        assert members(listing) == []
        foreign = CompsetMember.objects.exclude(listing=None).exclude(listing__owner__compsets__members__isnull=True)
        assert not foreign.exists()

    def test_the_listing_itself_is_recognised_in_public_data_and_no_member(self, refresh: Refresh) -> None:
        listing = live_listing(listing__title="Casa do Rio")
        sibling = live_listing(listing__owner=listing.owner, listing__title="Casa do Mar")
        itself = PublicListingFactory(title="casa do rio", latitude=38.7130)
        PublicListingFactory(title="Casa do Mar", latitude=38.7130)
        namesake = PublicListingFactory(title="Casa do Rio", latitude=38.7500)

        refresh()

        assert set_of(listing).matched_public_id == itself.public_id
        assert set(members(listing)) == {sibling, namesake}

    def test_the_id_that_the_channel_tells_is_the_match(self, refresh: Refresh) -> None:
        public, other = PublicListingFactory.create_batch(2)
        listing = live_listing(account__channel="airbnb", channel_listing_id=public.public_id)

        refresh()

        assert set_of(listing).matched_public_id == public.public_id
        assert members(listing) == [other]

    def test_without_public_data_the_set_is_empty(self, refresh: Refresh) -> None:
        listing = live_listing()

        refresh()

        assert members(listing) == []

    def test_a_listing_without_coordinates_has_no_set(self, refresh: Refresh) -> None:
        live_listing(listing__latitude=None)

        refresh()

        assert not Compset.objects.exists()


class TestRefresh:
    def test_a_second_run_changes_nothing(self, refresh: Refresh) -> None:
        listing = live_listing()
        PublicListingFactory.create_batch(3)
        refresh()
        before = (list(Compset.objects.values()), list(CompsetMember.objects.values()))

        refresh(timedelta(hours=1))
        assert (list(Compset.objects.values()), list(CompsetMember.objects.values())) == before

        refresh(timedelta(days=7))
        assert set_of(listing).refreshed_at == EPOCH + timedelta(days=7)
        assert set_of(listing).updated_at == EPOCH
        assert list(CompsetMember.objects.values()) == before[1]

    def test_new_public_listings_become_members_the_next_week(self, refresh: Refresh) -> None:
        listing = live_listing()
        refresh()
        public = PublicListingFactory()

        refresh(timedelta(days=7))

        assert members(listing) == [public]
        assert (set_of(listing).created_at, set_of(listing).updated_at) == (EPOCH, EPOCH + timedelta(days=7))

    def test_the_set_of_a_listing_that_no_channel_shows_is_deleted(self, refresh: Refresh) -> None:
        listing = live_listing()
        custom = CompsetFactory(owner=listing.owner, listing=listing)
        refresh()
        ChannelListing.objects.update(removed_at=EPOCH)

        refresh(timedelta(days=7))

        assert list(Compset.objects.all()) == [custom]

    def test_a_deleted_listing_is_no_member_any_more(self, refresh: Refresh) -> None:
        listing = live_listing()
        live_listing(listing__owner=listing.owner)
        refresh()
        Listing.objects.exclude(pk=listing.pk).update(deleted_at=EPOCH)

        refresh(timedelta(days=7))

        assert members(listing) == []
        assert Compset.objects.count() == 1

    def test_a_listing_that_fails_does_not_stop_the_others(
        self, refresh: Refresh, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken, whole = live_listing(), live_listing()
        find = comparables.find_comparables

        def fail(listing: Listing, *args: Any) -> Any:
            if listing == broken:
                raise ValueError
            return find(listing, *args)

        monkeypatch.setattr(connecting, "find_comparables", fail)
        refresh()

        assert [compset.listing for compset in Compset.objects.all()] == [whole]
        assert Job.objects.get(key="refresh_compsets").state == "failed"

    def test_it_gives_way_after_a_listing_and_goes_on_with_the_next(self, monkeypatch: pytest.MonkeyPatch) -> None:
        listings = [live_listing(), live_listing()]
        worker = JobWorker(clock=lambda: EPOCH)
        connect = connecting.connect_listing

        def stopping(*args: Any) -> int:
            worker.stop()
            return connect(*args)

        job = enqueue("refresh_compsets", now=EPOCH)
        monkeypatch.setattr(connecting, "connect_listing", stopping)
        worker.run_one()

        job.refresh_from_db()
        assert (job.state, job.failures) == ("queued", 0)
        assert [compset.listing for compset in Compset.objects.all()] == listings[:1]

        monkeypatch.setattr(connecting, "connect_listing", connect)
        JobWorker(clock=lambda: EPOCH + timedelta(minutes=1)).drain()
        assert {compset.listing for compset in Compset.objects.all()} == set(listings)


class TestCauses:
    def test_new_listings_of_an_account_get_their_sets_after_its_sync(self) -> None:
        listing = live_listing()
        account = listing.channel_listings.get().account

        with transaction.atomic():
            queue_new_listings(account, EPOCH)
            queue_new_listings(account, EPOCH)
        (job,) = Job.objects.all()
        assert (job.kind, job.account_id, job.user_id) == ("connect_account", account.pk, account.user_id)
        JobWorker(clock=lambda: EPOCH).drain()

        assert set_of(listing)
        queue_new_listings(account, EPOCH)
        assert not Job.objects.filter(state="queued").exists()

    def test_an_import_renews_the_sets_of_the_listings_around_it(self) -> None:
        near, far = live_listing(), live_listing(listing__latitude="48.0")
        for listing in (near, far):
            connect_listing(listing.pk, {}, EPOCH)
        public = PublicListingFactory(latitude=38.7173)

        later = EPOCH + timedelta(hours=1)
        queue_market(public.market_id, later)
        JobWorker(clock=lambda: later).drain()

        assert members(near) == [public]
        assert set_of(far).refreshed_at == EPOCH

    def test_a_market_without_coordinates_renews_nothing(self) -> None:
        queue_market(PublicMarketFactory().pk, EPOCH)

        JobWorker(clock=lambda: EPOCH).drain()

        assert Job.objects.get().state == "succeeded"


def test_a_deleted_user_has_no_sets() -> None:
    listing = live_listing()
    connect_listing(listing.pk, {}, EPOCH)

    delete_user(listing.owner, now=timezone.now())

    assert set_of(listing).deleted_at is not None
    assert connect_listing(listing.pk, {}, EPOCH) == 0
    assert not Compset.objects.exists()
