"""Accounts through the API (contract, *Accounts*), with the sandbox's Hostaway as the channel.

account_conformance.py tests what depends on the channel, for all channels.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from jobs.models import Job
from jsonapi.refusals import NotThere
from oauth.encryption import decrypt
from sandbox.server import RunningSandbox
from sync.models import AccountConnection
from sync.services import accounts as services
from sync.services.accounts import enqueue_sync, refresh_account
from tests.connectors.sandbox_connection import environment_of
from tests.factories import AccountFactory, ChannelListingFactory, UserFactory
from tests.partner import Partner
from users.models import Account, User
from users.services.users import delete_user

CREDENTIALS = {"client_id": "10003", "client_secret": "sandbox-secret"}


@pytest.fixture
def user(partner: Partner, sandbox: RunningSandbox, settings: Settings) -> Any:
    """A user of the partner. Hostaway is the sandbox's."""
    settings.ENVIRONMENT = environment_of(sandbox)
    return UserFactory(application=partner.application)


def connect_account(partner: Partner, user: User, channel: Any = "hostaway", **credentials: Any) -> Any:
    return partner.post(f"/users/{user.pk}/accounts/", "accounts", channel=channel, credentials=credentials)


def refusal(status: str, title: str, detail: str, **meta: str) -> dict:
    error = {"status": status, "title": title, "detail": detail, "source": {"pointer": None}, "meta": meta}
    return {"errors": [error]}


def test_connecting_an_account_queues_its_first_sync(partner: Partner, user: User) -> None:
    answer = connect_account(partner, user, **CREDENTIALS)

    account = Account.objects.get()
    assert answer.status == 201
    assert answer.header("Location") == f"http://testserver/api/v1/users/{user.pk}/accounts/{account.pk}/"
    assert answer.data == {
        "type": "accounts",
        "id": str(account.pk),
        "attributes": {
            "user-id": user.pk,
            "channel": "hostaway",
            "channel-id": "10003",
            "channel-display-id": "10003",
            "label": "Hostaway 10003",
            "email": None,
            "valid": True,
            "nb-enabled-listings": 0,
            "nb-listings": 0,
            "is-pms": True,
            "sync-status": {
                "state": "queued",
                "last-successful-sync-at": None,
                "occupancy-unknown-since": None,
                "error": None,
            },
            "failed-listings": [],
            "updated-at": answer.attributes["updated-at"],
        },
    }
    assert Job.objects.get().arguments["account_id"] == account.pk


def test_credentials_are_encrypted_and_never_returned(partner: Partner, user: User) -> None:
    connect_account(partner, user, **CREDENTIALS)

    account = Account.objects.get()
    assert "sandbox-secret" not in account.connection.encrypted_channel_credentials
    assert decrypt(account.connection.encrypted_channel_credentials) == CREDENTIALS
    shown = partner.get(f"/users/{user.pk}/accounts/").response.content.decode()
    assert "sandbox-secret" not in shown
    assert account.connection.encrypted_channel_credentials not in shown


def test_each_missing_credential_has_its_own_error(partner: Partner, user: User) -> None:
    answer = connect_account(partner, user)

    assert answer.status == 400
    assert answer.document == {
        "errors": [
            {
                "status": "400",
                "title": "Bad Request",
                "detail": f"{name} is required.",
                "source": {"pointer": f"/data/attributes/credentials/{name}"},
                "links": {"about": "/api/v1/errors/required"},
                "code": "required",
            }
            for name in ("client_id", "client_secret")
        ]
    }


@pytest.mark.parametrize("wrong", [{"a": 1}, True, 1.5, "x" * 5000, "line\nbreak", [["nested"]]])
def test_credentials_of_the_wrong_type_are_rejected(partner: Partner, user: User, wrong: Any) -> None:
    answer = connect_account(partner, user, client_id="10003", client_secret=wrong)

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": "/data/attributes/credentials/client_secret"}
    assert answer.error["code"] == "invalid"


def test_an_unknown_channel_is_rejected(partner: Partner, user: User) -> None:
    answer = connect_account(partner, user, channel="shoes")

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": "/data/attributes/channel"}
    assert answer.error["code"] == "invalid_choice"


def test_a_known_but_unsupported_channel_is_rejected(partner: Partner, user: User) -> None:
    answer = connect_account(partner, user, channel="airbnb", token="t")

    assert answer.status == 422
    assert {"errors": answer.errors} == refusal(
        "422",
        "Unprocessable Entity",
        "airbnb is not supported here.",
        channel="airbnb",
        code="channel_not_supported",
    )


