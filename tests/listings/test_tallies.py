"""The counts of listings are exact after every kind of change."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.urls import path
from django.utils import timezone
from django_filters import CharFilter

from jobs.models import Job
from jobs.queue import enqueue
from jobs.worker import JobWorker
from listings.models import Listing, ListingTally
from listings.tallies import COMPACTED_AT_ONCE, COMPACTED_FROM, compact, count_listings
from listings.views.listings import ListingCollection, ListingFilters
from oauth.models import Application
from partners.documentation import openapi
from tests.factories import EPOCH, ListingFactory, UserFactory
from tests.partner import Partner
from users.models import User


@pytest.fixture
def owner(partner: Partner) -> User:
    return UserFactory(application=partner.application)


def tallies_equal_counts(application: Application) -> bool:
    """Whether the sums of the tallies equal the counted rows."""
    live = Listing.objects.filter(application=application, deleted_at=None)
    return [count_listings(application.pk, enabled) for enabled in (None, True, False)] == [
        live.count(),
        live.filter(enabled=True).count(),
        live.filter(enabled=False).count(),
    ]


def test_every_kind_of_write_updates_the_tallies(partner: Partner, other_partner: Partner, owner: User) -> None:
    listings = ListingFactory.create_batch(5, owner=owner)
    assert tallies_equal_counts(partner.application)

    Listing.objects.filter(pk__lte=listings[2].pk).update(enabled=True)
    assert tallies_equal_counts(partner.application)

    listings[0].deleted_at = owner.created_at
    listings[0].save()
    Listing.objects.filter(pk=listings[1].pk).update(title="New", base_price=F("base_price") + 1)
    assert tallies_equal_counts(partner.application)

    listings[4].delete()
    Listing.objects.filter(pk=listings[3].pk).update(application=other_partner.application)
    assert tallies_equal_counts(partner.application)
    assert tallies_equal_counts(other_partner.application)

    more = [ListingFactory.build(owner=owner, pk=pk) for pk in (listings[1].pk, 10**6, 10**6 + 1)]
    Listing.objects.bulk_create(more, update_conflicts=True, unique_fields=["id"], update_fields=["enabled", "title"])
    assert tallies_equal_counts(partner.application)
    assert count_listings(partner.application.pk) == 4


def test_a_write_that_changes_no_count_adds_no_row(partner: Partner, owner: User) -> None:
    ListingFactory(owner=owner)
    before = ListingTally.objects.count()

    Listing.objects.update(title="Renamed", enabled=False)

    assert ListingTally.objects.count() == before


def run_daily_job() -> Job:
    """Run the daily job by a worker."""
    job = enqueue("compact_tallies", now=timezone.now())
    JobWorker().run_one()
    job.refresh_from_db()
    return job


def rows_of(application: Application) -> int:
    return ListingTally.objects.filter(application=application).count()


def test_the_daily_job_replaces_many_rows_by_one_and_changes_no_count(
    partner: Partner, other_partner: Partner, owner: User
) -> None:
    listings = ListingFactory.create_batch(COMPACTED_FROM + 2, owner=owner, created_at=EPOCH)
    listings[0].delete()
    ListingFactory.create_batch(COMPACTED_FROM + 1, owner=owner, enabled=True, created_at=EPOCH)
    ListingFactory(owner=owner, created_at=EPOCH + timedelta(days=1))
    ListingFactory.create_batch(COMPACTED_FROM, owner__application=other_partner.application, created_at=EPOCH)

    job = run_daily_job()

    assert job.state == "succeeded"
    assert tallies_equal_counts(partner.application)
    assert tallies_equal_counts(other_partner.application)
    assert rows_of(partner.application) == 3
    assert rows_of(other_partner.application) == COMPACTED_FROM  # too few to be compacted


def test_no_row_is_left_for_listings_that_were_added_and_deleted(partner: Partner, owner: User) -> None:
    for listing in ListingFactory.create_batch(COMPACTED_FROM, owner=owner, created_at=EPOCH):
        listing.delete()

    run_daily_job()

    assert tallies_equal_counts(partner.application)
    assert rows_of(partner.application) == 0


def test_many_rows_are_compacted_in_slices(partner: Partner) -> None:
    group = {"application": partner.application, "enabled": False, "day": EPOCH.date()}
    ListingTally.objects.bulk_create(ListingTally(**group, change=1) for _ in range(2 * COMPACTED_AT_ONCE + 1))
    bound: list[int] = []

    def count_parameters(
        execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        bound.append(len(parameters or ()))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(count_parameters):
        assert run_daily_job().state == "succeeded"

    assert max(bound) < COMPACTED_AT_ONCE + 10
    assert count_listings(partner.application.pk) == 2 * COMPACTED_AT_ONCE + 1
    assert rows_of(partner.application) == 3


def test_counts_are_exact_between_slices_and_concurrent_rows_stay(partner: Partner, owner: User) -> None:
    ListingFactory.create_batch(10, owner=owner, created_at=EPOCH)
    seen: list[bool] = []

    def add_concurrent_listing() -> None:
        seen.append(tallies_equal_counts(partner.application))
        ListingFactory(owner=owner, created_at=EPOCH)

    compact(partner.application.pk, False, EPOCH.date(), keep_lease=add_concurrent_listing, at_once=4)

    assert seen == [True] * 3
    assert tallies_equal_counts(partner.application)
    assert rows_of(partner.application) == 3 + 3  # the sums and the concurrent rows


def test_a_stopping_worker_leaves_the_job_to_another_worker(partner: Partner, owner: User) -> None:
    ListingFactory.create_batch(COMPACTED_FROM + 1, owner=owner, created_at=EPOCH)
    job = enqueue("compact_tallies", now=timezone.now())
    worker = JobWorker()
    worker.stop()

    worker.run_one()

    job.refresh_from_db()
    assert job.state == "queued"


def test_the_count_of_a_filtered_list_equals_its_rows(partner: Partner, owner: User) -> None:
    ListingFactory.create_batch(3, owner=owner, enabled=True)
    ListingFactory.create_batch(2, owner=owner)

    def count(**query: str) -> int:
        return partner.get("/listings/", query).document["meta"]["pagination"]["count"]

    assert count() == 5
    assert count(**{"filter[enabled]": "true"}) == 3
    assert count(**{"filter[enabled]": "false"}) == 2
    assert count(**{"filter[owner]": str(owner.pk), "filter[enabled]": "true"}) == 3


class ListingsByCity(ListingCollection):
    class Filters(ListingFilters):
        city = CharFilter()

    filterset_class = Filters


def test_a_filter_that_the_tallies_do_not_know_is_counted_without_them(
    partner: Partner, owner: User, settings: Any
) -> None:
    openapi("3.1")  # generated once, from all URLs
    settings.ROOT_URLCONF = (path("api/v1/listings/", ListingsByCity.as_view()),)
    ListingFactory.create_batch(2, owner=owner, city="Porto")
    ListingFactory(owner=owner, city="Lisbon")

    answer = partner.get("/listings/", {"filter[city]": "Porto", "filter[enabled]": "false"})

    assert [listing["attributes"]["city"] for listing in answer.data] == ["Porto", "Porto"]
    assert answer.document["meta"]["pagination"]["count"] == 2
