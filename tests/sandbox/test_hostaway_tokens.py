"""Hostaway's access tokens."""

import httpx
import pytest

from sandbox.server import RunningSandbox, running
from tests.sandbox.hostaway_client import Hostaway

DENIED = (403, "Access denied: the token is invalid or expired.")


def test_a_token_is_an_oauth_object_without_envelope_and_gives_access_to_the_account(hostaway: Hostaway) -> None:
    answer = hostaway.issue_token("10003")

    assert answer.status_code == 200
    assert answer.json().keys() == {"token_type", "expires_in", "access_token"}
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 15_897_600
    assert answer.json()["access_token"].count(".") == 2
    assert len(hostaway.get("/listings")) == 3


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "99999"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "invalid_request"),
        ({"scope": "everything"}, 400, "invalid_request"),
    ],
)
def test_wrong_credentials_get_no_token(hostaway: Hostaway, changed: dict[str, str], status: int, error: str) -> None:
    answer = hostaway.issue_token(**({"client_id": "10003"} | changed))

    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Bearer a.b.c", "Basic dXNlcjpwYXNz"])
def test_a_call_without_a_valid_token_is_denied(hostaway: Hostaway, header: str) -> None:
    assert hostaway.refusal("GET", "/listings", headers={"Authorization": header}) == DENIED


def test_a_token_expires_after_its_lifetime(hostaway: Hostaway, sandbox: RunningSandbox) -> None:
    sandbox.clock.advance(15_897_600)

    assert hostaway.refusal("GET", "/listings") == DENIED


def test_a_revoked_token_is_invalid_and_other_tokens_stay_valid(hostaway: Hostaway, sandbox: RunningSandbox) -> None:
    token = hostaway.http.headers["Authorization"].removeprefix("Bearer ")
    with Hostaway(sandbox.base_url, "10003") as another:
        assert hostaway.result("DELETE", "/accessTokens", params={"token": token}) == []

        assert hostaway.refusal("GET", "/listings") == DENIED
        assert len(another.get("/listings")) == 3


def test_a_new_token_is_invalid_in_its_first_second_while_limits_are_on() -> None:
    with running(limits=True) as sandbox, Hostaway(sandbox.base_url, "10003") as hostaway:
        assert hostaway.refusal("GET", "/propertyTypes") == DENIED
        sandbox.limiter.enabled = False
        assert hostaway.get("/propertyTypes")


def test_the_index_shows_valid_credentials(sandbox: RunningSandbox) -> None:
    index = httpx.get(sandbox.base_url).json()

    credentials = index["channels"]["hostaway"]["credentials"]
    assert [entry["client_id"] for entry in credentials] == ["10003", "10040", "11000"]
    for entry in credentials:
        form = {"grant_type": "client_credentials", "scope": "general", **entry}
        assert httpx.post(f"{index['channels']['hostaway']['url']}/v1/accessTokens", data=form).status_code == 200
    assert httpx.get(f"{sandbox.base_url}/healthz").json() == {"status": "ok"}
