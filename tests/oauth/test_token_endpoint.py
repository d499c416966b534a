"""`POST /o/token/` (contract, *Tokens*): the tokens that it issues and the requests that it refuses."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from oauth.models import AccessToken
from oauth.scopes import SCOPES, USER_LEVEL_SCOPES
from tests.factories import CredentialFactory, UserFactory
from tests.oauth.token_requests import MakeClient, OAuthClient, ask_token, basic_header, post_form
from users.models import Credential
from users.services.logins import note_login


def user_of(oauth_client: OAuthClient, **fields: Any) -> Credential:
    return CredentialFactory(user__application=oauth_client.application, **fields)


@pytest.mark.parametrize("basic", [True, False], ids=["by HTTP Basic", "in the body"])
def test_an_authenticated_client_gets_a_bearer_token_for_an_hour(harbour: OAuthClient, basic: bool) -> None:
    answer = harbour.ask(basic=basic, scope="listings:read user:read")

    assert answer.status == 200
    token = answer.body["access_token"]
    assert len(token) >= 30
    assert answer.body == {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "listings:read user:read",
    }
    assert answer.response["Cache-Control"] == "no-store"


def test_the_scheme_basic_is_case_insensitive(harbour: OAuthClient) -> None:
    header = basic_header(harbour.application.client_id, harbour.secret).replace("Basic", "bAsIc")

    answer = post_form(harbour.http, "grant_type=client_credentials", authorization=header)

    assert answer.status == 200


def test_every_token_is_unique(harbour: OAuthClient) -> None:
    tokens = {harbour.ask().body["access_token"] for _ in range(5)}

    assert len(tokens) == 5


def test_the_token_expires_after_expires_in(harbour: OAuthClient) -> None:
    harbour.ask()

    token = AccessToken.objects.get()
    assert (token.expires - token.created).total_seconds() == pytest.approx(3600, abs=5)


def test_a_request_without_a_scope_gets_every_enabled_scope(make_client: MakeClient) -> None:
    partner = make_client(scopes=["user:read", "listings:read"])

    assert partner.ask().body["scope"] == "user:read listings:read"


def test_a_repeated_scope_is_granted_once(harbour: OAuthClient) -> None:
    assert harbour.ask(scope="listings:read listings:read").body["scope"] == "listings:read"


@pytest.mark.parametrize("scope", ["listings:write", "listings:read listings:write"])
def test_a_scope_that_is_not_enabled_is_refused(make_client: MakeClient, scope: str) -> None:
    partner = make_client(scopes=["listings:read"])

    answer = partner.ask(scope=scope)

    assert answer.error == (400, "invalid_scope")
    assert answer.body["error_description"] == "Not enabled for this application: listings:write."


@pytest.mark.parametrize("scope", ["admin", "listings:read admin", "LISTINGS:READ", "listings:read,user:read", "é"])
def test_an_unknown_scope_is_refused_with_a_list_of_known_scopes(harbour: OAuthClient, scope: str) -> None:
    answer = harbour.ask(scope=scope)

    assert answer.error == (400, "invalid_scope")
    assert answer.body["error_description"] == f"Unknown scope. Known: {', '.join(SCOPES)}."


class TestBinding:
    def test_a_user_id_binds_the_token_to_the_users_primary_credential(self, harbour: OAuthClient) -> None:
        primary = user_of(harbour)
        CredentialFactory(user=primary.user, email="second@example.com", is_primary=False)

        body = harbour.ask(user_id=primary.user_id).body

        assert (body["user_id"], body["credential_id"]) == (str(primary.user_id), str(primary.pk))
        assert AccessToken.objects.get().user == primary

    def test_a_credential_id_binds_it_to_that_credential(self, harbour: OAuthClient) -> None:
        primary = user_of(harbour)
        second = CredentialFactory(user=primary.user, email="second@example.com", is_primary=False)

        body = harbour.ask(user_id=primary.user_id, credential_id=second.pk).body

        assert (body["user_id"], body["credential_id"]) == (str(primary.user_id), str(second.pk))
        assert AccessToken.objects.get().user == second

    def test_an_app_level_token_names_nobody(self, harbour: OAuthClient) -> None:
        body = harbour.ask().body

        assert "user_id" not in body
        assert "credential_id" not in body
        assert AccessToken.objects.get().user is None

    def test_another_applications_user_is_refused(self, harbour: OAuthClient) -> None:
        stranger = CredentialFactory()

        answer = harbour.ask(user_id=stranger.user_id)

        assert answer.error == (400, "invalid_scope")
        assert answer.body["error_description"] == f"This application has no user {stranger.user_id}."

    def test_a_user_that_does_not_exist_is_refused_in_the_same_words(self, harbour: OAuthClient) -> None:
        answer = harbour.ask(user_id=999_999_999_999)

        assert answer.error == (400, "invalid_scope")
        assert answer.body["error_description"] == "This application has no user 999999999999."

    def test_a_deleted_user_is_refused(self, harbour: OAuthClient) -> None:
        credential = user_of(harbour, user__deleted_at="2030-01-01T00:00:00Z")

        assert harbour.ask(user_id=credential.user_id).error == (400, "invalid_scope")

    def test_another_users_credential_is_refused(self, harbour: OAuthClient) -> None:
        one, other = user_of(harbour), user_of(harbour)

        assert harbour.ask(user_id=one.user_id, credential_id=other.pk).error == (400, "invalid_scope")

    def test_an_inactive_credential_is_refused(self, harbour: OAuthClient) -> None:
        primary = user_of(harbour)
        off = CredentialFactory(user=primary.user, email="off@example.com", is_primary=False, is_active=False)

        assert harbour.ask(user_id=primary.user_id, credential_id=off.pk).error == (400, "invalid_scope")

    def test_a_credential_without_its_user_is_an_invalid_request(self, harbour: OAuthClient) -> None:
        assert harbour.ask(credential_id=user_of(harbour).pk).error == (400, "invalid_request")

    @pytest.mark.parametrize("parameter", ["user_id", "credential_id"])
    @pytest.mark.parametrize("value", ["", " ", "abc", "-1", "1.5", "1e3", "0x1", "01", "1 OR", "١٢", "9" * 40, "null"])
    def test_an_id_that_is_not_a_whole_number_is_an_invalid_request(
        self, harbour: OAuthClient, parameter: str, value: str
    ) -> None:
        ids: dict[str, Any] = {"user_id": user_of(harbour).user_id, parameter: value}

        answer = harbour.ask(**ids)

        assert answer.error == (400, "invalid_request")
        assert answer.body["error_description"] == f"{parameter} must be a whole number."
        assert not AccessToken.objects.exists()


class TestApplicationThatRequiresUserScopedTokens:
    @pytest.fixture
    def strict(self, make_client: MakeClient) -> OAuthClient:
        return make_client(require_user_scoped_tokens=True)

    @pytest.mark.parametrize("scope", [*sorted(USER_LEVEL_SCOPES), "user:read listings:read", None])
    def test_user_level_scopes_need_a_user_id(self, strict: OAuthClient, scope: str | None) -> None:
        answer = strict.ask(scope=scope)

        assert answer.error == (400, "invalid_scope")
        assert "needs a user_id" in answer.body["error_description"]

    def test_user_level_scopes_are_granted_with_a_user_id(self, strict: OAuthClient) -> None:
        credential = user_of(strict)

        assert strict.ask(user_id=credential.user_id, scope="listings:read").status == 200

    def test_scopes_that_manage_users_need_no_user_id(self, strict: OAuthClient) -> None:
        assert strict.ask(scope="user:read user:write").body["scope"] == "user:read user:write"


class TestPersonalApplication:
    @pytest.fixture
    def own(self, make_client: MakeClient) -> OAuthClient:
        return make_client(name="Robin", mode="personal", email="robin@example.com")

    def test_all_its_tokens_are_bound_to_its_only_user(self, own: OAuthClient) -> None:
        body = own.ask().body

        credential = own.application.user
        assert (body["user_id"], body["credential_id"]) == (str(credential.user_id), str(credential.pk))

    def test_another_user_is_refused(self, own: OAuthClient) -> None:
        other = UserFactory(application=own.application)

        assert own.ask(user_id=other.pk).error == (400, "invalid_scope")

    def test_it_gets_no_tokens_after_its_user_is_deleted(self, own: OAuthClient) -> None:
        user = own.application.user.user
        user.deleted_at = "2030-01-01T00:00:00Z"
        user.save()

        assert own.ask().error == (400, "invalid_scope")


class TestBadClient:
    @pytest.mark.parametrize("basic", [True, False], ids=["by HTTP Basic", "in the body"])
    @pytest.mark.parametrize(
        ("client_id", "secret"),
        [
            (None, "wrong"),
            (None, ""),
            (None, "sécret-日本"),
            ("unknown", None),
            ("unknown' OR '1'='1", None),
            ("日本", None),
            ("", None),
            ("x" * 5000, None),
        ],
    )
    def test_an_unknown_client_or_a_wrong_secret_is_an_invalid_client(
        self, harbour: OAuthClient, basic: bool, client_id: str | None, secret: str | None
    ) -> None:
        client_id = harbour.application.client_id if client_id is None else client_id
        secret = harbour.secret if secret is None else secret

        answer = ask_token(harbour.http, client_id, secret, basic=basic)

        assert answer.error == (401, "invalid_client")
        assert answer.response["WWW-Authenticate"] == 'Basic realm="token"'

    @pytest.mark.parametrize("header", ["Basic", "Basic ", "Basic é", "Basic !!!", "Basic bm9jb2xvbg==", "Basic /w=="])
    def test_an_unreadable_basic_header_is_an_invalid_client(self, harbour: OAuthClient, header: str) -> None:
        answer = harbour.ask(headers={"authorization": header})

        assert answer.error == (401, "invalid_client")

    def test_a_request_without_client_credentials_is_an_invalid_client(self, harbour: OAuthClient) -> None:
        answer = post_form(harbour.http, "grant_type=client_credentials")

        assert answer.error == (401, "invalid_client")

    def test_a_wrong_basic_header_is_an_invalid_client_despite_a_correct_body(self, harbour: OAuthClient) -> None:
        answer = harbour.ask(headers={"authorization": "Basic dW5rbm93bjp3cm9uZw=="})

        assert answer.error == (401, "invalid_client")

    @pytest.mark.parametrize("other", [{"client_id": "another"}, {"client_secret": "another"}])
    @pytest.mark.parametrize("path", ["/o/token/", "/o/revoke_token/"])
    def test_a_body_that_contradicts_the_basic_header_is_an_invalid_request(
        self, harbour: OAuthClient, other: dict[str, str], path: str
    ) -> None:
        """RFC 6749, section 2.3: a client must not use more than one authentication method in a request."""
        header = basic_header(harbour.application.client_id, harbour.secret)
        form = {"grant_type": "client_credentials", "token": "any", **other}

        assert post_form(harbour.http, form, path, authorization=header).error == (400, "invalid_request")

    def test_a_body_may_repeat_the_client_of_the_basic_header(self, harbour: OAuthClient) -> None:
        header = basic_header(harbour.application.client_id, harbour.secret)
        form = {"grant_type": "client_credentials", "client_id": harbour.application.client_id}

        assert post_form(harbour.http, form, authorization=header).status == 200

    def test_the_secret_of_another_client_is_an_invalid_client(
        self, harbour: OAuthClient, make_client: MakeClient
    ) -> None:
        other = make_client(name="Mountain Stays")

        answer = ask_token(harbour.http, harbour.application.client_id, other.secret)

        assert answer.error == (401, "invalid_client")


def test_a_user_scoped_token_costs_five_statements(
    harbour: OAuthClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    credential = user_of(harbour)
    note_login(credential.pk, timezone.now())

    with django_assert_num_queries(5):  # the client, the credentials of the user, BEGIN, the token, COMMIT
        harbour.ask(user_id=credential.user_id)
