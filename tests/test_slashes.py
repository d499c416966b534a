"""Every URL answers without its trailing slash as with it."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from partners.documentation import openapi
from tests.contract.example_world import CLIENT, IDS, example_partner
from tests.oauth.token_requests import post_form
from tests.partner import Partner

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
CHANGES_EACH_TIME = {"X-Request-ID", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit"}


def paths_below(prefix: str, patterns: list[Any]) -> list[str]:
    found = []
    for entry in patterns:
        path = prefix + str(entry.pattern)
        found += paths_below(path, entry.url_patterns) if isinstance(entry, URLResolver) else [path]
        assert isinstance(entry, URLPattern | URLResolver)
    return found


# The pages of the console have links with slashes only, and send others on as Django's admin does.
PATHS = [
    path
    for path in paths_below("/", get_resolver().url_patterns)
    if path.endswith("/") and path != "/" and not path.startswith("/console/")
]


@pytest.fixture
def partner(db: None) -> Partner:
    return example_partner()


def ask(partner: Partner, method: str, path: str) -> tuple[Any, ...]:
    """Everything about the answer, and the number of its queries."""
    with CaptureQueriesContext(connection) as queries:
        response = partner.client.generic(method, path, headers={"authorization": f"Bearer {partner.token}"})
    headers = {name: value for name, value in response.items() if name not in CHANGES_EACH_TIME}
    return response.status_code, headers, response.content, len(queries)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", PATHS)
def test_an_url_answers_without_its_slash_as_with_it(path: str, method: str, partner: Partner) -> None:
    path = re.sub(r"<\w+:(\w+)>", lambda name: str(({"name": 404} | IDS)[name[1]]), path) + (
        "?page[size]=1" if method == "GET" else ""
    )
    if method in ("DELETE", "POST") and "/api/v1/" in path:
        partner = partner.with_scopes("insights:read")  # nothing is changed by the first of both

    with_slash, without = ask(partner, method, path), ask(partner, method, path.replace("/?", "?").removesuffix("/"))

    assert without == with_slash
    assert without[0] not in (301, 302, 307, 308)
    assert without[0] != 404 or path.startswith("/guides/")  # which may not be built


def test_the_links_of_a_page_keep_the_slash(partner: Partner) -> None:
    answer = partner.get("/listings", {"page[size]": "1"})

    assert answer.status == 200
    assert answer.document["links"]["first"].startswith("http://127.0.0.1:8000/api/v1/listings/?")


def test_a_write_without_the_slash_is_done(partner: Partner) -> None:
    attributes: dict[str, Any] = {"first-name": "Bo", "last-name": "Host", "email": "bo@example.com", "locale": "en"}
    created = partner.post("/users", "users", **attributes)
    base_price = partner.patch(
        f"/listings/{IDS['listing_id']}/customizations/base-price",
        "base-price-customizations",
        IDS["listing_id"],
        **{"base-price": 133},
    )

    assert (created.status, base_price.status) == (201, 200)
    assert (created.header("Location") or "").endswith("/")
    assert base_price.attributes["base-price"] == 133


@pytest.mark.parametrize("path", ["/o/token", "/o/token/"])
def test_a_token_is_issued_in_both_forms(path: str, partner: Partner) -> None:
    answer = post_form(Client(), {"grant_type": "client_credentials", **CLIENT}, path)

    assert answer.status == 200


def test_the_schema_keeps_the_slash() -> None:
    assert all(path.endswith("/") for path in openapi("3.0")["paths"])


@pytest.mark.parametrize("path", ["/api/v1/shoes", "/api/v1/listings//", "/healthz/", "/api/v1//listings"])
def test_unknown_urls_stay_unknown(path: str, client: Client) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert response.json()["errors"][0]["detail"] == f"{path} not found"
