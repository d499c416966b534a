"""Metadata of the authorization server and of the API, and introspection of tokens."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from oauth.incidents import change_application, disable_application, revoke_all_tokens
from oauth.models import AccessToken, PersonalAccessToken
from oauth.scopes import SCOPES
from oauth.services import create_personal_access_token
from tests.environment import changed
from tests.factories import CredentialFactory
from tests.oauth.token_requests import MakeClient, OAuthClient, post_form
from throttling.counters import storage
from users.models import Credential

pytestmark = pytest.mark.django_db

INACTIVE = {"active": False}


def introspect(client: OAuthClient, token: str, **form: str) -> Any:
    own = {"client_id": client.application.client_id, "client_secret": client.secret, "token": token}
    return post_form(client.http, {**own, **form}, "/o/introspect/").response


def answer(client: OAuthClient, token: str, **form: str) -> Any:
    response = introspect(client, token, **form)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    return json.loads(response.content)


def token_of(client: OAuthClient, **form: Any) -> str:
    return client.bearer(**form)["authorization"].removeprefix("Bearer ")


def test_the_authorization_server_describes_itself() -> None:
    document = Client().get("/.well-known/oauth-authorization-server").json()

    assert document["issuer"] == "http://testserver"
    assert document["grant_types_supported"] == ["client_credentials"]
    assert document["response_types_supported"] == []
    assert document["scopes_supported"] == list(SCOPES)
    for name in ("token_endpoint", "revocation_endpoint", "introspection_endpoint"):
        assert get_resolver().resolve(document[name].removeprefix("http://testserver"))
        methods = document[f"{name}_auth_methods_supported"]
        assert methods == ["client_secret_basic", "client_secret_post"]


def test_the_resource_names_its_authorization_server() -> None:
    document = Client().get("/.well-known/oauth-protected-resource").json()

    assert document["resource"] == "http://testserver"
    assert document["authorization_servers"] == ["http://testserver"]
    assert document["bearer_methods_supported"] == ["header"]


@pytest.mark.parametrize("path", ["oauth-authorization-server", "oauth-protected-resource"])
def test_metadata_is_only_read(path: str) -> None:
    response = Client().post(f"/.well-known/{path}")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert Client().head(f"/.well-known/{path}").status_code == 200


def test_a_401_leads_to_the_metadata() -> None:
    challenge = Client().get("/api/v1/users/")["WWW-Authenticate"]

    url = challenge.partition('resource_metadata="')[2].rstrip('"')
    assert Client().get(url.removeprefix("http://testserver")).json()["resource"] == "http://testserver"


def test_an_app_level_token_is_described(harbour: OAuthClient) -> None:
    token = token_of(harbour, scope="user:read listings:read")

    document = answer(harbour, token)

    stored = AccessToken.objects.get()
    assert document == {
        "active": True,
        "scope": "listings:read user:read",
        "client_id": harbour.application.client_id,
        "token_type": "Bearer",
        "iat": int(stored.created.timestamp()),
        "exp": int(stored.expires.timestamp()),
    }


def test_a_user_scoped_token_names_its_user(harbour: OAuthClient) -> None:
    credential: Credential = CredentialFactory(user__application=harbour.application, is_primary=True)
    token = token_of(harbour, user_id=credential.user_id)
    Credential.objects.update(last_login=None)

    document = answer(harbour, token)

    assert (document["user_id"], document["credential_id"]) == (str(credential.user_id), str(credential.pk))
    credential.refresh_from_db()
    assert credential.last_login is None  # asking is not a use


def test_a_personal_access_token_is_described(harbour: OAuthClient) -> None:
    credential = CredentialFactory(user__application=harbour.application)
    now = timezone.now()
    _, plain = create_personal_access_token(credential=credential, name="cron", scopes=["user:read"], now=now)

    assert answer(harbour, plain)["scope"] == "user:read"
    assert "exp" not in answer(harbour, plain)

    PersonalAccessToken.objects.update(revoked_at=now)
    assert answer(harbour, plain) == INACTIVE


def test_a_lost_scope_is_not_described(harbour: OAuthClient) -> None:
    token = token_of(harbour)
    change_application(harbour.application, enabled_scopes=["user:read"], now=timezone.now())

    assert answer(harbour, token)["scope"] == "user:read"


def test_tokens_that_open_nothing_are_inactive(harbour: OAuthClient) -> None:
    assert answer(harbour, "made-up") == INACTIVE

    expired = token_of(harbour)
    AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert answer(harbour, expired) == INACTIVE

    credential = CredentialFactory(user__application=harbour.application, is_primary=True)
    of_inactive = token_of(harbour, user_id=credential.user_id)
    Credential.objects.update(is_active=False)
    assert answer(harbour, of_inactive) == INACTIVE

    revoked = token_of(harbour)
    revoke_all_tokens(harbour.application, now=timezone.now())
    assert answer(harbour, revoked) == INACTIVE


def test_the_tokens_of_others_are_inactive(harbour: OAuthClient, make_client: MakeClient) -> None:
    assert answer(harbour, token_of(make_client(name="Mountain Stays"))) == INACTIVE


def test_the_hint_changes_nothing(harbour: OAuthClient) -> None:
    token = token_of(harbour)

    assert answer(harbour, token, token_type_hint="refresh_token")["active"]
    assert answer(harbour, token, token_type_hint="access_token")["active"]


def test_the_client_authenticates_as_at_the_token_endpoint(harbour: OAuthClient) -> None:
    token = token_of(harbour)

    assert introspect(harbour, token, client_secret="wrong").status_code == 401
    assert introspect(harbour, "").status_code == 400
    disable_application(harbour.application, now=timezone.now())
    assert introspect(harbour, token).status_code == 401


def test_introspection_counts_for_the_rate_limit(
    harbour: OAuthClient, settings: LazySettings, frozen_clock: list[float]
) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, rate_limit_per_minute=2)
    storage().reset()

    assert [introspect(harbour, "made-up").status_code for _ in range(3)] == [200, 200, 429]
