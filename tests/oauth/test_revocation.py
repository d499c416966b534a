"""`POST /o/revoke_token/` (RFC 7009)."""

from typing import Any

import pytest
from django.utils import timezone

from oauth.models import AccessToken
from oauth.services import create_personal_access_token
from tests.factories import CredentialFactory
from tests.oauth.token_requests import MakeClient, OAuthClient, TokenAnswer, basic_header, post_form

REVOKE = "/o/revoke_token/"


def revoke(oauth_client: OAuthClient, **form: Any) -> TokenAnswer:
    fields = {"client_id": oauth_client.application.client_id, "client_secret": oauth_client.secret, **form}
    return post_form(oauth_client.http, fields, path=REVOKE)


def opens(oauth_client: OAuthClient, token: str) -> bool:
    headers = {"authorization": f"Bearer {token}"}
    return oauth_client.http.get("/api/v1/listings/", headers=headers).status_code == 200


def test_a_revoked_token_stops_working_immediately(harbour: OAuthClient) -> None:
    token = harbour.ask().body["access_token"]
    assert opens(harbour, token)

    answer = revoke(harbour, token=token)

    assert answer.status == 200
    assert answer.response["Cache-Control"] == "no-store"
    assert not opens(harbour, token)


def test_the_client_may_authenticate_itself_by_http_basic(harbour: OAuthClient) -> None:
    token = harbour.ask().body["access_token"]
    header = basic_header(harbour.application.client_id, harbour.secret)

    post_form(harbour.http, {"token": token}, path=REVOKE, authorization=header)

    assert not opens(harbour, token)


def test_other_tokens_stay_valid(harbour: OAuthClient) -> None:
    one, other = (harbour.ask().body["access_token"] for _ in range(2))

    revoke(harbour, token=one)

    assert opens(harbour, other)


def test_the_token_of_another_client_stays_valid_and_its_existence_is_not_revealed(
    harbour: OAuthClient, make_client: MakeClient
) -> None:
    token = harbour.ask().body["access_token"]
    mountain = make_client(name="Mountain Stays")

    answer = revoke(mountain, token=token)

    assert (answer.status, answer.response.content) == (200, b"")
    assert opens(harbour, token)


def test_only_the_client_of_its_user_can_revoke_a_personal_token(harbour: OAuthClient, make_client: MakeClient) -> None:
    credential = CredentialFactory(user__application=harbour.application)
    _, token = create_personal_access_token(
        credential=credential, name="cron", scopes=["listings:read"], now=timezone.now()
    )

    assert revoke(make_client(name="Mountain Stays"), token=token).status == 200
    assert opens(harbour, token)

    assert revoke(harbour, token=token).status == 200
    assert not opens(harbour, token)


@pytest.mark.parametrize("token", ["unknown", "bpat_unknown", "é", "' OR 1=1 --"])
def test_an_unknown_token_is_no_error(harbour: OAuthClient, token: str) -> None:
    assert revoke(harbour, token=token).status == 200


def test_a_missing_token_is_an_invalid_request(harbour: OAuthClient) -> None:
    assert revoke(harbour).error == (400, "invalid_request")


def test_refresh_tokens_are_not_supported(harbour: OAuthClient) -> None:
    answer = revoke(harbour, token="x", token_type_hint="refresh_token")

    assert (answer.status, answer.body["error"]) == (400, "unsupported_token_type")


def test_a_wrong_secret_is_an_invalid_client(harbour: OAuthClient) -> None:
    token = harbour.ask().body["access_token"]

    answer = revoke(harbour, token=token, client_secret="wrong")

    assert answer.error == (401, "invalid_client")
    assert AccessToken.objects.exists()
