"""Callers outside the allowlist of an application are refused, also when they send forged headers."""

from ipaddress import ip_address

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from oauth.ip_allowlist import allows
from oauth.services import create_personal_access_token
from tests.environment import changed
from tests.factories import CredentialFactory
from tests.oauth.token_requests import MakeClient, OAuthClient
from throttling.client_address import client_address, warn_of_proxy

INSIDE, OUTSIDE = "192.0.2.17", "198.51.100.1"


@pytest.mark.parametrize(
    ("cidrs", "address", "allowed"),
    [
        ([], "203.0.113.9", True),
        ([], None, True),
        (["192.0.2.0/24"], "192.0.2.255", True),
        (["192.0.2.0/24"], "192.0.3.0", False),
        (["192.0.2.7/32"], "192.0.2.7", True),
        (["192.0.2.7/32", "2001:db8::/32"], "2001:db8:ffff::1", True),
        (["2001:db8::/32"], "2001:db9::1", False),
        (["2001:db8::/32"], "192.0.2.7", False),
        (["0.0.0.0/0"], "2001:db8::1", False),
        (["0.0.0.0/0", "::/0"], None, False),
    ],
)
def test_an_empty_list_allows_all_addresses_and_another_only_those_inside(
    cidrs: list[str], address: str | None, allowed: bool
) -> None:
    assert allows(cidrs, ip_address(address) if address else None) is allowed


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "found"),
    [
        (INSIDE, "", 0, INSIDE),
        (INSIDE, OUTSIDE, 0, INSIDE),
        ("10.0.0.1", INSIDE, 1, INSIDE),
        ("10.0.0.1", f"{OUTSIDE}, {INSIDE}", 1, INSIDE),
        ("10.0.0.1", f"{INSIDE}, 10.0.0.2", 2, INSIDE),
        ("10.0.0.1", f"{OUTSIDE},{INSIDE},10.0.0.2", 2, INSIDE),
        (INSIDE, OUTSIDE, 2, INSIDE),
        (INSIDE, "", 1, INSIDE),
        ("10.0.0.1", f"{INSIDE}:4711", 1, INSIDE),
        ("10.0.0.1", "[2001:db8::1]:4711", 1, "2001:db8::1"),
        ("10.0.0.1", "2001:DB8:0::1", 1, "2001:db8::1"),
        ("fe80::1%eth0", "", 0, "fe80::1"),
        (f"::ffff:{INSIDE}", "", 0, INSIDE),
        ("10.0.0.1", "unknown", 1, None),
        ("10.0.0.1", "192.0.2.17.5", 1, None),
        ("", "", 0, None),
    ],
)
def test_only_addresses_that_trusted_proxies_report_are_used(
    remote: str, forwarded: str, proxies: int, found: str | None
) -> None:
    meta = {"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}

    address = client_address(meta, trusted_proxies=proxies)

    assert address == (ip_address(found) if found else None)


class TestOverHTTP:
    @pytest.fixture
    def fenced(self, make_client: MakeClient) -> OAuthClient:
        return make_client(ip_allowlist=["192.0.2.0/24", "2001:db8::/48"])

    def call_from(self, fenced: OAuthClient, address: str) -> None:
        fenced.http.defaults["REMOTE_ADDR"] = address

    @pytest.mark.parametrize("address", [INSIDE, "2001:db8::5", f"::ffff:{INSIDE}"])
    def test_requests_from_inside_are_accepted(self, fenced: OAuthClient, address: str) -> None:
        self.call_from(fenced, address)

        assert fenced.http.get("/api/v1/users/", headers=fenced.bearer()).status_code == 200

    @pytest.mark.parametrize("address", [OUTSIDE, "2001:db9::5", "not an address", ""])
    def test_the_token_endpoint_refuses_addresses_outside(self, fenced: OAuthClient, address: str) -> None:
        self.call_from(fenced, address)

        answer = fenced.ask()

        assert answer.error == (403, "access_denied")
        assert answer.body["error_description"] == "Your IP address is not on this application's allowlist."

    def test_a_wrong_secret_from_outside_is_reported_as_a_wrong_secret(self, fenced: OAuthClient) -> None:
        self.call_from(fenced, OUTSIDE)
        fenced.secret = "wrong"

        assert fenced.ask().error == (401, "invalid_client")

    def test_a_valid_token_is_refused_from_outside(self, fenced: OAuthClient) -> None:
        self.call_from(fenced, INSIDE)
        headers = fenced.bearer()
        self.call_from(fenced, OUTSIDE)

        response = fenced.http.get("/api/v1/users/", headers=headers)

        assert response.status_code == 403
        assert response.json()["errors"] == [
            {
                "status": "403",
                "title": "Forbidden",
                "detail": "Your IP address is not on this application's allowlist.",
                "source": {"pointer": None},
                "links": {"about": "/api/v1/errors/403"},
            }
        ]

    def test_a_personal_access_token_is_refused_from_outside(self, fenced: OAuthClient) -> None:
        self.call_from(fenced, OUTSIDE)
        _, plain = create_personal_access_token(
            credential=CredentialFactory(user__application=fenced.application),
            name="script",
            scopes=["user:read"],
            now=timezone.now(),
        )

        response = fenced.http.get("/api/v1/users/", headers={"authorization": f"Bearer {plain}"})

        assert response.status_code == 403

    def test_tokens_cannot_be_revoked_from_outside(self, fenced: OAuthClient) -> None:
        self.call_from(fenced, OUTSIDE)
        form = {
            "client_id": fenced.application.client_id,
            "client_secret": fenced.secret,
            "token": "anything",
        }

        response = fenced.http.post(
            "/o/revoke_token/", "&".join(f"{k}={v}" for k, v in form.items()), "application/x-www-form-urlencoded"
        )

        assert response.status_code == 403

    def test_a_forged_header_is_ignored(self, fenced: OAuthClient) -> None:
        self.call_from(fenced, OUTSIDE)

        answer = fenced.ask(headers={"x-forwarded-for": INSIDE})

        assert answer.error == (403, "access_denied")

    def test_the_header_of_a_trusted_proxy_is_used(self, fenced: OAuthClient, settings: Settings) -> None:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, trusted_proxies=1)
        self.call_from(fenced, "10.0.0.1")

        assert fenced.ask(headers={"x-forwarded-for": f"{OUTSIDE}, {INSIDE}"}).status == 200
        assert fenced.ask(headers={"x-forwarded-for": f"{INSIDE}, {OUTSIDE}"}).status == 403


@pytest.mark.parametrize(
    ("proxies", "header", "value", "warnings"),
    [
        (0, "x-forwarded-for", "192.0.2.1", 1),
        (0, "forwarded", "for=192.0.2.1", 1),
        (1, "x-forwarded-for", "192.0.2.1", 0),
        (1, "forwarded", "for=192.0.2.1", 1),
        (2, "x-forwarded-for", "192.0.2.1", 1),
    ],
)
def test_proxies_that_the_settings_do_not_name_are_logged_once(
    client: Client,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    proxies: int,
    header: str,
    value: str,
    warnings: int,
) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, trusted_proxies=proxies)
    warn_of_proxy.cache_clear()

    client.get("/healthz")
    for _ in range(3):
        client.get("/healthz", headers={header: value})

    assert caplog.text.count("by other proxies than TRUSTED_PROXIES") == warnings
