"""The HTML pages in a real browser. Only `.ci/browser` runs this file, so that `make test` needs no browser."""

import json
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from tests.browser.conftest import Page
from tests.running_server import CLIENT, Server

DOCS, REDOC = "/api/v1/docs/", "/api/v1/redoc/"


def settled(page: Page) -> list[dict[str, Any]]:
    """Return the page's requests. Fails if one went to another host, or if the console shows a warning or an error."""
    requests = page.requests()
    assert requests
    assert page.foreign_hosts(requests) == set()
    assert page.complaints() == []
    return requests


def test_the_landing_page_links_to_all_pages(page: Page) -> None:
    page.open("/")

    page.find("h1", "Partners API")
    page.screenshot("landing")
    links = page.browser.execute_script("return [...document.links].map(link => link.href)")
    assert {link.removeprefix(page.server.base_url) for link in links} >= {
        DOCS, REDOC, "/api/v1/schema/", "/healthz", "/readyz"
    }  # fmt: skip
    assert [httpx.get(link).status_code for link in links] == [200] * len(links)
    settled(page)


def test_redoc_renders_every_operation(page: Page) -> None:
    page.open(REDOC)

    page.find("h1", "Partners API")
    page.find("h2", "List listings")
    page.screenshot("redoc")
    page.browser.execute_script("arguments[0].scrollIntoView()", page.find("h2", "Connect a channel account"))
    page.screenshot("redoc-operation")
    settled(page)


def test_swagger_ui_renders_every_operation(page: Page) -> None:
    page.open(DOCS)

    page.find(".opblock-summary-path", "/listings")
    shown = page.browser.execute_script("return document.querySelectorAll('.opblock').length")
    schema = httpx.get(f"{page.server.base_url}/api/v1/schema/?format=json").json()
    assert shown == sum(len(operations) for operations in schema["paths"].values())
    page.screenshot("swagger")
    settled(page)


def authorize(page: Page, **fields: str) -> None:
    page.click("button.authorize")
    page.find(".modal-ux")
    for name, value in {**CLIENT, **fields}.items():
        field = page.find(f"#{name}, #{name}_clientCredentials")
        field.send_keys(value)
    page.screenshot("swagger-authorize")
    page.click(".modal-ux a, .modal-ux button", "select all")
    page.click(".modal-ux button.authorize", "Authorize")
    page.find(".modal-ux button", "Logout")
    page.screenshot("swagger-authorized")
    page.click(".modal-ux button.btn-done", "Close")


def try_out(page: Page, operation: str) -> Any:
    """Return the response that *Try it out* of an operation shows."""
    block = f"[id$='-{operation}']"
    page.click(f"{block} .opblock-summary-control")
    page.click(f"{block} .try-out__btn")
    page.click(f"{block} button.execute")
    status = page.find(f"{block} .live-responses-table tr.response .response-col_status").text
    body = page.find(f"{block} .live-responses-table tr.response .response-col_description pre").text
    page.screenshot(f"swagger-{operation}")
    assert status.startswith("200"), (status, body)
    return json.loads(body)


def test_the_dialog_shows_that_a_secret_is_wrong(page: Page) -> None:
    page.open(DOCS)
    page.click("button.authorize")
    field = page.find("#client_id_clientCredentials")

    assert page.browser.switch_to.active_element == field
    field.send_keys(CLIENT["client_id"])
    page.find("#client_secret_clientCredentials").send_keys("a guess")
    page.click(".modal-ux button.authorize", "Authorize")

    page.find(".modal-ux .errors", "invalid_client")
    page.screenshot("swagger-refused")


@pytest.fixture
def owner(server: Server) -> Any:
    """The user who has listings."""
    headers = {"Authorization": f"Bearer {server.token()}"}
    users = httpx.get(f"{server.base_url}/api/v1/users/", headers=headers).json()["data"]
    (owner,) = [user for user in users if user["attributes"]["status"] == "active"]
    return owner


def test_authorize_and_try_it_out_show_the_listings_of_all_users(page: Page, server: Server) -> None:
    page.open(DOCS)

    authorize(page)

    assert {listing["type"] for listing in try_out(page, "list_listings")["data"]} == {"listings"}
    assert len(try_out(page, "list_users")["data"]) == 2
    settled(page)


def test_a_token_can_be_bound_to_a_user_and_a_credential(page: Page, server: Server, owner: Any) -> None:
    headers = {"Authorization": f"Bearer {server.token()}"}
    path = f"/api/v1/users/{owner['id']}/credentials/"
    credential = httpx.get(server.base_url + path, headers=headers).json()["data"][0]
    page.open(DOCS)

    authorize(page, user_id=owner["id"], credential_id=credential["id"])

    assert [user["id"] for user in try_out(page, "list_users")["data"]] == [owner["id"]]
    (sent,) = [request for request in settled(page) if request["url"].endswith("/o/token/")]
    form = parse_qs(sent["postData"])
    assert form["user_id"] == [owner["id"]]
    assert form["credential_id"] == [credential["id"]]
