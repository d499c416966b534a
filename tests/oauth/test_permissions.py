"""The scopes and tier of a token and the rights of its credential (contract, *Access rules*)."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.factories import CredentialFactory
from tests.oauth.token_requests import OAuthClient
from users.models import Credential

pytestmark = pytest.mark.urls("tests.oauth.views")


def call(oauth_client: OAuthClient, method: str, path: str, **form: Any) -> Any:
    return oauth_client.http.generic(method, path, headers=oauth_client.bearer(**form))


def forbidden(detail: str) -> dict[str, Any]:
    error = {"status": "403", "title": "Forbidden", "detail": detail, "source": {"pointer": None}}
    return {"errors": [{**error, "links": {"about": "/api/v1/errors/403"}}]}


class TestScopes:
    @pytest.mark.parametrize("scope", ["listings:read", "reservations:read", "user:read reservations:read"])
    def test_one_of_the_alternative_scopes_suffices(self, harbour: OAuthClient, scope: str) -> None:
        assert call(harbour, "GET", "/calendar", scope=scope).status_code == 200

    def test_a_token_without_them_gets_403_that_names_them(self, harbour: OAuthClient) -> None:
        response = call(harbour, "GET", "/calendar", scope="listings:write")

        assert response.status_code == 403
        assert response["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="listings:read"'
        assert response.json() == forbidden(
            "This operation needs a token with the scope listings:read or reservations:read."
        )

    def test_one_scope_of_two_does_not_suffice(self, harbour: OAuthClient) -> None:
        response = call(harbour, "GET", "/insights", scope="user:read")

        assert response.status_code == 403
        assert response["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="user:read insights:read"'

    def test_both_scopes_together_suffice(self, harbour: OAuthClient) -> None:
        assert call(harbour, "GET", "/insights", scope="insights:read user:read").status_code == 200

    def test_a_read_scope_does_not_allow_writing(self, harbour: OAuthClient) -> None:
        assert call(harbour, "POST", "/users", scope="user:read").status_code == 403

    def test_a_write_scope_does_not_allow_reading(self, harbour: OAuthClient) -> None:
        assert call(harbour, "GET", "/users", scope="user:write").status_code == 403

    @pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
    def test_head_and_options_need_what_get_needs(self, harbour: OAuthClient, method: str) -> None:
        assert call(harbour, method, "/users", scope="user:read").status_code == 200
        assert call(harbour, method, "/users", scope="user:write").status_code == 403


class TestTier:
    def test_an_app_level_token_opens_app_level_operations(self, harbour: OAuthClient) -> None:
        assert call(harbour, "POST", "/users", scope="user:write").status_code == 200

    def test_a_user_scoped_token_does_not_open_app_level_operations(self, harbour: OAuthClient) -> None:
        credential = CredentialFactory(user__application=harbour.application)

        response = call(harbour, "POST", "/users", user_id=credential.user_id)

        assert response.status_code == 403
        assert response.json() == forbidden("This operation needs an app-level token: request one without user_id.")
        assert "WWW-Authenticate" not in response

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_a_user_scoped_token_opens_other_operations(self, harbour: OAuthClient, method: str) -> None:
        credential = CredentialFactory(user__application=harbour.application)

        assert call(harbour, method, "/users", user_id=credential.user_id).status_code == 200


class TestViewCredential:
    @pytest.fixture
    def viewer(self, harbour: OAuthClient) -> Credential:
        return CredentialFactory(user__application=harbour.application, global_permissions="view")

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_it_may_read(self, harbour: OAuthClient, viewer: Credential, method: str) -> None:
        assert call(harbour, method, "/users", user_id=viewer.user_id).status_code == 200

    def test_it_may_not_write(self, harbour: OAuthClient, viewer: Credential) -> None:
        response = call(harbour, "DELETE", "/users", user_id=viewer.user_id)

        assert response.status_code == 403
        assert response.json() == forbidden("This token belongs to a view credential, which may only read.")


class TestUnsupportedMethods:
    def test_a_request_with_a_token_gets_405(self, harbour: OAuthClient) -> None:
        assert call(harbour, "POST", "/calendar").status_code == 405

    def test_a_request_without_a_token_gets_401(self, harbour: OAuthClient) -> None:
        assert harbour.http.post("/calendar").status_code == 401


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/forgetful"), ("GET", "/silent")])
def test_a_view_without_declared_scopes_fails_and_logs_the_reason(
    harbour: OAuthClient, caplog: pytest.LogCaptureFixture, method: str, path: str
) -> None:
    harbour.http.raise_request_exception = False

    response = call(harbour, method, path)

    assert response.status_code == 500
    (logged,) = [record for record in caplog.records if record.exc_info]
    assert logged.exc_info
    assert logged.exc_info[0] is ImproperlyConfigured
    assert f"must declare the scopes of {method}" in str(logged.exc_info[1])
