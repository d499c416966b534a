"""Malformed requests to the token endpoint get an error in OAuth2's format, never a 500."""

import gzip
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from oauth.models import AccessToken
from tests.oauth.token_requests import FORM, OAuthClient, TokenAnswer, post_form


def form_of(oauth_client: OAuthClient, **more: Any) -> dict[str, Any]:
    return {
        "grant_type": "client_credentials",
        "client_id": oauth_client.application.client_id,
        "client_secret": oauth_client.secret,
        **more,
    }


def send(oauth_client: OAuthClient, body: str | bytes, content_type: str, path: str = "/o/token/") -> TokenAnswer:
    return TokenAnswer(oauth_client.http.generic("POST", path, body, content_type))


@pytest.mark.parametrize("grant_type", [None, ""])
def test_a_missing_grant_type_is_an_invalid_request(harbour: OAuthClient, grant_type: str | None) -> None:
    assert harbour.ask(grant_type=grant_type).error == (400, "invalid_request")


@pytest.mark.parametrize(
    "grant_type",
    [
        "password",
        "authorization_code",
        "refresh_token",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "é",
    ],
)
def test_other_grants_are_not_offered(harbour: OAuthClient, grant_type: str) -> None:
    answer = harbour.ask(grant_type=grant_type, username="a", password="b", code="c", refresh_token="d")

    assert answer.error == (400, "unsupported_grant_type")


@pytest.mark.parametrize("name", ["grant_type", "client_id", "client_secret", "scope", "user_id", "credential_id"])
def test_a_repeated_parameter_is_an_invalid_request(harbour: OAuthClient, name: str) -> None:
    fields = [*form_of(harbour, scope="listings:read", user_id="1", credential_id="1").items(), (name, "again")]

    answer = post_form(harbour.http, fields)

    assert answer.error == (400, "invalid_request")
    assert answer.body["error_description"] == f"{name} is given more than once."


@pytest.mark.parametrize("path", ["/o/token/", "/o/revoke_token/"])
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity, gzip"])
def test_a_compressed_form_is_refused_with_the_encoding_that_is_accepted(
    harbour: OAuthClient, path: str, coding: str
) -> None:
    form = gzip.compress(urlencode(form_of(harbour)).encode())

    answer = TokenAnswer(harbour.http.generic("POST", path, form, FORM, headers={"content-encoding": coding}))

    assert answer.error == (415, "invalid_request")
    assert answer.response["Accept-Encoding"] == "identity"


def test_the_encoding_identity_means_none(harbour: OAuthClient) -> None:
    form = urlencode(form_of(harbour))

    answer = TokenAnswer(
        harbour.http.generic("POST", "/o/token/", form, FORM, headers={"content-encoding": "Identity"})
    )

    assert answer.status == 200


def test_a_form_that_is_too_large_is_a_413(harbour: OAuthClient) -> None:
    answer = send(harbour, b"grant_type=" + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE, FORM)

    assert answer.error == (413, "invalid_request")


@pytest.mark.parametrize("name", ["client_id", "client_secret", "scope", "user_id"])
def test_a_nul_character_is_an_invalid_request(harbour: OAuthClient, name: str) -> None:
    assert post_form(harbour.http, form_of(harbour, **{name: "a\x00b"})).error == (400, "invalid_request")


def test_a_nul_character_in_a_basic_header_is_an_unknown_client(harbour: OAuthClient) -> None:
    # The base64 of "a%00b:secret". Both parts of Basic credentials are form-encoded (RFC 6749, section 2.3.1).
    answer = post_form(harbour.http, "grant_type=client_credentials", authorization="Basic YSUwMGI6c2VjcmV0")

    assert answer.error == (401, "invalid_client")


def test_a_json_body_is_an_invalid_request(harbour: OAuthClient) -> None:
    answer = send(harbour, json.dumps(form_of(harbour)), "application/json")

    assert answer.error == (400, "invalid_request")
    assert answer.body["error_description"] == f"Send the parameters as {FORM}."


def test_a_multipart_body_is_an_invalid_request(harbour: OAuthClient) -> None:
    answer = TokenAnswer(harbour.http.post("/o/token/", form_of(harbour)))

    assert answer.error == (400, "invalid_request")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", ""),
        (b"", FORM),
        (b"\xff\xfe%zz&&&=", FORM),
        (b"grant_type", FORM),
        (b"grant_type=client_credentials", f"{FORM}; charset=utf-16"),
        (b"&".join(b"a%d=1" % n for n in range(1001)), FORM),
    ],
    ids=["nothing", "no parameters", "noise", "a name alone", "a charset", "too many parameters"],
)
def test_a_body_that_is_not_a_form_is_an_invalid_request(
    harbour: OAuthClient, body: str | bytes, content_type: str
) -> None:
    assert send(harbour, body, content_type).error == (400, "invalid_request")


def test_the_content_type_may_name_its_charset(harbour: OAuthClient) -> None:
    body = "&".join(f"{name}={value}" for name, value in form_of(harbour).items())

    assert send(harbour, body, f"{FORM}; charset=UTF-8").status == 200


@pytest.mark.parametrize("query", ["?scope=listings:read", "?a=%zz", "?client_secret=x"])
def test_parameters_in_the_url_are_an_invalid_request(harbour: OAuthClient, query: str) -> None:
    answer = post_form(harbour.http, form_of(harbour), path=f"/o/token/{query}")

    assert answer.error == (400, "invalid_request")


def test_unknown_parameters_are_ignored(harbour: OAuthClient) -> None:
    answer = post_form(
        harbour.http, form_of(harbour, user="1", client="evil", scopes="x", extra_credentials="y", foo=["a", "b"])
    )

    assert answer.status == 200
    assert AccessToken.objects.get().user is None


def test_an_empty_scope_is_treated_as_absent(harbour: OAuthClient) -> None:
    assert harbour.ask(scope="").body["scope"] == harbour.ask().body["scope"]


def test_a_token_cannot_be_restricted_to_a_resource(harbour: OAuthClient) -> None:
    assert harbour.ask(resource="https://api.example.com").error == (400, "invalid_target")


@pytest.mark.parametrize("path", ["/o/token/", "/o/revoke_token/"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_is_allowed(client: Client, method: str, path: str, db: None) -> None:
    response = client.generic(method, path)

    assert response.status_code == 405
    assert response["Allow"] == "POST"
    if method != "HEAD":
        assert json.loads(response.content)["error"] == "invalid_request"
