"""Scope, tier and the rights of a credential decide what a token opens (contract, *Access rules*)."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.factories import CredentialFactory

pytestmark = pytest.mark.urls("tests.oauth.views")


def call(oauth_client, method, path, **form):
    return oauth_client.http.generic(method, path, headers=oauth_client.bearer(**form))


def forbidden(detail):
    return {"errors": [{"status": "403", "title": "Forbidden", "detail": detail, "source": {"pointer": None}}]}


class TestScopes:
    @pytest.mark.parametrize("scope", ["listings:read", "reservations:read", "user:read reservations:read"])
    def test_any_of_the_alternatives_suffices(self, harbour, scope):
        assert call(harbour, "GET", "/calendar", scope=scope).status_code == 200

    def test_without_any_of_them_the_answer_names_them(self, harbour):
        response = call(harbour, "GET", "/calendar", scope="listings:write")

        assert response.status_code == 403
        assert response["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="listings:read"'
        assert response.json() == forbidden("This needs a token with the scope listings:read or reservations:read.")

    def test_one_scope_of_two_does_not_suffice(self, harbour):
        response = call(harbour, "GET", "/insights", scope="user:read")

        assert response.status_code == 403
        assert response["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="user:read insights:read"'

    def test_both_do(self, harbour):
        assert call(harbour, "GET", "/insights", scope="insights:read user:read").status_code == 200

    def test_reading_does_not_open_writing(self, harbour):
        assert call(harbour, "POST", "/users", scope="user:read").status_code == 403

    def test_writing_does_not_open_reading(self, harbour):
        assert call(harbour, "GET", "/users", scope="user:write").status_code == 403

    @pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
    def test_head_and_options_need_what_get_needs(self, harbour, method):
        assert call(harbour, method, "/users", scope="user:read").status_code == 200
        assert call(harbour, method, "/users", scope="user:write").status_code == 403


class TestTier:
    def test_an_app_level_token_opens_app_level_operations(self, harbour):
        assert call(harbour, "POST", "/users", scope="user:write").status_code == 200

    def test_a_user_scoped_token_does_not(self, harbour):
        credential = CredentialFactory(user__application=harbour.application)

        response = call(harbour, "POST", "/users", user_id=credential.user_id)

        assert response.status_code == 403
        assert response.json() == forbidden("This needs an app-level token: request one without user_id.")
        assert "WWW-Authenticate" not in response

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_it_opens_the_others(self, harbour, method):
        credential = CredentialFactory(user__application=harbour.application)

        assert call(harbour, method, "/users", user_id=credential.user_id).status_code == 200


class TestViewCredential:
    @pytest.fixture
    def viewer(self, harbour):
        return CredentialFactory(user__application=harbour.application, global_permissions="view")

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_it_may_read(self, harbour, viewer, method):
        assert call(harbour, method, "/users", user_id=viewer.user_id).status_code == 200

    def test_it_may_not_write(self, harbour, viewer):
        response = call(harbour, "DELETE", "/users", user_id=viewer.user_id)

        assert response.status_code == 403
        assert response.json() == forbidden("This token belongs to a view credential, which may only read.")


class TestMethodsThatAViewDoesNotHave:
    def test_they_are_a_405(self, harbour):
        assert call(harbour, "POST", "/calendar").status_code == 405

    def test_but_not_without_a_token(self, harbour):
        assert harbour.http.post("/calendar").status_code == 401


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/forgetful"), ("GET", "/silent")])
def test_a_view_that_forgot_its_scopes_is_open_to_nobody_and_says_so(harbour, caplog, method, path):
    harbour.http.raise_request_exception = False

    response = call(harbour, method, path)

    assert response.status_code == 500
    (logged,) = [record for record in caplog.records if record.exc_info]
    assert logged.exc_info[0] is ImproperlyConfigured
    assert f"must declare the scopes of {method}" in str(logged.exc_info[1])
