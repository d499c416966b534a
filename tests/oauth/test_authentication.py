"""Which tokens open the API, and for how long (contract, *Tokens* and *Access rules*)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oauth.access import Access
from oauth.models import AccessToken, Application, PersonalAccessToken
from oauth.services import create_personal_access_token, revoke_personal_access_token
from tests.factories import CredentialFactory

LISTINGS = "/api/v1/listings/"
BAD_TOKEN = {
    "errors": [
        {
            "status": "401",
            "title": "Unauthorized",
            "detail": "The access token is invalid, expired or revoked.",
            "source": {"pointer": None},
        }
    ]
}


def status(oauth_client, headers):
    return oauth_client.http.get(LISTINGS, headers=headers).status_code


def personal_token(credential, **arguments):
    token, plain = create_personal_access_token(
        credential=credential, name="script", scopes=["listings:read"], now=timezone.now(), **arguments
    )
    return token, {"authorization": f"Bearer {plain}"}


@pytest.fixture
def credential(harbour):
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
def test_a_bad_token_is_a_401_that_asks_for_bearer(harbour, header):
    response = harbour.http.get(LISTINGS, headers={"authorization": header})

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json() == BAD_TOKEN


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic YTpi"}, {"authorization": "Token abc"}])
def test_no_bearer_token_is_a_401_that_says_what_to_send(harbour, headers):
    response = harbour.http.get(LISTINGS, headers=headers)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["errors"][0]["detail"] == "Send an access token: Authorization: Bearer <token>."


def test_a_token_in_the_url_is_not_taken(harbour):
    token = harbour.ask().body["access_token"]

    assert harbour.http.get(f"{LISTINGS}?access_token={token}").status_code == 401


def test_the_word_bearer_may_be_written_in_any_case(harbour):
    token = harbour.ask().body["access_token"]

    assert status(harbour, {"authorization": f"bEARER {token}"}) == 200


class TestAccessToken:
    def test_it_opens_the_api_until_it_expires(self, harbour):
        headers = harbour.bearer()
        assert status(harbour, headers) == 200

        AccessToken.objects.update(expires=timezone.now())

        assert status(harbour, headers) == 401

    def test_it_ends_with_its_credential(self, harbour, credential):
        headers = harbour.bearer(user_id=credential.user_id)
        assert status(harbour, headers) == 200

        credential.is_active = False
        credential.save()

        assert status(harbour, headers) == 401

    def test_it_ends_with_its_user(self, harbour, credential):
        headers = harbour.bearer(user_id=credential.user_id)

        credential.user.deleted_at = timezone.now()
        credential.user.save()

        assert status(harbour, headers) == 401

    def test_it_ends_when_the_user_is_another_applications(self, harbour, make_client, credential):
        headers = harbour.bearer(user_id=credential.user_id)

        credential.user.application = make_client(name="Mountain Stays").application
        credential.user.save()

        assert status(harbour, headers) == 401

    def test_one_that_is_restricted_to_an_audience_is_not_for_this_api(self, harbour):
        headers = harbour.bearer()

        AccessToken.objects.update(resource=["https://elsewhere.example.com"])

        assert status(harbour, headers) == 401

    def test_a_scope_that_the_application_lost_is_lost_at_once(self, harbour):
        headers = harbour.bearer()

        Application.objects.update(enabled_scopes=["user:read"])

        assert status(harbour, headers) == 403


class TestPersonalAccessToken:
    def test_it_opens_the_api_as_its_credentials_user(self, harbour, credential):
        _, headers = personal_token(credential)

        request = harbour.http.get(LISTINGS, headers=headers).wsgi_request

        assert request.auth == Access(
            application_id=harbour.application.pk,
            user_id=credential.user_id,
            credential_id=credential.pk,
            scopes=frozenset({"listings:read"}),
            read_only=False,
            rate_limit_per_minute=None,
        )

    def test_it_needs_no_expiry(self, harbour, credential):
        _, headers = personal_token(credential)

        assert status(harbour, headers) == 200

    def test_it_ends_when_it_expires(self, harbour, credential):
        token, headers = personal_token(credential, expires_at=timezone.now() + timedelta(hours=1))
        assert status(harbour, headers) == 200

        PersonalAccessToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())

        assert status(harbour, headers) == 401

    def test_it_ends_when_it_is_revoked(self, harbour, credential):
        token, headers = personal_token(credential)

        revoke_personal_access_token(token, now=timezone.now())

        assert status(harbour, headers) == 401

    def test_it_ends_with_its_credential(self, harbour, credential):
        _, headers = personal_token(credential)

        credential.is_active = False
        credential.save()

        assert status(harbour, headers) == 401

    def test_it_ends_with_its_user(self, harbour, credential):
        _, headers = personal_token(credential)

        credential.user.deleted_at = timezone.now()
        credential.user.save()

        assert status(harbour, headers) == 401

    def test_an_access_token_with_its_prefix_is_none(self, harbour):
        token = harbour.ask().body["access_token"]

        assert status(harbour, {"authorization": f"Bearer bpat_{token}"}) == 401


class TestAccess:
    """What the views get to know of a token."""

    def test_of_an_app_level_token(self, harbour):
        harbour.application.rate_limit_per_minute = 77
        harbour.application.save()

        request = harbour.http.get(LISTINGS, headers=harbour.bearer(scope="listings:read")).wsgi_request

        assert request.auth == Access(harbour.application.pk, None, None, frozenset({"listings:read"}), False, 77)
        assert request.auth.is_app_level
        assert request.user.is_authenticated

    @pytest.mark.parametrize(("permissions", "read_only"), [("view", True), ("edit", False), ("admin", False)])
    def test_of_a_user_scoped_token(self, harbour, permissions, read_only):
        credential = CredentialFactory(user__application=harbour.application, global_permissions=permissions)
        headers = harbour.bearer(user_id=credential.user_id, scope="listings:read")

        access = harbour.http.get(LISTINGS, headers=headers).wsgi_request.auth

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
    def only_the_token_is_looked_up(self, django_assert_num_queries):
        return django_assert_num_queries(1)

    def test_of_an_access_token(self, harbour, credential, only_the_token_is_looked_up):
        headers = harbour.bearer(user_id=credential.user_id, scope="user:read")

        with only_the_token_is_looked_up:
            assert status(harbour, headers) == 403

    def test_of_a_personal_access_token(self, harbour, credential, only_the_token_is_looked_up):
        _, plain = create_personal_access_token(
            credential=credential, name="script", scopes=["user:read"], now=timezone.now()
        )

        with only_the_token_is_looked_up:
            assert status(harbour, {"authorization": f"Bearer {plain}"}) == 403

    def test_of_a_bad_token(self, harbour, only_the_token_is_looked_up):
        with only_the_token_is_looked_up:
            assert status(harbour, {"authorization": "Bearer wrong"}) == 401
