"""Base URLs given by partners: which are accepted, and that none of them leads into our own networks."""

import socket
import threading
from collections.abc import Callable, Collection
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from connectors import public_addresses
from connectors.clients import client_for
from connectors.direct import DirectConfiguration
from connectors.direct.credentials import read_base_url
from connectors.errors import BadCredential
from connectors.public_addresses import NotPublic, PublicOnly, addresses_of, is_public
from tests.connectors.sandbox_connection import AtSandbox, Connect
from tests.connectors.scripted_server import saying, scripted_channel
from tests.environment import changed

KEY = "key_1.sixteen-characters"
IN_PRODUCTION = DirectConfiguration(public_only=True)
ACCOUNT = saying({"id": "7", "name": "Theirs"})


@pytest.fixture
def at(connect: Connect) -> AtSandbox:
    return connect("direct")


@pytest.fixture
def in_production(settings: Settings) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, profile="production", direct_base_url="")


@pytest.fixture
def resolving(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`resolving("10.0.0.1")` makes every name resolve to it. Several addresses are used in turn."""

    def lead_to(*answers: str) -> None:
        left = list(answers)

        def getaddrinfo(host: str, port: int, **options: Any) -> list[Any]:
            address = left.pop(0) if len(left) > 1 else left[0]
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(public_addresses, "getaddrinfo", getaddrinfo)

    return lead_to


class TestBaseUrl:
    @pytest.mark.parametrize(
        "url",
        [
            "https://pms.example/partners/v1",
            "https://pms.example/partners/v1/",
            "https://pms.example:8443/v1",
            "https://203.0.114.7/v1",
            "https://[2606:4700::1]/v1",
        ],
    )
    def test_public_https_addresses_are_accepted(self, url: Any) -> None:
        assert read_base_url({"base_url": url}, IN_PRODUCTION) == url.rstrip("/")

    @pytest.mark.parametrize(
        "url",
        [
            "http://pms.example/v1", "ftp://pms.example/v1", "//pms.example/v1", "pms.example/v1", "https:///v1", "",
            "https://user:password@pms.example/v1", "https://pms.example@10.0.0.1/v1", "https://pms.example\\@10.0.0.1/",
            "https://pms.example/v1?x=1", "https://pms.example/v1#x", "https://pms.example/../v1", "https://pms.example:0/",
            "https://pms.example:99999/", "https://pms.example /v1", "https://pms.example/v1\r\nX: y", "https://pms。example/",
            "https://" + "a" * 600 + ".example/", 7, ["https://pms.example/v1"],
        ],
    )  # fmt: skip
    def test_other_values_are_rejected(self, url: Any) -> None:
        with pytest.raises(BadCredential) as bad:
            read_base_url({"base_url": url}, IN_PRODUCTION)

        assert bad.value.field == "base_url"

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1", "127.1", "0", "2130706433", "0x7f000001", "0177.0.0.1", "10.0.0.1", "172.16.0.1",
            "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "[::1]", "[::]",
            "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]", "[ff02::1]", "[fec0::1]", "[feff::1]", "192.0.0.192", "[::ffff:192.0.0.192]",
        ],
    )  # fmt: skip
    def test_addresses_that_are_not_public_are_rejected_in_every_notation(self, host: Any) -> None:
        with pytest.raises(BadCredential):
            read_base_url({"base_url": f"https://{host}/v1"}, IN_PRODUCTION)

    @pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "fd00::1", "::ffff:10.0.0.1"])
    def test_a_name_that_resolves_to_a_private_address_is_rejected_with_a_message(
        self, at: AtSandbox, in_production: None, resolving: Callable[..., None], address: Any
    ) -> None:
        resolving(address)

        with pytest.raises(BadCredential, match="base_url must lead to a public address"):
            at.channel.verify(at.with_credentials(base_url="https://pms.example/v1").connection)

    def test_an_unknown_name_is_rejected_with_a_message(
        self, at: AtSandbox, in_production: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unknown(*question: Any, **options: Any) -> None:
            raise socket.gaierror("Name or service not known")

        monkeypatch.setattr(public_addresses, "getaddrinfo", unknown)

        with pytest.raises(BadCredential, match="not known"):
            at.channel.verify(at.with_credentials(base_url="https://pms.example/v1").connection)

    def test_the_operators_base_url_is_used_if_the_partner_gives_none(self, at: AtSandbox, settings: Settings) -> None:
        assert at.channel.wire(at.credentials).base_url == f"{at.sandbox.base_url}/direct/v1"

    def test_a_base_url_is_required_if_the_operator_has_none(self) -> None:
        with pytest.raises(BadCredential, match="base_url is required"):
            read_base_url({"api_key": KEY}, IN_PRODUCTION)

    def test_only_a_base_url_given_by_a_partner_must_be_public(self, at: AtSandbox, settings: Settings) -> None:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, profile="production", direct_base_url="http://pms/v1")

        assert at.channel.wire({"api_key": KEY}).public_only is False
        assert at.channel.wire({"api_key": KEY, "base_url": "https://pms.example/v1"}).public_only is True

    def test_a_client_for_public_addresses_does_not_connect_to_this_machine(self) -> None:
        with scripted_channel() as system:
            system.script = [ACCOUNT]
            client = client_for(system.base_url, 1.0, public_only=True)

            with pytest.raises(NotPublic):
                client.get("/account")

            assert system.asked == []

    def test_a_system_on_this_machine_is_accepted_in_development(self, at: AtSandbox) -> None:
        with scripted_channel() as system:
            system.script = [ACCOUNT]

            account = at.channel.verify(at.with_credentials(base_url=system.base_url).connection)

        assert account.channel_account_id == f"7@{system.base_url.split('/')[2]}"
        assert system.asked == [("GET", "/v1/account")]


class TestPublicAddresses:
    @pytest.mark.parametrize(
        "address", ["203.0.114.7", "8.8.8.8", "2606:4700::1", "64:ff9b::808:808", "::ffff:8.8.8.8"]
    )
    def test_public_addresses_are_recognised(self, address: Any) -> None:
        assert is_public(address)

    @pytest.mark.parametrize(
        "address",
        ["127.0.0.1", "10.0.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "x", ""],
    )
    def test_other_addresses_are_not_public(self, address: Any) -> None:
        assert not is_public(address)

    def test_a_name_with_one_private_address_among_public_ones_is_rejected(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("8.8.8.8", "10.0.0.1")]
        monkeypatch.setattr(public_addresses, "getaddrinfo", lambda *question, **options: both)

        with pytest.raises(NotPublic):
            addresses_of("pms.example", 443)

    def test_the_client_connects_to_the_checked_address_and_sends_the_requested_name(
        self, resolving: Callable[..., None]
    ) -> None:
        resolving("8.8.8.8", "127.0.0.1")
        wire = Wire()

        answer = httpx.Client(transport=PublicOnly(wire)).get("https://pms.example/v1/account?x=1")

        (request,) = wire.sent
        assert answer.status_code == 204
        assert str(request.url) == "https://8.8.8.8/v1/account?x=1"
        assert request.headers["host"] == "pms.example"
        assert request.extensions["sni_hostname"] == "pms.example"

    def test_an_internationalised_name_is_sent_as_it_was_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """`fa\N{LATIN SMALL LETTER SHARP S}.de` is a different domain under older rules for such names."""
        asked = []

        def getaddrinfo(host: str, port: int, **options: Any) -> list[Any]:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))]

        monkeypatch.setattr(public_addresses, "getaddrinfo", getaddrinfo)
        wire = Wire()

        httpx.Client(transport=PublicOnly(wire)).get("https://xn--fa-hia.de/v1/account")

        assert asked == [wire.sent[0].extensions["sni_hostname"]] == ["xn--fa-hia.de"]

    def test_a_name_lookup_that_takes_too_long_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        over = threading.Event()
        monkeypatch.setattr(public_addresses, "getaddrinfo", lambda *question, **options: over.wait(30))

        with pytest.raises(httpx.ConnectError, match="not known"):
            httpx.Client(transport=PublicOnly(Wire(), longest_lookup=0.05)).get("https://pms.example/v1/account")

        over.set()

    def test_the_address_of_a_name_is_checked_again_for_every_request(self, resolving: Callable[..., None]) -> None:
        resolving("8.8.8.8", "127.0.0.1")
        wire = Wire()
        client = httpx.Client(transport=PublicOnly(wire))
        client.get("https://pms.example/v1/account")

        with pytest.raises(NotPublic):
            client.get("https://pms.example/v1/account")

        assert len(wire.sent) == 1

    def test_the_next_address_is_tried_if_one_cannot_be_reached(self, monkeypatch: pytest.MonkeyPatch) -> None:
        two = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("8.8.8.8", "8.8.4.4")]
        monkeypatch.setattr(public_addresses, "getaddrinfo", lambda *question, **options: two)
        wire = Wire(dead={"8.8.8.8"})

        httpx.Client(transport=PublicOnly(wire)).get("https://pms.example/v1/account")

        assert [request.url.host for request in wire.sent] == ["8.8.8.8", "8.8.4.4"]


class Wire(httpx.BaseTransport):
    """Records the requests and answers 204. Addresses in `dead` refuse the connection."""

    def __init__(self, dead: Collection[str] = ()) -> None:
        self.dead = dead
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        if request.url.host in self.dead:
            raise httpx.ConnectError("refused")
        return httpx.Response(204)
