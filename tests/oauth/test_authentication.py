"""The validity of tokens (contract, *Tokens* and *Access rules*)."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from oauth.access import Access
from oauth.models import AccessToken, Application, PersonalAccessToken
from oauth.services import create_personal_access_token, revoke_personal_access_token
from tests.factories import CredentialFactory
from tests.oauth.token_requests import MakeClient, OAuthClient
from users.models import Credential
from users.services.logins import note_login

LISTINGS = "/api/v1/listings/"
METADATA = 'resource_metadata="http://testserver/.well-known/oauth-protected-resource"'
BAD_TOKEN = {
    "errors": [
        {
            "status": "401",
            "title": "Unauthorized",
            "detail": "The access token is invalid, expired or revoked.",
            "source": {"pointer": None},
            "links": {"about": "/api/v1/errors/401"},
        }
    ]
}


def status(oauth_client: OAuthClient, headers: dict[str, str]) -> int:
    return oauth_client.http.get(LISTINGS, headers=headers).status_code


def personal_token(credential: Credential, **arguments: Any) -> tuple[PersonalAccessToken, dict[str, str]]:
    token, plain = create_personal_access_token(
        credential=credential, name="script", scopes=["listings:read"], now=timezone.now(), **arguments
    )
    return token, {"authorization": f"Bearer {plain}"}


@pytest.fixture
def credential(harbour: OAuthClient) -> Credential:
    return CredentialFactory(user__application=harbour.application)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer bpat_wrong",
        "bearer wrong",
        "Bearer two words",
        "Bearer ' OR 1=1 --",
        "Bearer é",
        "Bearer \x00",
        "Bearer " + "a" * 100_000,
    ],
)
def test_an_invalid_token_gets_401_with_a_bearer_challenge(harbour: OAuthClient, header: str) -> None:
    response = harbour.http.get(LISTINGS, headers={"authorization": header})

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == f'Bearer error="invalid_token", {METADATA}'
    assert response.json() == BAD_TOKEN


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic YTpi"}, {"authorization": "Token abc"}])
def test_a_request_without_a_bearer_token_gets_401_that_says_what_to_send(
    harbour: OAuthClient, headers: dict[str, Any]
) -> None:
    response = harbour.http.get(LISTINGS, headers=headers)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == f"Bearer {METADATA}"
    assert response.json()["errors"][0]["detail"] == "Send an access token: Authorization: Bearer <token>."


def test_a_token_in_the_url_is_not_accepted(harbour: OAuthClient) -> None:
    token = harbour.ask().body["access_token"]

    assert harbour.http.get(f"{LISTINGS}?access_token={token}").status_code == 401


def test_the_scheme_bearer_is_case_insensitive(harbour: OAuthClient) -> None:
    token = harbour.ask().body["access_token"]

    assert status(harbour, {"authorization": f"bEARER {token}"}) == 200


class TestAccessToken:
    def test_it_opens_the_api_until_it_expires(self, harbour: OAuthClient) -> None:
        headers = harbour.bearer()
        assert status(harbour, headers) == 200

        AccessToken.objects.update(expires=timezone.now())

        assert status(harbour, headers) == 401

    def test_it_is_invalid_after_its_credential_is_deactivated(
        self, harbour: OAuthClient, credential: Credential
    ) -> None:
        headers = harbour.bearer(user_id=credential.user_id)
        assert status(harbour, headers) == 200

        credential.is_active = False
        credential.save()

        assert status(harbour, headers) == 401

    def test_it_is_invalid_after_its_user_is_deleted(self, harbour: OAuthClient, credential: Credential) -> None:
        headers = harbour.bearer(user_id=credential.user_id)

        credential.user.deleted_at = timezone.now()
        credential.user.save()

        assert status(harbour, headers) == 401

    def test_it_is_invalid_after_its_user_moves_to_another_application(
        self, harbour: OAuthClient, make_client: MakeClient, credential: Credential
    ) -> None:
        headers = harbour.bearer(user_id=credential.user_id)

        credential.user.application = make_client(name="Mountain Stays").application
        credential.user.save()

        assert status(harbour, headers) == 401

    def test_a_token_that_is_restricted_to_an_audience_is_invalid(self, harbour: OAuthClient) -> None:
        headers = harbour.bearer()

        AccessToken.objects.update(resource=["https://elsewhere.example.com"])

        assert status(harbour, headers) == 401

    def test_a_scope_taken_from_the_application_stops_working_immediately(self, harbour: OAuthClient) -> None:
        headers = harbour.bearer()

        Application.objects.update(enabled_scopes=["user:read"])

        assert status(harbour, headers) == 403


class TestPersonalAccessToken:
    def test_it_acts_for_the_user_of_its_credential(self, harbour: OAuthClient, credential: Credential) -> None:
        _, headers = personal_token(credential)

        request: Any = harbour.http.get(LISTINGS, headers=headers).wsgi_request

        assert request.auth == Access(
            application_id=harbour.application.pk,
            user_id=credential.user_id,
            credential_id=credential.pk,
            scopes=frozenset({"listings:read"}),
            read_only=False,
            rate_limit_per_minute=None,
        )

    def test_it_works_without_an_expiry(self, harbour: OAuthClient, credential: Credential) -> None:
        _, headers = personal_token(credential)

        assert status(harbour, headers) == 200

    def test_it_is_invalid_after_it_expires(self, harbour: OAuthClient, credential: Credential) -> None:
        token, headers = personal_token(credential, expires_at=timezone.now() + timedelta(hours=1))
        assert status(harbour, headers) == 200

        PersonalAccessToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())

        assert status(harbour, headers) == 401

    def test_it_is_invalid_after_it_is_revoked(self, harbour: OAuthClient, credential: Credential) -> None:
        token, headers = personal_token(credential)

        revoke_personal_access_token(token, now=timezone.now())

        assert status(harbour, headers) == 401

    def test_it_is_invalid_after_its_credential_is_deactivated(
        self, harbour: OAuthClient, credential: Credential
    ) -> None:
        _, headers = personal_token(credential)

        credential.is_active = False
        credential.save()

        assert status(harbour, headers) == 401

    def test_it_is_invalid_after_its_user_is_deleted(self, harbour: OAuthClient, credential: Credential) -> None:
        _, headers = personal_token(credential)

        credential.user.deleted_at = timezone.now()
        credential.user.save()

        assert status(harbour, headers) == 401

    def test_an_access_token_with_its_prefix_is_invalid(self, harbour: OAuthClient) -> None:
        token = harbour.ask().body["access_token"]

        assert status(harbour, {"authorization": f"Bearer bpat_{token}"}) == 401


class TestAccess:
    """The access that a view receives as `request.auth`."""

    def test_access_of_an_app_level_token(self, harbour: OAuthClient) -> None:
        harbour.application.rate_limit_per_minute = 77
        harbour.application.save()

        request: Any = harbour.http.get(LISTINGS, headers=harbour.bearer(scope="listings:read")).wsgi_request

        assert request.auth == Access(harbour.application.pk, None, None, frozenset({"listings:read"}), False, 77)
        assert request.auth.is_app_level
        assert request.user.is_authenticated

    @pytest.mark.parametrize(("permissions", "read_only"), [("view", True), ("edit", False), ("admin", False)])
    def test_access_of_a_user_scoped_token(self, harbour: OAuthClient, permissions: str, read_only: bool) -> None:
        credential = CredentialFactory(user__application=harbour.application, global_permissions=permissions)
        headers = harbour.bearer(user_id=credential.user_id, scope="listings:read")

        request: Any = harbour.http.get(LISTINGS, headers=headers).wsgi_request
        access = request.auth

        assert access == Access(
            harbour.application.pk,
            credential.user_id,
            credential.pk,
            frozenset({"listings:read"}),
            read_only,
            None,
        )
        assert not access.is_app_level


class TestCost:
    @pytest.fixture
    def one_query_for_the_token(self, django_assert_num_queries: DjangoAssertNumQueries) -> AbstractContextManager[Any]:
        return django_assert_num_queries(1)

    def test_an_access_token_costs_one_query(
        self, harbour: OAuthClient, credential: Credential, one_query_for_the_token: AbstractContextManager[Any]
    ) -> None:
        headers = harbour.bearer(user_id=credential.user_id, scope="user:read")

        with one_query_for_the_token:
            assert status(harbour, headers) == 403

    def test_a_personal_access_token_costs_one_query(
        self, harbour: OAuthClient, credential: Credential, one_query_for_the_token: AbstractContextManager[Any]
    ) -> None:
        _, plain = create_personal_access_token(
            credential=credential, name="script", scopes=["user:read"], now=timezone.now()
        )
        note_login(credential.pk, timezone.now())

        with one_query_for_the_token:
            assert status(harbour, {"authorization": f"Bearer {plain}"}) == 403

    def test_an_invalid_token_costs_one_query(
        self, harbour: OAuthClient, one_query_for_the_token: AbstractContextManager[Any]
    ) -> None:
        with one_query_for_the_token:
            assert status(harbour, {"authorization": "Bearer wrong"}) == 401
