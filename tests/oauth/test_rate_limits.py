"""Limits per application, per operation and per address, and the headers that tell of them."""

import sqlite3

import pytest

from tests.environment import changed
from tests.factories import CredentialFactory
from tests.oauth.token_requests import ask_token
from throttling import ratelimit

pytestmark = pytest.mark.urls("tests.oauth.views")


@pytest.fixture
def limits(settings, frozen_clock):
    """Sets the server's limits, requests per minute."""

    def set_limits(**values):
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, **values)

    set_limits(rate_limit_per_minute=3, anonymous_rate_limit_per_minute=3)
    return set_limits


def told(response):
    """Limit, remaining and reset."""
    return tuple(int(response[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset"))


class TestOfAnApplication:
    @pytest.fixture
    def token(self, harbour, limits):
        headers = harbour.bearer()
        ratelimit.storage().reset()
        return headers

    def get(self, harbour, token, path="/calendar", method="GET"):
        return harbour.http.generic(method, path, headers=token)

    def test_every_answer_tells_what_is_left(self, harbour, token):
        assert [told(self.get(harbour, token)) for _ in range(3)] == [(3, 2, 60), (3, 1, 60), (3, 0, 60)]

    def test_beyond_the_limit_the_answer_is_429_and_says_when_to_come_back(self, harbour, token, frozen_clock):
        for _ in range(3):
            assert self.get(harbour, token).status_code == 200
        frozen_clock[0] += 18.5

        response = self.get(harbour, token)

        assert response.status_code == 429
        assert response["Retry-After"] == "42"
        assert told(response) == (3, 0, 42)
        assert response.json()["errors"][0]["title"] == "Too Many Requests"

    def test_a_new_minute_starts_afresh(self, harbour, token, frozen_clock):
        for _ in range(4):
            self.get(harbour, token)
        frozen_clock[0] += 60

        assert told(self.get(harbour, token)) == (3, 2, 60)

    def test_all_tokens_of_an_application_share_its_limit(self, harbour, token):
        self.get(harbour, token)
        credential = CredentialFactory(user__application=harbour.application)

        other = harbour.bearer(user_id=credential.user_id)  # asking for it counts as well

        assert told(self.get(harbour, other)) == (3, 0, 60)

    def test_other_applications_have_their_own(self, harbour, token, make_client):
        for _ in range(4):
            self.get(harbour, token)

        assert make_client(name="Mountain Stays").ask().status == 200

    def test_an_application_may_have_another_limit_than_the_servers(self, harbour, token):
        harbour.application.rate_limit_per_minute = 5
        harbour.application.save()

        assert told(self.get(harbour, token)) == (5, 4, 60)

    def test_a_method_that_is_not_there_counts(self, harbour, token):
        assert told(self.get(harbour, token, method="POST")) == (3, 2, 60)

    def test_a_request_refused_for_its_scope_counts(self, harbour, limits):
        token = harbour.bearer(scope="listings:read")

        assert told(self.get(harbour, token, "/users")) == (3, 1, 60)

    def test_an_operation_may_be_tighter(self, harbour, token, limits):
        limits(rate_limit_per_minute=10)

        answers = [self.get(harbour, token, "/users", "DELETE") for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert [told(answer) for answer in answers] == [(2, 1, 60), (2, 0, 60), (2, 0, 60)]
        assert told(self.get(harbour, token, "/users", "GET")) == (10, 6, 60)

    def test_an_operation_that_is_used_up_is_refused_with_the_applications_last_request(self, harbour, token):
        answers = [self.get(harbour, token, "/users", "DELETE") for _ in range(3)]

        assert answers[-1].status_code == 429

    def test_the_application_may_run_out_before_the_operation(self, harbour, token, limits):
        limits(rate_limit_per_minute=1)
        self.get(harbour, token, "/users", "GET")

        assert told(self.get(harbour, token, "/users", "DELETE")) == (1, 0, 60)


class TestOfAnUnknownCaller:
    @pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}])
    def test_requests_without_a_valid_token_run_out(self, client, db, limits, headers):
        answers = [client.get("/calendar", headers=headers) for _ in range(4)]

        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert [told(answer)[1] for answer in answers] == [2, 1, 0, 0]
        assert answers[-1]["Retry-After"] == "60"

    def test_a_valid_token_still_opens_the_api_from_that_address(self, harbour, limits):
        token = harbour.bearer()
        for _ in range(5):
            harbour.http.get("/calendar")

        assert harbour.http.get("/calendar", headers=token).status_code == 200

    def test_views_open_to_all_count_too(self, client, limits):
        assert [client.get("/open").status_code for _ in range(4)] == [200, 200, 200, 429]

    def test_each_address_has_its_own(self, client, limits):
        for _ in range(4):
            client.get("/open", REMOTE_ADDR="192.0.2.1")

        assert client.get("/open", REMOTE_ADDR="192.0.2.2").status_code == 200

    def test_the_addresses_of_one_ipv6_network_share_theirs(self, client, limits):
        for n in range(4):
            client.get("/open", REMOTE_ADDR=f"2001:db8::{n}")

        assert client.get("/open", REMOTE_ADDR="2001:db8::9999:1").status_code == 429
        assert client.get("/open", REMOTE_ADDR="2001:db8:0:1::1").status_code == 200

    def test_an_unknown_url_tells_it_without_counting(self, client, limits):
        assert [told(client.get("/nowhere")) for _ in range(2)] == [(3, 3, 60), (3, 3, 60)]


class TestOfTheTokenEndpoint:
    def test_issuing_counts_for_the_application(self, harbour, limits):
        assert [told(harbour.ask().response)[1] for _ in range(3)] == [2, 1, 0]

        refused = harbour.ask()
        assert refused.error == (429, "too_many_requests")
        assert refused.response["Retry-After"] == "60"

    def test_wrong_secrets_count_for_the_address_and_then_no_more_are_looked_at(self, harbour, limits):
        guesses = [ask_token(harbour.http, harbour.application.client_id, f"guess {n}") for n in range(4)]
        assert [guess.status for guess in guesses] == [401, 401, 401, 429]
        assert [told(guess.response)[1] for guess in guesses] == [2, 1, 0, 0]

        assert harbour.ask().error == (429, "too_many_requests")

    def test_guessing_from_one_address_does_not_lock_out_another(self, harbour, limits):
        for n in range(4):
            ask_token(harbour.http, harbour.application.client_id, f"guess {n}")
        harbour.http.defaults["REMOTE_ADDR"] = "192.0.2.99"

        assert harbour.ask().status == 200

    def test_a_partner_whose_token_expired_can_get_a_new_one(self, harbour, limits):
        for _ in range(5):
            harbour.http.get("/calendar", headers={"authorization": "Bearer expired"})

        assert harbour.ask().status == 200


class TestWhenTheCountersCannotBeReached:
    def test_a_locked_file_fails_no_request(self, harbour, limits, settings, caplog):
        token = harbour.bearer()
        path = settings.ENVIRONMENT.data_dir / "rate-limits.sqlite3"
        other_process = sqlite3.connect(path, isolation_level=None)
        other_process.execute("BEGIN EXCLUSIVE")

        response = harbour.http.get("/calendar", headers=token)

        other_process.close()
        assert response.status_code == 200
        assert told(response) == (3, 2, 60)
        assert "Rate limits are not enforced: database is locked" in caplog.text

    def test_a_folder_that_is_none_fails_no_request(self, harbour, limits, tmp_path):
        (tmp_path / "file").touch()
        limits(data_dir=tmp_path / "file")
        ratelimit.storage().close()
        ratelimit.storage.cache_clear()

        assert harbour.ask().status == 200

    def test_a_redis_that_does_not_answer_fails_no_request(self, harbour, limits):
        ratelimit.storage().close()
        limits(redis_url="redis://127.0.0.1:1/0")
        ratelimit.storage.cache_clear()

        assert harbour.ask().status == 200

        limits(redis_url="")
        ratelimit.storage.cache_clear()