def test_credentials_that_the_channel_refuses_create_no_account(partner: Partner, user: User) -> None:
    answer = connect_account(partner, user, client_id="10003", client_secret="wrong")

    assert answer.status == 422
    assert {"errors": answer.errors} == refusal(
        "422",
        "Unprocessable Entity",
        answer.error["detail"],
        channel="hostaway",
        code="invalid_credentials",
    )
    assert not Account.objects.exists()
    assert not Job.objects.exists()


def test_the_same_account_cannot_be_connected_twice(partner: Partner, user: User) -> None:
    connect_account(partner, user, **CREDENTIALS)

    answer = connect_account(partner, user, **CREDENTIALS)

    assert answer.status == 422
    assert {"errors": answer.errors} == refusal(
        "422",
        "Unprocessable Entity",
        "This hostaway account is connected already.",
        channel="hostaway",
        code="already_connected",
    )


def test_an_invalid_account_accepts_new_credentials(partner: Partner, user: User) -> None:
    first = connect_account(partner, user, **CREDENTIALS)
    Account.objects.update(valid=False)
    Job.objects.all().delete()

    again = connect_account(partner, user, **CREDENTIALS)

    assert again.status == 201
    assert again.data["id"] == first.data["id"]
    assert again.attributes["valid"] is True
    assert Job.objects.get().kind == "sync_account"


def test_a_channel_failure_is_answered_with_502(partner: Partner, user: User, sandbox: RunningSandbox) -> None:
    sandbox.faults.add({"kind": "server_error", "channel": "hostaway"})

    answer = connect_account(partner, user, **CREDENTIALS)

    assert answer.status == 502
    assert answer.error["title"] == "Bad Gateway"
    assert answer.error["meta"] == {"channel": "hostaway", "code": "channel_error"}
    assert not Account.objects.exists()


def test_a_channel_timeout_is_answered_with_502(
    partner: Partner, user: User, sandbox: RunningSandbox, settings: Settings
) -> None:
    settings.ENVIRONMENT = environment_of(sandbox, channel_timeout_seconds=0.2)
    sandbox.faults.add({"kind": "slow", "seconds": 2, "channel": "hostaway"})

    answer = connect_account(partner, user, **CREDENTIALS)

    assert answer.status == 502
    assert answer.error["meta"] == {"channel": "hostaway", "code": "channel_timeout"}


def test_connecting_a_deleted_account_again_restores_it(partner: Partner, user: User) -> None:
    first = connect_account(partner, user, **CREDENTIALS).data["id"]
    assert partner.delete(f"/users/{user.pk}/accounts/{first}/").status == 204

    again = connect_account(partner, user, **CREDENTIALS)

    assert again.status == 201
    assert again.data["id"] == first


def test_a_leftover_job_does_not_prevent_a_deleted_account_from_being_restored(partner: Partner, user: User) -> None:
    first = connect_account(partner, user, **CREDENTIALS).data["id"]
    account = Account.objects.get(pk=first)
    partner.delete(f"/users/{user.pk}/accounts/{first}/")
    refresh_account(
        account, recent_sync_threshold_minutes=60, now=timezone.now()
    )  # by a request that read the account before

    again = connect_account(partner, user, **CREDENTIALS)

    assert (again.status, again.data["id"]) == (201, first)
    job = Job.objects.get(key=f"sync_account:{first}", state="queued")
    assert job.arguments == {"account_id": int(first), "recent_sync_threshold_minutes": 0, "first": True}


def test_no_account_is_created_for_a_user_who_is_deleted_during_the_channel_request(
    partner: Partner, user: User
) -> None:
    """The service receives the user as the view read it, before the deletion."""
    asked: Any = {"channel": "hostaway", "credentials": CREDENTIALS}
    known_as = services.ask_channel(user.application_id, **asked)
    delete_user(User.objects.get(pk=user.pk), now=timezone.now())

    with pytest.raises(NotThere), transaction.atomic():
        services.connect_account(user, **asked, known_as=known_as, now=timezone.now())

    assert not Account.objects.exists()
    assert not Job.objects.exists()


