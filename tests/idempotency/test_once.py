"""A POST with an Idempotency-Key runs once, and its repetitions get the first answer."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import DatabaseError
from django.utils import timezone

from idempotency import keeper, services
from idempotency.models import IdempotencyKey
from jobs.models import Job
from jobs.queue import enqueue
from jobs.worker import JobWorker
from jsonapi.idempotency import LONGEST_KEY, BadKey, read_key
from oauth.models import AccessToken
from partners.documentation import openapi
from tests.environment import changed
from tests.factories import AccountFactory, ApplicationFactory, ChannelListingFactory, CredentialFactory
from tests.partner import Answer, Partner
from tests.test_access import CASES
from users.models import User
from users.services.users import delete_user

pytestmark = pytest.mark.django_db

ADA: dict[str, Any] = {"first-name": "Ada", "last-name": "Host", "email": "ada@example.com"}
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def create(partner: Partner, key: str = KEY, **changes: Any) -> Answer:
    document = {"data": {"type": "users", "attributes": {**ADA, **changes}}}
    return partner.call("POST", "/users/", document, idempotency_key=key)


def test_a_repetition_gets_the_first_answer(partner: Partner) -> None:
    first = create(partner)
    second = create(partner)

    assert (first.status, first.header("Idempotency-Replayed")) == (201, None)
    assert (second.status, second.header("Idempotency-Replayed")) == (201, "true")
    assert second.response.content == first.response.content
    assert second.header("Location") == first.header("Location")
    assert second.header("Content-Type") == first.header("Content-Type") == "application/vnd.api+json"
    assert second.header("X-Request-ID") != first.header("X-Request-ID")
    assert User.objects.count() == 1


def test_without_a_key_nothing_is_kept(partner: Partner) -> None:
    assert partner.post("/users/", "users", **ADA).status == 201
    assert partner.post("/users/", "users", **ADA).status == 409
    assert not IdempotencyKey.objects.exists()


def test_an_answer_without_a_body_is_replayed(partner: Partner) -> None:
    account = AccountFactory(user__application=partner.application)
    path = f"/users/{account.user_id}/accounts/{account.pk}/refresh/"

    first = partner.call("POST", path, idempotency_key=KEY)
    second = partner.call("POST", path, idempotency_key=KEY)

    assert (first.status, second.status) == (202, 202)
    assert second.header("Idempotency-Replayed") == "true"
    assert second.header("Content-Type") is None
    assert Job.objects.count() == 1


def test_another_body_is_refused(partner: Partner) -> None:
    create(partner)

    answer = create(partner, email="other@example.com")

    assert answer.status == 422
    assert answer.error["code"] == "idempotency_key_reused"
    assert answer.error["source"] == {"header": "Idempotency-Key"}
    assert User.objects.count() == 1


@pytest.mark.parametrize("query", [{}, {"recent_sync_threshold_minutes": "0"}])
def test_another_path_or_query_is_refused(partner: Partner, query: dict[str, str]) -> None:
    account = AccountFactory(user__application=partner.application)
    other = account if query else AccountFactory(user=account.user)

    partner.call("POST", f"/users/{account.user_id}/accounts/{account.pk}/refresh/", idempotency_key=KEY)
    path = f"/users/{account.user_id}/accounts/{other.pk}/refresh/"
    answer = partner.call("POST", path, query=query, idempotency_key=KEY)

    assert (answer.status, answer.error["code"]) == (422, "idempotency_key_reused")


def test_the_slash_at_the_end_makes_no_difference(partner: Partner) -> None:
    create(partner)

    document = {"data": {"type": "users", "attributes": ADA}}
    assert partner.call("POST", "/users", document, idempotency_key=KEY).status == 201


def test_a_key_belongs_to_one_operation(partner: Partner) -> None:
    create(partner)
    account = AccountFactory(user__application=partner.application)

    path = f"/users/{account.user_id}/accounts/{account.pk}/refresh/"
    assert partner.call("POST", path, idempotency_key=KEY).status == 202


def test_a_key_belongs_to_one_application(partner: Partner, other_partner: Partner) -> None:
    assert create(partner).header("Location") != create(other_partner).header("Location")
    assert User.objects.count() == 2


def test_a_key_belongs_to_the_user_of_the_token(partner: Partner) -> None:
    account = AccountFactory(user=CredentialFactory(user__application=partner.application, is_primary=True).user)
    path = f"/users/{account.user_id}/accounts/{account.pk}/refresh/"
    partner.call("POST", path, idempotency_key=KEY)

    as_user = partner.as_user(account.user.credentials.get()).call("POST", path, idempotency_key=KEY)

    assert (as_user.status, as_user.header("Idempotency-Replayed")) == (409, None)  # a sync is queued


def test_a_new_token_of_the_application_gets_the_answer(partner: Partner) -> None:
    create(partner)

    assert create(Partner(partner.application)).header("Idempotency-Replayed") == "true"


def test_access_is_checked_before_a_replay(partner: Partner) -> None:
    create(partner)

    assert create(partner.with_scopes("user:read")).status == 403
    assert create(partner.as_user(CredentialFactory(user__application=partner.application))).status == 403
    AccessToken.objects.all().delete()
    assert create(partner).status == 401


def test_a_replay_is_counted_by_the_rate_limit(settings: LazySettings) -> None:
    settings.RATE_LIMIT_CLOCK = lambda: 12_000_000_000  # a minute of its own
    partner = Partner(ApplicationFactory(rate_limit_per_minute=2))

    assert [create(partner).status for _ in range(3)] == [201, 201, 429]


def test_the_accepted_type_of_the_repetition_counts(partner: Partner) -> None:
    first = create(partner)
    document = {"data": {"type": "users", "attributes": ADA}}

    second = partner.call("POST", "/users/", document, idempotency_key=KEY, accept="application/json")

    assert second.header("Content-Type") == "application/json"
    assert second.response.content == first.response.content


def test_a_refusal_is_replayed(partner: Partner) -> None:
    assert create(partner, email="nobody").status == 400
    again = create(partner, email="nobody")
    assert (again.status, again.header("Idempotency-Replayed")) == (400, "true")

    partner.post("/users/", "users", **ADA)
    assert create(partner, key="taken").status == 409
    User.objects.all().delete()
    assert create(partner, key="taken").status == 409
    assert create(partner, key="another").status == 201


def test_a_temporary_failure_is_not_kept(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    from users.services import users

    with monkeypatch.context() as patch:
        patch.setattr(users, "make_password", lambda password: 1 / 0)
        assert create(partner).status == 500
    assert not IdempotencyKey.objects.exists()

    assert create(partner).status == 201


def test_another_request_may_take_over_when_the_first_was_killed(partner: Partner) -> None:
    create(partner)
    IdempotencyKey.objects.update(answered_at=None, encrypted_answer="", user=None)
    User.objects.all().delete()

    running = create(partner)
    assert (running.status, running.error["code"]) == (409, "idempotency_key_in_use")
    assert running.header("Retry-After") == "2"

    IdempotencyKey.objects.update(leased_until=timezone.now())
    assert create(partner).status == 201
    assert create(partner).header("Idempotency-Replayed") == "true"


def test_a_request_that_lost_its_claim_changes_nothing(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper.DatabaseClaim, "keep", lambda claim, answer, **about: False)

    answer = create(partner)

    assert (answer.status, answer.error["code"]) == (409, "idempotency_key_in_use")
    assert not User.objects.exists()


def test_a_key_is_free_again_after_a_day(partner: Partner) -> None:
    create(partner)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert create(partner).header("Idempotency-Replayed") == "true"

    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24))
    assert create(partner, email="other@example.com").status == 201
    assert create(partner, email="other@example.com").header("Idempotency-Replayed") == "true"


def test_the_time_is_a_setting(partner: Partner, settings: LazySettings) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, idempotency_key_hours=48)
    create(partner)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=47))

    assert create(partner).header("Idempotency-Replayed") == "true"


def test_old_keys_are_purged_in_batches(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "KEYS_PER_BATCH", 2)
    now = timezone.now()
    for number in range(5):
        create(partner, key=f"old-{number}", email=f"{number}@example.com")
    IdempotencyKey.objects.update(created_at=now - timedelta(hours=24))
    create(partner)

    enqueue("purge_idempotency_keys", now=now)
    JobWorker(clock=lambda: now).drain()

    assert IdempotencyKey.objects.count() == 1
    assert create(partner).header("Idempotency-Replayed") == "true"


def test_nothing_readable_is_stored(partner: Partner) -> None:
    create(partner)

    stored = json.dumps(IdempotencyKey.objects.values().get(), default=str)
    assert not any(text in stored for text in ("Ada", "ada@example.com", KEY))


def test_the_answer_about_a_deleted_user_is_erased_but_not_repeated(partner: Partner) -> None:
    user_id = create(partner).data["id"]
    delete_user(User.objects.get(pk=user_id), now=timezone.now())

    answer = create(partner)

    assert (answer.status, answer.error["code"]) == (409, "idempotency_answer_gone")
    assert IdempotencyKey.objects.get().encrypted_answer == ""
    assert User.objects.count() == 1


def test_an_answer_of_a_key_that_was_removed_is_gone(partner: Partner, settings: LazySettings) -> None:
    create(partner)
    other = "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Q="
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, credential_keys=(other,))

    assert create(partner).error["code"] == "idempotency_answer_gone"


@pytest.mark.parametrize("header", ["", '""', '"a', "a b", "a,b", '"ä"', "ä", "x" * (LONGEST_KEY + 1), '"a", "b"'])
def test_a_malformed_key_is_refused(partner: Partner, header: str) -> None:
    answer = create(partner, key=header)

    assert (answer.status, answer.error["code"]) == (400, "idempotency_key_invalid")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("abc", "abc"), ('"abc"', "abc"), (' "abc" ', "abc"), ('"a\\"b\\\\c d"', 'a"b\\c d'),
        ('"abc";version=1', "abc"),
        ("x" * LONGEST_KEY, "x" * LONGEST_KEY), ("MTIz+/=", "MTIz+/="),
    ],
)  # fmt: skip
def test_a_key_is_a_string_with_or_without_quotes(header: str, key: str) -> None:
    assert read_key(header) == key


def test_no_header_is_no_key() -> None:
    assert read_key(None) is None
    with pytest.raises(BadKey):
        read_key("")


POSTS = {
    path: item["post"]
    for path, item in openapi("3.1")["paths"].items()
    if "post" in item and path.startswith("/api/v1/")
}


@pytest.mark.parametrize("path", POSTS)
def test_the_schema_has_the_header_on_every_post(path: str) -> None:
    (parameter,) = [each for each in POSTS[path]["parameters"] if each["in"] == "header"]
    (success,) = [answer for status, answer in POSTS[path]["responses"].items() if status.startswith("2")]

    assert parameter["name"] == "Idempotency-Key"
    assert not parameter.get("required")
    for good in (KEY, f'"{KEY}"', '"a b"', "MTIz+/="):
        assert re.fullmatch(parameter["schema"]["pattern"], good)
    for bad in ("", '""', "a b", "a,b", '"a', "ä"):
        assert not re.fullmatch(parameter["schema"]["pattern"], bad)
    assert "Idempotency-Replayed" in success["headers"]
    assert {"400", "409", "422"} <= POSTS[path]["responses"].keys()


def test_every_post_runs_once() -> None:
    """Also those of views that are added later: PartnerView wraps them."""
    views = [case.view for case in CASES if case.method == "POST"]

    assert len(views) >= len(POSTS) > 0
    assert all(getattr(view.post, "runs_once", False) for view in views)


def test_other_methods_ignore_the_header(partner: Partner) -> None:
    assert partner.get("/users/", idempotency_key="a,b").status == 200


def test_a_failing_release_leaves_the_claim_to_expire(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    from users.services import users

    def fail(claim: Any) -> None:
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(users, "make_password", lambda password: 1 / 0)
        patch.setattr(keeper.DatabaseClaim, "release", fail)
        assert create(partner).status == 500

    assert create(partner).status == 409
    IdempotencyKey.objects.update(leased_until=timezone.now())
    assert create(partner).status == 201


def test_a_key_costs_two_queries_and_a_replay_three(partner: Partner, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(9) as without:  # one of them writes the audit entry
        partner.post("/users/", "users", **{**ADA, "email": "first@example.com"})
    # The tests run in a transaction, where the claim has a savepoint: two statements, and three if it fails.
    with django_assert_num_queries(len(without) + 2 + 2):
        create(partner)
    with django_assert_num_queries(1 + 2 + 3):  # the token; the claim that fails, and the answer
        create(partner)


def test_a_post_without_an_answer_runs_once(partner: Partner) -> None:
    listing = ChannelListingFactory(listing__owner__application=partner.application).listing

    answers = [
        partner.call("POST", f"/listings/{listing.pk}/refresh/", query=None, **{"idempotency-key": KEY})
        for _ in range(2)
    ]

    assert [(answer.status, answer.header("Idempotency-Replayed")) for answer in answers] == [
        (202, None),
        (202, "true"),
    ]
