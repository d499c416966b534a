"""The console's pages of listings in a real browser: by keyboard, by mouse, by touch, and without scripts.

Only `.ci/browser` runs this file; it sets AXE, the path of axe-core's script.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.check_accessibility import findings
from tests.browser.check_pages import settled
from tests.browser.conftest import Page
from tests.browser.console_login import log_in

PHONE, DESK = 390, 1280
SCROLL = "arguments[0].scrollIntoView({behavior: 'instant'})"


@pytest.fixture
def staff(page: Page) -> Page:
    """A browser in which the demo login is logged in."""
    log_in(page)
    return page


def look(page: Page, path: str, *, width: int = DESK, colours: str = "light") -> None:
    """Open a page on a screen of a width, in light or dark colours."""
    page.show_on(width, colours)
    page.open(path)
    page.find(".listing")


def enabled_listing(page: Page) -> str:
    """The path of the listing whose prices `make demo` pushed."""
    page.open("/console/listings/?syncing=yes")
    return str(page.find(".rows a").get_attribute("href")).removeprefix(page.server.base_url)


def focused(page: Page) -> WebElement:
    return page.browser.switch_to.active_element


def press(page: Page, *keys: str) -> date:
    """Press keys in the calendar, and return the night that has the focus then."""
    focused(page).send_keys(*keys)
    return date.fromisoformat(focused(page).get_attribute("id").removeprefix("night-"))


def described(page: Page, night: WebElement) -> str:
    """What a screen reader says of an element, after its name."""
    handle = page.browser.execute_cdp_cmd(
        "Runtime.evaluate", {"expression": f"document.getElementById('{night.get_attribute('id')}')"}
    )
    tree: Any = page.browser.execute_cdp_cmd(
        "Accessibility.getPartialAXTree", {"objectId": handle["result"]["objectId"], "fetchRelatives": False}
    )
    return str(tree["nodes"][0].get("description", {}).get("value", ""))


def is_on_the_phone(element: WebElement) -> bool:
    """Whether the element is between the left and the right edge of the screen."""
    box = element.rect
    return bool(box["x"] >= 0 and box["x"] + box["width"] <= PHONE)


def choose_month(page: Page, later: int) -> WebElement:
    """Choose a month on a phone, wait until it has slid in, and return its tenth night."""
    links = page.browser.find_elements(By.CSS_SELECTOR, ".month-links a")
    month = str(links[later].get_attribute("href")).partition("#month-")[2]
    page.click(f".month-links a[href='#month-{month}']")
    night = page.browser.find_element(By.ID, f"night-{month}-10")
    page.becomes(lambda: is_on_the_phone(night))
    return night


def pop_up(page: Page) -> WebElement:
    return page.browser.find_element(By.ID, "factors-of-night")


@pytest.mark.parametrize(
    ("width", "colours"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")], ids=str
)
def test_axe_finds_nothing_serious_and_no_page_is_wider_than_its_screen(staff: Page, width: int, colours: str) -> None:
    listing = enabled_listing(staff)
    for name, path in (("listings", "/console/listings/"), ("listing", listing)):
        look(staff, path, width=width, colours=colours)
        staff.screenshot(f"console-{name}-{width}-{colours}")

        assert findings(staff, ".listing") == []
        staff.becomes(staff.fits)
        settled(staff)
    staff.run(SCROLL, ".pair")
    staff.screenshot(f"console-listing-charts-{staff.name}")
    if width == PHONE:
        choose_month(staff, 1)
        staff.run(SCROLL, ".month-links")
        staff.screenshot(f"console-listing-month-{staff.name}")


def test_the_arrow_keys_move_through_the_nights(staff: Page) -> None:
    look(staff, enabled_listing(staff))
    today = staff.find("td[aria-current=date]")
    first = date.fromisoformat(str(today.get_attribute("id")).removeprefix("night-"))
    staff.browser.execute_script("arguments[0].focus()", today)

    assert press(staff, Keys.ARROW_RIGHT) == first + timedelta(days=1)
    assert press(staff, Keys.ARROW_DOWN, Keys.ARROW_DOWN) == first + timedelta(days=15)
    assert press(staff, Keys.ARROW_UP, Keys.ARROW_LEFT) == first + timedelta(days=7)
    there = press(staff, Keys.PAGE_DOWN, Keys.PAGE_DOWN)
    assert (there.year * 12 + there.month) - (first + timedelta(days=7)).month - (
        first + timedelta(days=7)
    ).year * 12 == 2
    assert press(staff, Keys.END) >= there
    assert press(staff, Keys.HOME) <= there
    assert staff.browser.execute_script("return document.querySelectorAll('td[tabindex=\"0\"]').length") == 1

    for _ in range(4):
        press(staff, Keys.PAGE_UP)
    assert press(staff, *[Keys.ARROW_LEFT] * 40) == first  # there is nothing before today


def test_a_night_with_the_focus_shows_and_tells_what_makes_its_price(staff: Page) -> None:
    look(staff, enabled_listing(staff))
    staff.browser.execute_script("arguments[0].focus()", staff.find("td[aria-current=date]"))
    press(staff, *[Keys.ARROW_DOWN] * 4)
    night = focused(staff)

    name = night.find_element(By.CLASS_NAME, "spoken").get_attribute("textContent")
    price = str(name).replace("\N{NO-BREAK SPACE}", " ").split(", ")[1]
    assert price.startswith("EUR ")
    staff.screenshot("console-listing-factors")
    assert staff.find("#factors-of-night", "Base price").text.endswith(f"Price {price}")
    staff.becomes(lambda: "Base price" in described(staff, night))

    focused(staff).send_keys(Keys.ESCAPE)
    staff.becomes(lambda: not pop_up(staff).is_displayed())
    staff.becomes(lambda: described(staff, night) == "")


def test_a_mouse_shows_the_factors_and_takes_them_away(staff: Page) -> None:
    look(staff, enabled_listing(staff))
    nights = staff.browser.find_elements(By.CSS_SELECTOR, "td.night")

    ActionChains(staff.browser).move_to_element(nights[20]).perform()
    staff.find("#factors-of-night", "Base price")
    ActionChains(staff.browser).move_to_element(staff.find("#price-title")).perform()

    staff.becomes(lambda: not pop_up(staff).is_displayed())


def test_a_tap_on_a_phone_shows_the_factors_of_a_later_month(staff: Page) -> None:
    look(staff, enabled_listing(staff), width=PHONE)

    night = choose_month(staff, 4)
    staff.click(f"#{night.get_attribute('id')}")

    staff.find("#factors-of-night", "10 ")
    staff.screenshot("console-listing-factors-phone")
    assert is_on_the_phone(pop_up(staff))
    staff.becomes(lambda: is_on_the_phone(night))


def test_without_scripts_the_factors_are_below_each_month(staff: Page) -> None:
    path = enabled_listing(staff)
    staff.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})

    staff.open(path)
    staff.click(".month details summary")

    staff.find(".month details[open] .nights", "Base price")