def test_a_deleted_account_is_not_found_and_its_listings_are_disabled(partner: Partner) -> None:
    shown = ChannelListingFactory(listing__owner__application=partner.application, listing__enabled=True)
    path = f"/users/{shown.account.user_id}/accounts/{shown.account_id}/"

    assert partner.delete(path).status == 204

    assert partner.get(path).status == 404
    assert partner.get(f"/users/{shown.account.user_id}/accounts/").data == []
    assert not partner.get(f"/listings/{shown.listing_id}/").attributes["enabled"]
    assert not AccountConnection.objects.exists()


def test_deleting_an_account_keeps_a_listing_enabled_that_another_account_shows(partner: Partner) -> None:
    shown = ChannelListingFactory(listing__owner__application=partner.application, listing__enabled=True)
    ChannelListingFactory(listing=shown.listing)

    partner.delete(f"/users/{shown.account.user_id}/accounts/{shown.account_id}/")

    assert partner.get(f"/listings/{shown.listing_id}/").attributes["enabled"]


@pytest.fixture
def account(partner: Partner) -> Account:
    return AccountFactory(user__application=partner.application)


def refresh(partner: Partner, account: Account, **query: Any) -> Any:
    return partner.post(f"/users/{account.user_id}/accounts/{account.pk}/refresh/", query=query)


def test_a_second_refresh_is_a_conflict_while_the_first_is_queued(partner: Partner, account: Account) -> None:
    first, second = refresh(partner, account), refresh(partner, account)

    assert (first.status, first.response.content) == (202, b"")
    assert second.status == 409
    assert second.document == {
        "errors": [
            {
                "status": "409",
                "title": "Conflict",
                "detail": "A sync of this account is queued or running.",
                "source": {"pointer": None},
                "links": {"about": "/api/v1/errors/409"},
            }
        ]
    }
    assert Job.objects.get().arguments["recent_sync_threshold_minutes"] == 60


def test_a_refresh_makes_a_regular_sync_that_is_queued_one_that_somebody_waits_for(
    partner: Partner, account: Account
) -> None:
    later = timezone.now() + timedelta(minutes=10)
    enqueue_sync(
        account, recent_sync_threshold_minutes=60, priority=Job.Priority.REGULAR, now=timezone.now(), due_at=later
    )

    assert refresh(partner, account).status == 409

    job = Job.objects.get()
    assert job.priority == Job.Priority.AWAITED
    assert job.due_at < later


def test_a_refresh_while_a_sync_runs_is_a_conflict(partner: Partner, account: Account) -> None:
    refresh(partner, account)
    Job.objects.update(state="running", leased_until=timezone.now())

    assert refresh(partner, account).status == 409
    status = partner.get(f"/users/{account.user_id}/accounts/{account.pk}/").attributes["sync-status"]
    assert status["state"] == "in_progress"


@pytest.mark.parametrize(("threshold", "minutes"), [("0", 0), ("3093239282", 309323928), ("9" * 5000, 999999999)])
def test_a_threshold_of_any_size_is_accepted(partner: Partner, account: Account, threshold: Any, minutes: int) -> None:
    answer = refresh(partner, account, recent_sync_threshold_minutes=threshold)

    assert answer.status == 202
    assert Job.objects.get().arguments["recent_sync_threshold_minutes"] == minutes


@pytest.mark.parametrize("threshold", ["-1", "1.5", "soon", "", "090", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_a_threshold_that_is_not_a_whole_number_is_rejected(partner: Partner, account: Account, threshold: str) -> None:
    answer = refresh(partner, account, recent_sync_threshold_minutes=threshold)

    assert answer.status == 400
    assert answer.error["source"] == {"parameter": "recent_sync_threshold_minutes"}
    assert not Job.objects.exists()


def test_an_account_counts_only_listings_that_the_channel_still_shows(partner: Partner, account: Account) -> None:
    for enabled, removed_at in [(True, None), (False, None), (True, datetime.now().astimezone())]:
        ChannelListingFactory(
            account=account, listing__owner=account.user, listing__enabled=enabled, removed_at=removed_at
        )

    attributes = partner.get(f"/users/{account.user_id}/accounts/{account.pk}/").attributes

    assert (attributes["nb-listings"], attributes["nb-enabled-listings"]) == (2, 1)


@pytest.mark.parametrize("count", [1, 20])
def test_a_page_of_accounts_costs_five_queries(
    partner: Partner, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    user = UserFactory(application=partner.application)
    AccountFactory.create_batch(count, user=user)

    with django_assert_num_queries(5):  # the token, the user, the count, the page, the failed listings
        assert len(partner.get(f"/users/{user.pk}/accounts/").data) == count
