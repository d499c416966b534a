"""`last-login` of a credential: when a token bound to it was last issued or used, to the hour."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oauth.models import AccessToken
from oauth.services import create_personal_access_token
from tests.factories import CredentialFactory
from tests.oauth.token_requests import ask_token
from tests.partner import Partner
from users.models import Credential


@pytest.fixture
def credential(partner: Partner) -> Credential:
    return CredentialFactory(user__application=partner.application)


def shown(partner: Partner, credential: Credential, **query: str) -> dict[str, str]:
    (resource,) = partner.get(f"/users/{credential.user_id}/credentials/", query).data
    return resource.get("attributes", {})


def last_login(credential: Credential) -> object:
    credential.refresh_from_db()
    return credential.last_login


@pytest.mark.parametrize("plans", [True, False])
def test_it_is_left_out_while_there_is_none(
    partner: Partner, credential: Credential, settings: object, plans: bool
) -> None:
    settings.RENDER_PLANS = plans  # type: ignore[attr-defined]

    assert "last-login" not in shown(partner, credential)
    assert shown(partner, credential, **{"fields[credentials]": "last-login"}) == {}
    assert shown(partner, credential, **{"fields[credentials]": "last-login,email"}) == {"email": credential.email}

    Credential.objects.update(last_login="2030-01-01T12:00:00Z")
    assert shown(partner, credential)["last-login"] == "2030-01-01T12:00:00Z"
    assert list(shown(partner, credential)) == [
        "created-at", "last-login", "credential-type", "global-permissions", "email",
    ]  # fmt: skip


def test_it_is_set_when_a_token_is_used(partner: Partner, credential: Credential) -> None:
    start = timezone.now()

    assert partner.as_user(credential).get("/users/").status == 200

    noted = last_login(credential)
    assert start <= noted <= timezone.now()  # type: ignore[operator]


def test_it_is_set_when_a_token_is_issued(client: Client, partner: Partner, credential: Credential) -> None:
    partner.application.client_secret = "secret"
    partner.application.save()

    answer = ask_token(client, partner.application.client_id, "secret", user_id=credential.user_id)

    assert answer.status == 200
    assert last_login(credential) is not None


def test_it_is_set_by_personal_access_tokens(client: Client, credential: Credential) -> None:
    _, plain = create_personal_access_token(
        credential=credential, name="cron", scopes=["user:read"], now=timezone.now()
    )

    assert client.get("/api/v1/users/", headers={"authorization": f"Bearer {plain}"}).status_code == 200

    assert last_login(credential) is not None


def test_app_level_tokens_and_refused_ones_do_not_set_it(partner: Partner, credential: Credential) -> None:
    refused = partner.as_user(credential)
    AccessToken.objects.filter(user=credential).update(expires=timezone.now())

    assert partner.get(f"/users/{credential.user_id}/").status == 200
    assert refused.get("/users/").status == 401

    assert last_login(credential) is None


def test_it_is_written_at_most_once_an_hour_and_costs_no_query_otherwise(
    partner: Partner, credential: Credential
) -> None:
    as_user = partner.as_user(credential)

    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            as_user.get(f"/users/{credential.user_id}/")
        return [query["sql"].split()[0] for query in captured]

    assert statements() == ["SELECT", "UPDATE", "SELECT"]
    noted = last_login(credential)
    assert statements() == ["SELECT", "SELECT"]
    assert last_login(credential) == noted

    Credential.objects.update(last_login=timezone.now() - timedelta(minutes=61))
    assert statements() == ["SELECT", "UPDATE", "SELECT"]
    assert last_login(credential) > noted  # type: ignore[operator]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_cannot_be_written_does_not_fail_the_request(
    partner: Partner, credential: Credential, caplog: pytest.LogCaptureFixture
) -> None:
    as_user = partner.as_user(credential)
    switch = "PRAGMA query_only = {}" if connection.vendor == "sqlite" else "SET default_transaction_read_only = {}"
    connection.cursor().execute(switch.format("on"))
    try:
        assert as_user.get("/users/").status == 200
    finally:
        connection.cursor().execute(switch.format("off"))

    assert f"The login of credential {credential.pk} is not noted" in caplog.text
    assert last_login(credential) is None
