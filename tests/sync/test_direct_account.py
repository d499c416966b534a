"""Direct accounts through the API: what account_conformance.py does not test for all channels."""

import socket
from typing import Any

import pytest
from pytest_django import Settings

from connectors import public_addresses
from jobs.models import Job
from tests.connectors.sandbox_connection import Connect
from tests.connectors.scripted_server import Scripted, scripted_channel
from tests.environment import changed
from tests.factories import UserFactory
from tests.partner import Partner
from tests.sync.account_conformance import Onboarding
from users.models import Account

POINTER = "/data/attributes/credentials/base_url"


@pytest.fixture
def onboarding(db: None, connect: Connect, partner: Partner) -> Onboarding:
    return Onboarding(partner, connect("direct"), UserFactory(application=partner.application).pk)


@pytest.fixture
def in_production(onboarding: Onboarding, settings: Settings) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, profile="production")


@pytest.mark.parametrize(
    ("base_url", "detail"),
    [
        ("http://pms.example/v1", "base_url starts with https://."),
        ("https://127.0.0.1/v1", "base_url must lead to a public address."),
        ("https://[::ffff:10.0.0.1]/v1", "base_url must lead to a public address."),
        ("https://user@pms.example/v1", "base_url is a scheme, a host, a port if need be, and a path."),
    ],
)
def test_a_forbidden_base_url_is_rejected_with_a_pointer(
    onboarding: Onboarding, in_production: None, base_url: str, detail: str
) -> None:
    answer = onboarding.connect(base_url=base_url)

    assert (answer.status, answer.error["code"], answer.error["detail"]) == (400, "invalid", detail)
    assert answer.error["source"] == {"pointer": POINTER}
    assert not Account.objects.exists()


@pytest.mark.parametrize("host", ["x..y", "...", "a" * 64 + ".com", "xn--a.com", "1.2.3.999"])
def test_an_invalid_host_name_is_rejected_with_a_pointer(onboarding: Onboarding, host: Any) -> None:
    answer = onboarding.connect(base_url=f"https://{host}/v1")

    assert (answer.status, answer.error["source"]) == (400, {"pointer": POINTER})
    assert not Account.objects.exists()


def test_a_host_that_resolves_to_a_private_address_is_rejected_with_a_pointer(
    onboarding: Onboarding, in_production: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve_to_private_address(host: str, port: int, **options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", port))]

    monkeypatch.setattr(public_addresses, "getaddrinfo", resolve_to_private_address)

    answer = onboarding.connect(base_url="https://metadata.example/latest")

    assert (answer.status, answer.error["source"]) == (400, {"pointer": POINTER})
    assert not Account.objects.exists()


def test_a_redirect_is_not_followed(onboarding: Onboarding) -> None:
    with scripted_channel() as elsewhere, scripted_channel() as system:
        system.script = [Scripted(307, b"", {"Location": f"{elsewhere.base_url}/account"})]

        answer = onboarding.connect(base_url=system.base_url)

    assert answer.status == 502
    assert answer.error["meta"] == {"channel": "direct", "code": "channel_error"}
    assert elsewhere.asked == []
    assert not Account.objects.exists()
    assert not Job.objects.exists()


def test_two_systems_may_use_the_same_ids(onboarding: Onboarding) -> None:
    ours = Scripted(200, b'{"id": "7"}')
    with scripted_channel() as one, scripted_channel() as other:
        one.script = other.script = [ours]

        answers = [onboarding.connect(base_url=system.base_url) for system in (one, other, one)]

    assert [answer.status for answer in answers] == [201, 201, 422]
    assert answers[2].error["meta"]["code"] == "already_connected"
