"""No serious or critical finding of axe-core in our own parts of the pages, and no page wider than a phone.

Only `.ci/browser` runs this file; it sets AXE, the path of axe-core's script. Findings inside of Swagger UI and ReDoc
are left to their makers, except in the parts that we add.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser.check_pages import DOCS, REDOC
from tests.browser.conftest import Page

RUN = """
const [context, rules, done] = arguments;
const options = rules ? { runOnly: { type: "rule", values: rules } } : {};
axe.run(context ? { include: context } : document, { resultTypes: ["violations"], ...options }).then(
  (result) => done(result.violations
    .filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => [each.id, each.nodes.map((node) => [node.target.join(" "), node.failureSummary])])),
  (error) => done([String(error)]));
"""


# Rules about the whole document. The others would take a minute on the large pages of Swagger UI and ReDoc.
PAGE_RULES = ["html-has-lang", "html-lang-valid", "document-title", "meta-viewport", "bypass"]


def findings(page: Page, context: str | None = None, rules: list[str] | None = None) -> Any:
    """The serious and critical findings in the part of the page that the selector names, or in all of it."""
    page.is_still()  # a colour that fades in has too little contrast
    page.browser.execute_script(Path(os.environ["AXE"]).read_text())
    return page.browser.execute_async_script(RUN, context and [context], rules)


@pytest.fixture(params=[(1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")], ids=str)
def screen(page: Page, request: Any) -> Page:
    """A page on a screen of a width, in light or dark colours."""
    page.show_on(*request.param)
    return page


def test_the_landing_page(screen: Page) -> None:
    screen.open("/")
    screen.find("h1", "Partners API")
    screen.screenshot(f"landing-{screen.name}")

    assert findings(screen) == []
    screen.becomes(screen.fits)


@pytest.mark.parametrize("path", ["", "tutorial/", "concepts/", "moving/", "settings/", "errors/", "no-such-guide/"])
def test_the_guides(screen: Page, path: str) -> None:
    screen.open(f"/guides/{path}")
    screen.find("h1")
    has_its_colours(screen)
    screen.screenshot(f"guides-{path.strip('/') or 'start'}-{screen.name}")

    assert findings(screen) == []
    screen.becomes(screen.fits)


def test_the_pages_of_errors(screen: Page) -> None:
    screen.open("/api/v1/errors/")
    screen.find("h1", "Errors")
    screen.screenshot(f"errors-{screen.name}")

    assert findings(screen) == []
    screen.becomes(screen.fits)


def has_its_colours(page: Page) -> None:
    """Wait until the background is dark or light, as the screen is: darker than the middle of the scale or not."""
    script = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    dark = page.name.endswith("dark")
    page.becomes(lambda: (sum(page.browser.execute_script(script)) < 3 * 128) == dark, f"the colours of {page.name}")


def test_our_parts_of_swagger_ui(screen: Page) -> None:
    screen.open(DOCS)
    screen.find(".opblock")
    screen.screenshot(f"swagger-{screen.name}")
    screen.click("[id$='-list_users'] .opblock-summary-control")
    screen.find(".folded-error")
    screen.screenshot(f"swagger-operation-{screen.name}")
    folded = findings(screen, ".folded-error > td > details > summary")

    screen.click("button.authorize")
    screen.find(".token-binding")
    screen.screenshot(f"swagger-authorize-{screen.name}")

    assert folded == []
    assert findings(screen, ".token-binding") == []
    assert findings(screen, ".bar") == []
    screen.becomes(screen.fits)
    has_its_colours(screen)
    assert findings(screen, rules=PAGE_RULES) == []


def test_the_frame_of_redoc(screen: Page) -> None:
    screen.open(REDOC)
    screen.find("h1", "Partners API")
    screen.screenshot(f"redoc-{screen.name}")

    assert findings(screen, ".bar") == []
    screen.becomes(screen.fits)
    has_its_colours(screen)
    assert findings(screen, rules=PAGE_RULES) == []
