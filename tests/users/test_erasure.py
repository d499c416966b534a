"""Rows of deleted users and applications are erased when their retention time is over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.utils import timezone

from audit.models import AuditEntry
from idempotency.models import IdempotencyKey
from jobs.models import Job
from jobs.queue import enqueue
from jobs.running import LeaseLost
from jobs.worker import JobWorker
from listings.models import (
    ChannelCalendar,
    Listing,
    Market,
    PostedNights,
    PricingRules,
    Recommendation,
    UnplacedBooking,
)
from listings.services.markets import refresh_market
from listings.tallies import count_listings
from markets.models import CompsetMember
from oauth.incidents import delete_application
from oauth.models import Application
from oauth.services import create_application, create_personal_access_token
from sync.models import ConnectorDetails
from tests.environment import changed
from tests.factories import (
    EPOCH,
    ApplicationFactory,
    ChannelListingFactory,
    CompsetFactory,
    CredentialFactory,
    ReservationFactory,
    UserFactory,
)
from tests.partner import Partner, issue_token
from users.models import User
from users.services import erasure
from users.services.users import delete_user
from webhooks.models import Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint

pytestmark = pytest.mark.django_db

Run = Callable[[timedelta], None]


def user_with_everything(application: Application) -> User:
    """A user with a row in every table that has data of users."""
    user: User = CredentialFactory(user__application=application).user
    credential = user.credentials.get()
    issue_token(application, ["user:read"], credential)
    create_personal_access_token(credential=credential, name="cron", scopes=["user:read"], now=EPOCH)
    market, _ = Market.objects.get_or_create(city="Lisbon", country="Portugal", currency="EUR")
    endpoint, _ = WebhookEndpoint.objects.get_or_create(
        application=application,
        url="https://example.com/events",
        defaults={"encrypted_secrets": "", "created_at": EPOCH, "updated_at": EPOCH},
    )
    for _ in range(3):
        shown = ChannelListingFactory(listing__owner=user, listing__market=market, listing__address="1 Harbour Street")
        ReservationFactory.create_batch(2, listing=shown.listing, account=shown.account)
        ChannelCalendar.objects.create(listing=shown.listing, first_night=EPOCH.date(), availability="ab")
        PricingRules.objects.create(listing=shown.listing)
        PostedNights.objects.create(channel_listing=shown, pushed_at=EPOCH)
        ConnectorDetails.objects.create(channel_listing=shown)
        UnplacedBooking.objects.create(account=shown.account, channel_reservation_id="1", group="house")
        Recommendation.objects.create(
            listing=shown.listing, category="base_price", recommendations="Raise it.", created_at=EPOCH
        )
        event = Event.objects.create(
            application=application,
            user=user,
            account=shown.account,
            type="listing.created",
            body={},
            occurred_at=EPOCH,
        )
        delivery = WebhookDelivery.objects.create(endpoint=endpoint, event=event, due_at=EPOCH, created_at=EPOCH)
        WebhookAttempt.objects.create(delivery=delivery, at=EPOCH, duration=1)
        IdempotencyKey.objects.create(
            pk=f"{user.pk}-{shown.pk}", application=application, user=user, created_at=EPOCH, leased_until=EPOCH
        )
        compset = CompsetFactory(owner=user, listing=shown.listing, kind="connected")
        CompsetMember.objects.create(compset=compset, listing=shown.listing, place=0)
    return user


def rows() -> dict[str, int]:
    """The number of rows of each table that has any, except those that are not about users."""
    others = {"Job", "Worker", "ListingTally", "AuditEntry", "Market", "Application", "ContentType", "Permission"}
    others.add("WebhookEndpoint")
    counts = {model.__name__: model._default_manager.count() for model in apps.get_models()}
    return {name: count for name, count in counts.items() if count and name not in others}


@pytest.fixture
def run() -> Run:
    """Runs the periodic jobs of erasing as if so much time had passed."""

    def run(later: timedelta) -> None:
        now = timezone.now() + later
        for kind in (erasure.ERASE_DEPARTED_USERS, "erase_deleted_applications"):
            Job.objects.filter(key=kind).delete()
            enqueue(kind, now=now)
        JobWorker(clock=lambda: now).drain()

    return run


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "ROWS_PER_BATCH", 2)


def test_everything_of_a_deleted_user_is_erased_after_the_retention_time(run: Run) -> None:
    user = user_with_everything(ApplicationFactory())
    delete_user(user, now=timezone.now())

    run(timedelta(days=29, hours=23))
    assert Listing.objects.filter(address="1 Harbour Street").count() == 3

    run(timedelta(days=30, minutes=1))
    assert rows() == {}


def test_rows_of_other_users_stay(run: Run) -> None:
    application = ApplicationFactory()
    stays = user_with_everything(application)
    before = rows()
    gone = user_with_everything(application)
    assert rows() == {name: 2 * count for name, count in before.items()}
    delete_user(gone, now=timezone.now())

    run(timedelta(days=31))

    assert rows() == before
    assert set(Listing.objects.values_list("owner", flat=True)) == {stays.pk}
    assert count_listings(application.pk, None) == 3


def test_the_time_is_a_setting(run: Run, settings: LazySettings) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, retention_days=2)
    delete_user(UserFactory(), now=timezone.now())

    run(timedelta(days=1))
    assert User.objects.exists()

    run(timedelta(days=2))
    assert not User.objects.exists()


def test_with_zero_days_the_next_worker_erases_at_once(partner: Partner, settings: LazySettings) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, retention_days=0)
    user = user_with_everything(partner.application)

    assert partner.delete(f"/users/{user.pk}/").status == 204
    JobWorker().drain()

    assert rows() == {"AccessToken": 1}  # the partner's own
    assert partner.get(f"/users/{user.pk}/").status == 404


@pytest.mark.parametrize("batches", [0, 1, 3, 6, 9, 11])
def test_a_run_that_is_killed_is_continued_by_the_next(run: Run, monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    delete_user(user_with_everything(ApplicationFactory()), now=timezone.now())
    steps, done = list(erasure._steps), []

    def killed_after_some(step: erasure.Erase) -> erasure.Erase:
        def erase(user_id: int, limit: int) -> int:
            erased = step(user_id, limit)
            done.append(erased)
            if len(done) > batches:
                raise LeaseLost  # the batch is rolled back
            return erased

        return erase

    monkeypatch.setattr(erasure, "_steps", [killed_after_some(step) for step in steps])
    run(timedelta(days=31))
    assert len(done) == batches + 1
    assert User.objects.exists()

    monkeypatch.setattr(erasure, "_steps", steps)
    run(timedelta(days=31))
    assert rows() == {}


def test_a_run_that_is_stopped_returns_its_job_after_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now() + timedelta(days=31)
    delete_user(user_with_everything(ApplicationFactory()), now=timezone.now())
    job = enqueue(erasure.ERASE_DEPARTED_USERS, now=now)
    steps, worker, erased = list(erasure._steps), JobWorker(clock=lambda: now), []

    def stopped_after_a_batch(user_id: int, limit: int) -> int:
        erased.append(steps[-1](user_id, limit))
        worker.stop()
        return erased[-1]

    monkeypatch.setattr(erasure, "_steps", [stopped_after_a_batch])
    worker.run_one()

    job.refresh_from_db()
    assert (job.state, job.failures, len(erased)) == ("queued", 0, 1)


def test_a_failure_with_one_user_does_not_keep_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, whole = UserFactory.create_batch(2)
    for user in (broken, whole):
        delete_user(user, now=timezone.now())

    def fail(user_id: int, limit: int) -> int:
        if user_id == broken.pk:
            raise ValueError
        return 0

    monkeypatch.setattr(erasure, "_steps", [fail, *erasure._steps])
    run(timedelta(days=31))

    assert list(User.objects.values_list("pk", flat=True)) == [broken.pk]


def test_the_estimates_of_markets_for_the_user_are_erased(run: Run) -> None:
    user = user_with_everything(ApplicationFactory())
    Listing.objects.update(last_successful_sync_at=EPOCH)
    refresh_market(Market.objects.get(), EPOCH)
    assert Market.objects.filter(owner=user).exists()
    delete_user(user, now=timezone.now())

    run(timedelta(days=31))

    assert not Market.objects.exclude(owner=None).exists()


def test_a_personal_application_outlives_its_user(run: Run) -> None:
    application, _ = create_application(name="Robin", mode="personal", email="robin@example.com", now=EPOCH)
    delete_user(User.objects.get(), now=timezone.now())

    run(timedelta(days=31))

    application.refresh_from_db()
    assert application.user is None
    assert not User.objects.exists()


def test_a_deleted_application_is_erased_after_its_users(run: Run) -> None:
    application = ApplicationFactory()
    user_with_everything(application)
    delete_application(application, now=timezone.now(), with_users=True)
    late = UserFactory(application=application)  # by a request that was under way

    run(timedelta(days=1))
    late.refresh_from_db()
    assert late.deleted_at is not None

    run(timedelta(days=40))
    run(timedelta(days=40))
    assert rows() == {}
    assert not Application.objects.exists()
    assert AuditEntry.objects.filter(action="application.deleted").exists()


def test_the_user_of_these_tests_has_a_row_in_every_table_that_depends_on_users() -> None:
    """A new table has to be added to `user_with_everything`, and usually to an erasing step."""
    dependent: set[Any] = {User}
    while True:
        more = {
            field.related_model
            for model in dependent
            for field in model._meta.related_objects
            if field.related_model not in dependent and field.related_model is not Application
        }
        if not more:
            break
        dependent |= more
    unused = {"DeviceGrant", "Grant", "RefreshToken", "IDToken"}

    user_with_everything(ApplicationFactory())

    named = {model.__name__ for model in dependent} - unused - {"Market"}
    assert named == rows().keys()
