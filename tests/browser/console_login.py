"""One login of the demo user for all tests of the console, which admits ten logins of a name in a minute."""

from typing import Any

from selenium.webdriver.common.keys import Keys

from console.demo import DEMO_NAME, DEMO_PASSWORD
from tests.browser.conftest import Page

_cookies: dict[str, list[dict[str, Any]]] = {}  # of the session, by the server's address


def log_in(page: Page) -> None:
    page.open("/console/login/")
    for cookie in _cookies.get(page.server.base_url, []):
        page.browser.add_cookie(cookie)
    page.open("/console/")
    if "/login/" in page.browser.current_url:
        page.press("input[name=username]", DEMO_NAME)
        page.press("input[name=password]", DEMO_PASSWORD, Keys.ENTER)
        page.comes_to("/console/")
        _cookies[page.server.base_url] = page.browser.get_cookies()
