"""A request for a host that is not ours does nothing, whatever it asks for."""

from collections.abc import Iterator

import httpx
import pytest

from tests.running_api import Api, running_api
from tests.running_server import CLIENT

pytestmark = pytest.mark.slow

DETAIL = "The Host header names no host that this server answers for."


@pytest.fixture(scope="module")
def own_host() -> Iterator[Api]:
    with running_api(ALLOWED_HOSTS="127.0.0.1,api.example.com") as api:
        yield api


@pytest.mark.parametrize(
    "path",
    ["/healthz", "/readyz", "/", "/api/v1/schema/", "/api/v1/docs/", "/static/partners/pages.css", "/api/v1/users/",
     "/nowhere/"],
)  # fmt: skip
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "a b"])
def test_a_foreign_host_is_a_400(own_host: Api, path: str, host: str) -> None:
    answer = httpx.get(f"{own_host.base_url}{path}", headers={"Host": host})

    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (400, DETAIL)


def test_the_token_endpoint_issues_no_token_for_a_foreign_host(own_host: Api) -> None:
    form = {"grant_type": "client_credentials", **CLIENT}

    answer = httpx.post(f"{own_host.base_url}/o/token/", data=form, headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "access_token" not in answer.text


def test_the_own_host_is_served(own_host: Api) -> None:
    for path in ("/healthz", "/api/v1/schema/"):
        assert httpx.get(f"{own_host.base_url}{path}", headers={"Host": "api.example.com"}).status_code == 200
