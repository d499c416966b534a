"""The console's pages in a browser: for people with disabilities, on a phone, in dark mode, and by keyboard.

Only `.ci/browser` runs this file. The pages are those of the sidebar, and of each list the page of its first row, so a
new page is checked without further work. With SCREENSHOTS, docs/pictures can be renewed (.ci/console-pictures).
"""

from base64 import b32decode
from secrets import token_hex
from typing import Any

import pytest
from django_otp.oath import TOTP
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from console.demo import DEMO_NAME
from tests.browser.check_accessibility import findings
from tests.browser.conftest import Page
from tests.browser.console_login import log_in

MENU = "#nav-sidebar-apps a[href^='/console/']"
FIRST_ROW = "#result_list tbody th a, #result_list tbody td a, #content a[href^='/console/listings/']"
SCREENS = [(1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")]


def addresses(page: Page, selector: str) -> list[str]:
    found: list[str] = page.browser.execute_script(
        "return [...document.querySelectorAll(arguments[0])].map(link => link.getAttribute('href'))", selector
    )
    return found


def pages_of(page: Page) -> dict[str, str]:
    """Addresses by the name of their picture: each page of the sidebar, and the first row of each list."""
    names = {}
    for address in addresses(page, MENU):
        title = page.text(f"#nav-sidebar-apps a[href='{address}']")
        names[title.split("\n")[-1].strip().lower().replace(" ", "-")] = address
    for name, address in list(names.items()):
        page.open(address)
        rows = [row for row in addresses(page, FIRST_ROW) if "?" not in row and row not in names.values()]
        if rows and name != "overview":
            names[f"{name}-row"] = rows[0]
    page.open(names["accounts-row"])
    names["sync"] = addresses(page, "#content a[href^='/console/jobs/job/']")[-1]  # the oldest job of the account
    return names


CUT_OFF = """
return [...document.querySelectorAll("#content :is(td, th)")]
  .filter((cell) => cell.scrollHeight > cell.clientHeight + 1).map((cell) => cell.textContent.trim());
"""


def problems(page: Page, name: str) -> list[Any]:
    """What is wrong with the page that is shown."""
    page.find("#content, form, h1")
    page.is_still()
    page.screenshot(f"console-{name}-{page.name}")
    found: list[Any] = [[name, page.name, finding] for finding in findings(page)]
    if not page.fits():
        found.append([name, page.name, "wider than the screen"])
    found += [[name, page.name, "cut off", text] for text in page.browser.execute_script(CUT_OFF)]
    found += [[name, page.name, complaint] for complaint in page.complaints()]
    foreign = page.foreign_hosts(page.requests())
    return found + ([[name, page.name, foreign]] if foreign else [])


def test_the_login(page: Page) -> None:
    found = []
    for width, colours in SCREENS:
        page.show_on(width, colours)
        page.open("/console/login/")
        found += problems(page, "login")

    assert found == [], "\n".join(map(str, found))


def test_a_new_login_sets_up_its_second_factor(page: Page) -> None:
    name = f"ada-{token_hex(4)}"
    password = page.server.manage("create_staff", name).split()[-1]
    page.show_on(*SCREENS[0])
    page.open("/console/login/")
    page.press("input[name=username]", name)
    page.press("input[name=password]", password, Keys.ENTER)
    page.comes_to("/console/login/enrolment/")
    found = []
    for width, colours in SCREENS:
        page.show_on(width, colours)
        page.open("/console/login/enrolment/")
        found += problems(page, "enrolment")

    secret = page.text("code").replace(" ", "")
    page.press("input[name=code]", f"{TOTP(b32decode(secret)).token():06}", Keys.ENTER)
    assert page.find("ul", "-").text.count("\n") == 9
    for width in (390, 1280):  # the codes are shown once, in the colours of the page before
        page.show_on(width, "dark")
        found += problems(page, "recovery-codes")
    page.click("a", "I have saved them")

    page.comes_to("/console/")
    assert found == [], "\n".join(map(str, found))


def test_all_pages_on_all_screens(page: Page) -> None:
    page.show_on(*SCREENS[0])
    log_in(page)
    found = []
    names = pages_of(page)
    assert {"overview", "applications", "applications-row", "audit"} <= names.keys()
    for width, colours in SCREENS:
        page.show_on(width, colours)
        for name, address in names.items():
            page.open(address)
            found += problems(page, name)
    for name in ("accounts-row", "sync"):  # whole pages, for the guides
        page.show_on(*SCREENS[0])
        page.open(names[name])
        page.show_on(*SCREENS[0], height=page.browser.execute_script("return document.documentElement.scrollHeight"))
        page.screenshot(f"console-{name}-whole")

    assert found == [], "\n".join(map(str, found))


@pytest.mark.parametrize("is_inside", [True, False], ids=["inside", "outside"])
def test_an_unknown_address_is_a_page(page: Page, is_inside: bool) -> None:
    page.show_on(*SCREENS[0])
    if is_inside:
        log_in(page)
    for width, colours in SCREENS:
        page.show_on(width, colours)
        page.open("/console/nothing/")
        page.find("p", "no page at this address")
        found = findings(page)
        page.screenshot(f"console-not-found-{'inside' if is_inside else 'outside'}-{page.name}")

        assert found == []
        page.becomes(page.fits)


@pytest.mark.parametrize("operation", ["create/", "1/do/change/", "1/do/rotate-secret/", "1/do/disable/"])
def test_the_forms_of_operations(page: Page, operation: str) -> None:
    page.show_on(*SCREENS[0])
    log_in(page)
    found = []
    for width, colours in SCREENS:
        page.show_on(width, colours)
        page.open(f"/console/oauth/application/{operation}")
        found += problems(page, f"operation-{operation.strip('/').replace('/', '-')}")

    assert found == [], "\n".join(map(str, found))


def test_everything_can_be_reached_by_keyboard(page: Page) -> None:
    page.show_on(*SCREENS[0])
    log_in(page)
    page.open("/console/oauth/application/")
    seen = set()
    for _ in range(80):
        page.browser.switch_to.active_element.send_keys(Keys.TAB)
        element = page.browser.switch_to.active_element
        seen.add((element.get_attribute("aria-label") or element.text or element.get_attribute("name") or "").strip())

    words = " ".join(seen)
    for name in ("Overview", "Audit", "Filters", "Demo partner", "Show or hide the sidebar", "operator"):
        assert name in words, seen


def test_the_sidebar_opens_on_a_phone_by_keyboard(page: Page) -> None:
    page.show_on(*SCREENS[0])
    log_in(page)
    page.show_on(390, "light")
    page.open("/console/")
    page.becomes(lambda: not page.browser.find_element(By.CSS_SELECTOR, MENU).is_displayed())

    page.press("[aria-label='Show or hide the sidebar']", Keys.ENTER)

    page.find(MENU, "Applications")
    page.is_still()
    page.screenshot("console-sidebar-390-light")


def test_an_operator_logs_out_by_keyboard(page: Page) -> None:
    page.show_on(*SCREENS[0])
    log_in(page)

    page.press("#nav-sidebar-inner [role=button]", Keys.ENTER, text=DEMO_NAME)
    page.press("#logout-form button", Keys.ENTER)

    page.find("input[name=username]")


def test_the_colours_can_be_chosen(page: Page) -> None:
    page.show_on(*SCREENS[0])
    page.open("/console/login/")

    page.press("[aria-label='Choose the colours']", Keys.ENTER)
    page.press("[role=button]", Keys.ENTER, text="Dark")

    page.find("html.dark")


def test_an_application_is_suspended_and_enabled(page: Page) -> None:
    page.show_on(*SCREENS[0])
    log_in(page)
    page.open("/console/oauth/application/create/")
    page.press("input[name=name]", "Harbour", Keys.ENTER)
    page.find("code")
    page.screenshot("console-secret-1280-light")
    page.click("a", "I have saved it")
    page.click("#result_list a", "Harbour")

    page.click("a", "Suspend")
    page.click("button", "Suspend")
    page.click("a", "Enable")
    page.click("button", "Enable")

    page.find("a", "Suspend")
    assert page.complaints() == []
