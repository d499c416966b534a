"""The HTML pages in a real browser. Only `.ci/browser` runs this file, so that `make test` needs no browser."""

import json
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from tests.browser.conftest import Page
from tests.running_server import CLIENT, PATIENCE_SECONDS, Server

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
        "/guides/", "/guides/tutorial/", DOCS, REDOC, "/api/v1/schema/", "/healthz", "/readyz"
    }  # fmt: skip
    with httpx.Client(follow_redirects=True, timeout=PATIENCE_SECONDS) as client:
        assert [client.get(link).status_code for link in links] == [200] * len(links)
    settled(page)


def test_the_guides_are_complete_without_another_host(page: Page) -> None:
    page.open("/guides/tutorial/")

    page.find("h1", "Tutorial")
    page.click(".tabbed-labels label", "TypeScript")
    page.find(".tabbed-block", "async function getToken")
    page.browser.execute_script("arguments[0].scrollIntoView()", page.find("h2", "Connect an account"))
    assert len(page.browser.find_elements("css selector", ".tabbed-labels label")) == 3 * 9
    settled(page)


def test_the_search_of_the_guides_finds_a_section(page: Page) -> None:
    page.open("/guides/")
    page.press(".md-search__input", "already connected")

    page.find(".md-search-result__link", "Connect")
    page.screenshot("guides-search")
    settled(page)


def test_swagger_ui_and_redoc_lead_to_the_guides(page: Page) -> None:
    for path in (DOCS, REDOC):
        page.open(path)
        page.click(".bar a", "Guides")
        page.comes_to("/guides/")
        page.find("h1", "Partners API")


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
    schema = page.server.read("/api/v1/schema/?format=json")
    shows_operations(page, sum(len(operations) for operations in schema["paths"].values()))
    page.screenshot("swagger")
    settled(page)


def shows_operations(page: Page, number: int) -> None:
    """Wait until Swagger UI shows exactly this number of operations."""
    script = "return document.querySelectorAll('.opblock').length"
    page.becomes(lambda: page.browser.execute_script(script) == number, f"{number} operations")


def authorize(page: Page, **fields: str) -> None:
    page.click("button.authorize")
    page.find(".modal-ux")
    for name, value in {**CLIENT, **fields}.items():
        page.press(f"#{name}, #{name}_clientCredentials", value)
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
    status = page.text(f"{block} .live-responses-table tr.response .response-col_status")
    body = page.text(f"{block} .live-responses-table tr.response .response-col_description pre")
    page.screenshot(f"swagger-{operation}")
    assert status.startswith("200"), (status, body)
    return json.loads(body)


def test_the_dialog_shows_that_a_secret_is_wrong(page: Page) -> None:
    page.open(DOCS)
    page.click("button.authorize")

    page.has_focus("#client_id_clientCredentials")
    page.press("#client_id_clientCredentials", CLIENT["client_id"])
    page.press("#client_secret_clientCredentials", "a guess")
    page.click(".modal-ux button.authorize", "Authorize")

    page.find(".modal-ux .errors", "invalid_client")
    page.screenshot("swagger-refused")


@pytest.fixture
def owner(server: Server) -> Any:
    """A user who has listings."""
    listing, *_ = server.read("/api/v1/listings/")["data"]
    return listing["relationships"]["owner"]["data"]


def test_authorize_and_try_it_out_show_the_listings_of_all_users(page: Page, server: Server) -> None:
    page.open(DOCS)

    authorize(page)

    assert {listing["type"] for listing in try_out(page, "list_listings")["data"]} == {"listings"}
    users = {user["id"] for user in server.read("/api/v1/users/")["data"]}
    assert len(users) >= 2  # other tests create more
    assert {user["id"] for user in try_out(page, "list_users")["data"]} == users
    settled(page)


def test_a_token_can_be_bound_to_a_user_and_a_credential(page: Page, server: Server, owner: Any) -> None:
    credential, *_ = server.read(f"/api/v1/users/{owner['id']}/credentials/")["data"]
    page.open(DOCS)

    authorize(page, user_id=owner["id"], credential_id=credential["id"])

    assert [user["id"] for user in try_out(page, "list_users")["data"]] == [owner["id"]]
    (sent,) = [request for request in settled(page) if request["url"].endswith("/o/token/")]
    form = parse_qs(sent["postData"])
    assert form["user_id"] == [owner["id"]]
    assert form["credential_id"] == [credential["id"]]
