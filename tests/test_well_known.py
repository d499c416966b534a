"""The catalogue of APIs, the contact for security, and the links to them."""

import re

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import get_resolver

from tests.environment import changed

BASE = "http://testserver"


def test_the_catalogue_leads_to_everything() -> None:
    response = Client().get("/.well-known/api-catalog")

    assert response["Content-Type"].startswith("application/linkset+json")
    catalog, api = response.json()["linkset"]
    assert catalog["item"] == [{"href": api["anchor"]}]
    targets = [link["href"] for name in api if name != "anchor" for link in api[name]]
    assert len(targets) == 8
    for target in targets:
        assert target.startswith(f"{BASE}/")
        assert get_resolver().resolve(target.removeprefix(BASE).partition("?")[0])


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(3))
def test_the_schemas_of_the_catalogue_have_the_types_that_it_says(number: int) -> None:
    link = Client().get("/.well-known/api-catalog").json()["linkset"][1]["service-desc"][number]

    response = Client().get(link["href"].removeprefix(BASE), headers={"accept": link["type"]})

    assert response.status_code == 200
    assert response["Content-Type"].partition(";")[0] == link["type"] or "format=json" in link["href"]


@pytest.mark.parametrize("path", ["/", "/.well-known/api-catalog"])
def test_the_landing_page_links_to_the_catalogue(path: str) -> None:
    assert Client().get(path)["Link"] == f'<{BASE}/.well-known/api-catalog>; rel="api-catalog"'
    assert Client().head(path).status_code == 200


def test_the_landing_page_has_the_link_as_an_element_too() -> None:
    page = Client().get("/").content.decode()

    assert re.findall(r'<link rel="api-catalog" href="(.*?)">', page) == ["/.well-known/api-catalog"]


def test_the_catalogue_is_only_read() -> None:
    assert Client().post("/.well-known/api-catalog").status_code == 405


def test_there_is_no_security_contact_by_default() -> None:
    assert Client().get("/.well-known/security.txt").status_code == 404


def test_the_security_contact_is_that_of_the_settings(settings: LazySettings) -> None:
    settings.ENVIRONMENT = changed(
        settings.ENVIRONMENT,
        security_contact="mailto:security@example.com,https://example.com/report",
        security_contact_expires="2027-06-30T00:00:00Z",
    )

    response = Client().get("/.well-known/security.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "Contact: mailto:security@example.com",
        "Contact: https://example.com/report",
        "Expires: 2027-06-30T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {BASE}/.well-known/security.txt",
    ]
