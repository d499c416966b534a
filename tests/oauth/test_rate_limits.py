"""Limits per application, per operation and per address, and their headers."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponseBase
from django.test import Client

from tests.environment import changed
from tests.factories import CredentialFactory
from tests.oauth.token_requests import MakeClient, OAuthClient, ask_token
from throttling.counters import storage

pytestmark = pytest.mark.urls("tests.oauth.views")


Headers = dict[str, str]
SetLimits = Callable[..., None]


@pytest.fixture
def limits(settings: LazySettings, frozen_clock: list[float]) -> SetLimits:
    """Changes settings. At the start the limits are 3 requests per minute."""

    def set_limits(**values: Any) -> None:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, **values)

    set_limits(rate_limit_per_minute=3, anonymous_rate_limit_per_minute=3)
    return set_limits


def window_of(response: HttpResponseBase) -> tuple[int, int, int]:
    """Limit, remaining requests and seconds until the reset."""
    limit, remaining, reset = (int(response[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset"))
    policy = response["RateLimit"].partition(";")[0]
    assert response["RateLimit"] == f"{policy};r={remaining};t={reset}"
    assert response["RateLimit-Policy"] == f"{policy};q={limit};w=60"
    return limit, remaining, reset


class TestOfAnApplication:
    @pytest.fixture
    def token(self, harbour: OAuthClient, limits: SetLimits) -> Headers:
        headers = harbour.bearer()
        storage().reset()
        return headers

    def get(self, harbour: OAuthClient, token: Headers, path: str = "/calendar", method: str = "GET") -> Any:
        return harbour.http.generic(method, path, headers=token)

    def test_every_answer_shows_the_remaining_requests(self, harbour: OAuthClient, token: Headers) -> None:
        assert [window_of(self.get(harbour, token)) for _ in range(3)] == [(3, 2, 60), (3, 1, 60), (3, 0, 60)]

    def test_the_answer_beyond_the_limit_is_429_with_the_time_to_wait(
        self, harbour: OAuthClient, token: Headers, frozen_clock: list[float]
    ) -> None:
        for _ in range(3):
            assert self.get(harbour, token).status_code == 200
        frozen_clock[0] += 18.5

        response = self.get(harbour, token)

        assert response.status_code == 429
        assert response["Retry-After"] == "42"
        assert window_of(response) == (3, 0, 42)
        assert response.json()["errors"][0]["title"] == "Too Many Requests"

    def test_a_new_minute_has_a_new_window(
        self, harbour: OAuthClient, token: Headers, frozen_clock: list[float]
    ) -> None:
        for _ in range(4):
            self.get(harbour, token)
        frozen_clock[0] += 60

        assert window_of(self.get(harbour, token)) == (3, 2, 60)

    def test_all_tokens_of_an_application_share_its_limit(self, harbour: OAuthClient, token: Headers) -> None:
        self.get(harbour, token)
        credential = CredentialFactory.create(user__application=harbour.application)

        other = harbour.bearer(user_id=credential.user_id)  # this request counts too

        assert window_of(self.get(harbour, other)) == (3, 0, 60)

    def test_other_applications_have_their_own_limit(
        self, harbour: OAuthClient, token: Headers, make_client: MakeClient
    ) -> None:
        for _ in range(4):
            self.get(harbour, token)

        assert make_client(name="Mountain Stays").ask().status == 200

    def test_an_application_can_have_a_limit_of_its_own(self, harbour: OAuthClient, token: Headers) -> None:
        harbour.application.rate_limit_per_minute = 5
        harbour.application.save()

        assert window_of(self.get(harbour, token)) == (5, 4, 60)

    def test_a_request_with_an_unsupported_method_counts(self, harbour: OAuthClient, token: Headers) -> None:
        assert window_of(self.get(harbour, token, method="POST")) == (3, 2, 60)

    def test_a_request_refused_for_its_scope_counts(self, harbour: OAuthClient, limits: SetLimits) -> None:
        token = harbour.bearer(scope="listings:read")

        assert window_of(self.get(harbour, token, "/users")) == (3, 1, 60)

    def test_an_operation_can_have_a_lower_limit(self, harbour: OAuthClient, token: Headers, limits: SetLimits) -> None:
        limits(rate_limit_per_minute=10)

        answers = [self.get(harbour, token, "/users", "DELETE") for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [window_of(answer) for answer in answers] == [(2, 1, 60), (2, 0, 60), (2, 0, 60)]
        assert window_of(self.get(harbour, token, "/users", "GET")) == (10, 6, 60)

    def test_a_used_up_operation_is_refused_although_its_request_is_the_applications_last(
        self, harbour: OAuthClient, token: Headers
    ) -> None:
        answers = [self.get(harbour, token, "/users", "DELETE") for _ in range(3)]

        assert answers[-1].status_code == 429

    def test_an_application_can_reach_its_limit_before_its_operation_does(
        self, harbour: OAuthClient, token: Headers, limits: SetLimits
    ) -> None:
        limits(rate_limit_per_minute=1)
        self.get(harbour, token, "/users", "GET")

        assert window_of(self.get(harbour, token, "/users", "DELETE")) == (1, 0, 60)


class TestOfAnUnknownCaller:
    @pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}])
    def test_requests_without_a_valid_token_are_limited(
        self, client: Client, db: None, limits: SetLimits, headers: Headers
    ) -> None:
        answers = [client.get("/calendar", headers=headers) for _ in range(4)]

        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert [window_of(answer)[1] for answer in answers] == [2, 1, 0, 0]
        assert answers[-1]["Retry-After"] == "60"

    def test_a_valid_token_works_from_an_address_that_reached_its_limit(
        self, harbour: OAuthClient, limits: SetLimits
    ) -> None:
        token = harbour.bearer()
        for _ in range(5):
            harbour.http.get("/calendar")

        assert harbour.http.get("/calendar", headers=token).status_code == 200

    def test_requests_to_public_views_count(self, client: Client, limits: SetLimits) -> None:
        assert [client.get("/open").status_code for _ in range(4)] == [200, 200, 200, 429]

    def test_each_address_has_its_own_limit(self, client: Client, limits: SetLimits) -> None:
        for _ in range(4):
            client.get("/open", REMOTE_ADDR="192.0.2.1")

        assert client.get("/open", REMOTE_ADDR="192.0.2.2").status_code == 200

    def test_the_addresses_of_an_ipv6_network_share_a_limit(self, client: Client, limits: SetLimits) -> None:
        for n in range(4):
            client.get("/open", REMOTE_ADDR=f"2001:db8::{n}")

        assert client.get("/open", REMOTE_ADDR="2001:db8::9999:1").status_code == 429
        assert client.get("/open", REMOTE_ADDR="2001:db8:0:1::1").status_code == 200

    def test_an_answer_for_an_unknown_url_shows_the_limit_and_does_not_count(
        self, client: Client, limits: SetLimits
    ) -> None:
        assert [window_of(client.get("/nowhere")) for _ in range(2)] == [(3, 3, 60), (3, 3, 60)]


class TestOfTheTokenEndpoint:
    def test_an_issued_token_counts_for_the_application(self, harbour: OAuthClient, limits: SetLimits) -> None:
        assert [window_of(harbour.ask().response)[1] for _ in range(3)] == [2, 1, 0]

        refused = harbour.ask()
        assert refused.error == (429, "too_many_requests")
        assert refused.response["Retry-After"] == "60"

    def test_wrong_secrets_are_limited_and_a_correct_one_is_always_accepted(
        self, harbour: OAuthClient, limits: SetLimits
    ) -> None:
        guesses = [ask_token(harbour.http, harbour.application.client_id, f"guess {n}") for n in range(4)]
        assert [guess.status for guess in guesses] == [401, 401, 401, 429]
        assert [window_of(guess.response)[1] for guess in guesses] == [2, 1, 0, 0]
        assert guesses[-1].response["Retry-After"] == "60"

        assert harbour.ask().status == 200

    def test_each_client_behind_one_address_has_its_own_limit_for_wrong_secrets(
        self, harbour: OAuthClient, make_client: MakeClient, limits: SetLimits
    ) -> None:
        for n in range(4):
            ask_token(harbour.http, harbour.application.client_id, f"guess {n}")

        other = make_client(name="Mountain Stays")
        assert ask_token(harbour.http, other.application.client_id, "typing error").status == 401
        unknown = [ask_token(harbour.http, f"nobody {n}", "guess").status for n in range(4)]
        assert unknown == [401, 401, 401, 429]

    def test_wrong_secrets_from_one_address_do_not_block_another(self, harbour: OAuthClient, limits: SetLimits) -> None:
        for n in range(4):
            ask_token(harbour.http, harbour.application.client_id, f"guess {n}")
        harbour.http.defaults["REMOTE_ADDR"] = "192.0.2.99"

        assert harbour.ask().status == 200

    def test_requests_with_an_expired_token_do_not_block_the_token_endpoint(
        self, harbour: OAuthClient, limits: SetLimits
    ) -> None:
        for _ in range(5):
            harbour.http.get("/calendar", headers={"authorization": "Bearer expired"})

        assert harbour.ask().status == 200


class TestUnreachableCounters:
    def test_a_locked_file_does_not_fail_requests(
        self, harbour: OAuthClient, limits: SetLimits, settings: LazySettings, caplog: pytest.LogCaptureFixture
    ) -> None:
        token = harbour.bearer()
        path = settings.ENVIRONMENT.data_dir / "rate-limits.sqlite3"
        other_process = sqlite3.connect(path, isolation_level=None)
        other_process.execute("BEGIN EXCLUSIVE")

        response = harbour.http.get("/calendar", headers=token)

        other_process.close()
        assert response.status_code == 200
        assert window_of(response) == (3, 2, 60)
        assert "limits are kept: database is locked" in caplog.text

    def test_a_file_in_place_of_the_folder_does_not_fail_requests(
        self, harbour: OAuthClient, limits: SetLimits, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        limits(data_dir=tmp_path / "file")

        assert harbour.ask().status == 200

    def test_an_unreachable_redis_does_not_fail_requests(self, harbour: OAuthClient, limits: SetLimits) -> None:
        limits(redis_url="redis://127.0.0.1:1/0")

        assert harbour.ask().status == 200

        limits(redis_url="")
