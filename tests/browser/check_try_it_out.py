"""*Try it out* of Swagger UI on every operation. Only `.ci/browser` runs this file.

The operations come from the schema, so a new operation is tried without further work. A path parameter takes the id
that the operation one level above created, or listed first.
"""

import json
import re
from typing import Any

import pytest

from openapi.request_collections import Request, requests_of
from tests.browser.check_pages import DOCS, authorize, shows_operations
from tests.browser.conftest import Page
from tests.running_server import Server

GOOD = {"200", "201", "202", "204", "304"}  # 304: an activation that changes nothing

# While the first sync runs, an account is not synced again, and a listing that it has just found has no prices.
MAY_ALSO = {"refresh_account": {"409"}, "list_listing_calendar": {"400"}}

# Values of parameters that the schema cannot know, by operation and name.
PARAMETERS: dict[str, dict[str, str]] = {}

FILL = """
const [field, value] = arguments;
const kind = field.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, value);
field.dispatchEvent(new Event("input", { bubbles: true }));
field.dispatchEvent(new Event("change", { bubbles: true }));
"""
# Swagger UI reads a field 0.35 s after the last key. A longer timer of the page itself ends after that, on any machine.
READ = "setTimeout(arguments[0], 500)"
ANSWER = """
const row = document.querySelector(`[id$='-${arguments[0]}'] .live-responses-table tr.response`);
if (!row) return null;
if ([...row.querySelectorAll("h5")].some((title) => title.textContent === "Response body") &&
  !row.querySelector(".response-col_description :is(pre, code, a)")) return null;
const text = (selector) => row.querySelector(selector)?.textContent ?? "";
return [text(".response-col_status").trim().slice(0, 3), text(".response-col_description .highlight-code code")];
"""


class Tried:
    """The requests so far: the ids that they found, and the operations that failed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.known: dict[str, str] = {}
        self.failed: dict[str, tuple[str, str]] = {}

    def run(self, request: Request) -> None:
        name = request.operation_id
        block = f"[id$='-{name}']"
        self._press(f"{block} .opblock-summary-control")
        self._press(f"{block} .try-out__btn")
        for parameter, value in (self._ids(request) | PARAMETERS.get(name, {})).items():
            self.page.run(FILL, f"{block} tr[data-param-name='{parameter}'] input", value)
        if body := self._body(request):
            self.page.run(FILL, f"{block} textarea.body-param__text", body)
        self.page.browser.execute_async_script(READ)
        self._press(f"{block} button.execute")
        status, text = self._answer(name)
        if status not in GOOD | MAY_ALSO.get(name, set()):
            self.failed[name] = (status, text[:1000])
            self.page.screenshot(f"swagger-failed-{name}")
        self._remember(request, text)
        self._press(f"{block} .opblock-summary-control")

    def _press(self, selector: str) -> None:
        self.page.run("arguments[0].click()", selector)

    def _ids(self, request: Request) -> dict[str, str]:
        return {name: value for name, value in self.known.items() if f"{{{{{name}}}}}" in request.url}

    def _body(self, request: Request) -> str:
        """The body with the ids of this server, or nothing: then the example is sent as it is offered."""
        if request.method == "PATCH" or "{{" not in (request.body or ""):
            return ""
        return re.sub(r"\{\{(\w+)\}\}", lambda found: self.known[found[1]], request.body or "")

    def _answer(self, name: str) -> tuple[str, str]:
        status, text = self.page.becomes(lambda: self.page.browser.execute_script(ANSWER, name), f"answer to {name}")
        return status, text

    def _remember(self, request: Request, text: str) -> None:
        for variable, steps in request.remembers.items():
            if variable in self.known and not request.overwrites:
                continue
            found: Any = json.loads(text) if text.startswith("{") else {}
            try:
                for step in steps:
                    found = found[step]
            except (LookupError, TypeError):
                continue
            self.known[variable] = str(found)


@pytest.fixture
def schema(server: Server) -> Any:
    return server.read("/api/v1/schema/?format=json")


def test_every_operation_works_as_it_is_offered(page: Page, server: Server, schema: Any) -> None:
    page.open(DOCS)
    authorize(page)
    tried = Tried(page)
    tried.known["public_listing_id"] = server.public_listing_id()

    for request in requests_of(schema):
        tried.run(request)

    assert tried.failed == {}


def test_the_filter_finds_operations_by_text(page: Page) -> None:
    page.open(DOCS)
    page.find(".opblock")

    page.press("input.operation-filter-input", "enable or disable")

    page.find(".opblock-summary-path", "/activation")
    shows_operations(page, 1)


def test_errors_are_folded_into_a_line_for_each_status(page: Page) -> None:
    page.open(DOCS)
    page.click("[id$='-patch_listing_activation'] .opblock-summary-control")

    error = page.find("[id$='-patch_listing_activation'] .folded-error[data-code='422']", "business rule")

    assert not page.browser.execute_script("return arguments[0].querySelector('details').open", error)
    assert page.browser.execute_script("return arguments[0].offsetHeight", error) < 80
    page.click("[id$='-patch_listing_activation'] .folded-error[data-code='422'] summary", "business rule")
    page.find("[id$='-patch_listing_activation'] .folded-error[data-code='422'] .highlight-code", "errors")
    page.screenshot("swagger-error-opened")


def test_the_token_stays_after_the_page_is_loaded_again(page: Page) -> None:
    page.open(DOCS)
    authorize(page)

    page.open(DOCS)

    page.find(".btn.authorize.locked")
