import json
import os
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.running_server import PATIENCE_SECONDS, Server, running_server

POLL_SECONDS = 0.1
NARROW = 600  # pixels
COMPLAINTS = ("WARNING", "SEVERE")  # not the informational messages

# A script has just replaced, hidden or covered the element, so the action had no effect and can be repeated.
NOT_DONE = (StaleElementReferenceException, ElementNotInteractableException, ElementClickInterceptedException)

# Endless animations, such as those of grey boxes before a page has loaded, do not count.
STILL = """
return document.readyState === "complete" && document.getAnimations().every((each) =>
  each.playState !== "running" || each.effect.getComputedTiming().endTime === Infinity);
"""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server with two users; the second user has no listings."""
    with running_server() as started:
        started.onboard()
        attributes = {"first-name": "Jo", "last-name": "Nobody", "email": "nobody@example.com"}
        httpx.post(
            f"{started.base_url}/api/v1/users/",
            json={"data": {"type": "users", "attributes": attributes}},
            headers={"Authorization": f"Bearer {started.token()}"},
            timeout=PATIENCE_SECONDS,
        ).raise_for_status()
        yield started


@dataclass
class Page:
    """A browser tab. It keeps its console messages and its requests since the page was opened."""

    browser: Chrome
    server: Server
    name: str = ""  # of the screen, for screenshots

    def open(self, path: str) -> None:
        self.browser.get_log("performance")
        self.browser.get(self.server.base_url + path)

    def show_on(self, width: int, colours: str, height: int = 1000) -> None:
        """Show pages as on a screen of a size in pixels, in `light` or `dark` colours."""
        scale = 2 if width < NARROW else 1  # phones have more pixels
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        media = {"features": [{"name": "prefers-color-scheme", "value": colours}]}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        self.name = f"{width}-{colours}"

    def becomes(self, condition: Callable[[], Any], expected: str = "") -> Any:
        """Wait until the condition is true, and return its value. It only looks: it is asked again and again."""
        wait = WebDriverWait(self.browser, PATIENCE_SECONDS, POLL_SECONDS, ignored_exceptions=[WebDriverException])
        return wait.until(lambda _: condition(), expected)

    def comes_to(self, path: str) -> None:
        """Wait until the page at the path is loaded."""
        address = self.server.base_url + path
        self.becomes(lambda: self.browser.current_url == address and self.browser.execute_script(STILL), address)

    def is_still(self) -> None:
        """Wait until the page is loaded and nothing in it moves or fades."""
        self.becomes(lambda: self.browser.execute_script(STILL), "a page without movement")

    def find(self, selector: str, text: str = "") -> WebElement:
        """Wait for a visible element with the text, and return the first one."""

        def shown() -> WebElement | None:
            elements = self.browser.find_elements(By.CSS_SELECTOR, selector)
            return next((e for e in elements if e.is_displayed() and text in e.text), None)

        found: WebElement = self.becomes(shown, f"{selector} with {text!r}")
        return found

    def text(self, selector: str) -> str:
        """Wait until the first visible element has a text, and return it."""
        return str(self.becomes(lambda: self.find(selector).text, f"{selector} with a text"))

    def click(self, selector: str, text: str = "") -> None:
        def clicked() -> bool:
            element = self.find(selector, text)
            self.browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
            element.click()
            return True

        self._do(clicked)

    def press(self, selector: str, *keys: str, text: str = "") -> None:
        """Press keys in the first visible element with the text."""

        def pressed() -> bool:
            self.find(selector, text).send_keys(*keys)
            return True

        self._do(pressed)

    def run(self, script: str, selector: str, *arguments: str) -> None:
        """Run a script with the first visible element, which may not be replaced before."""

        def ran() -> bool:
            self.browser.execute_script(script, self.find(selector), *arguments)
            return True

        self._do(ran)

    def has_focus(self, selector: str) -> None:
        """Wait until the focus is in such an element."""
        script = "return document.activeElement.matches(arguments[0])"
        self.becomes(lambda: self.browser.execute_script(script, selector), f"the focus in {selector}")

    def fits(self) -> bool:
        """Whether the page is not wider than the screen."""
        return bool(self.browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"))

    def _do(self, action: Callable[[], bool]) -> None:
        wait = WebDriverWait(self.browser, PATIENCE_SECONDS, POLL_SECONDS, ignored_exceptions=NOT_DONE)
        wait.until(lambda _: action())

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] in COMPLAINTS]

    def requests(self) -> list[dict[str, Any]]:
        """Return every request since the page was opened, in the format of the developer tools."""
        messages = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        return [m["params"]["request"] for m in messages if m["method"] == "Network.requestWillBeSent"]

    def foreign_hosts(self, requests: list[dict[str, Any]]) -> set[str]:
        own = urlsplit(self.server.base_url).netloc
        hosts = {urlsplit(request["url"]).netloc for request in requests if not request["url"].startswith("data:")}
        return hosts - {own, ""}

    def screenshot(self, name: str) -> None:
        """Save a picture to the folder that the variable SCREENSHOTS names, if it is set."""
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            options = {"format": "webp", "quality": 85}
            picture = self.browser.execute_cdp_cmd("Page.captureScreenshot", options)["data"]
            Path(folder, f"{name}.webp").write_bytes(b64decode(picture))


@pytest.fixture
def page(server: Server) -> Iterator[Page]:
    options = ChromeOptions()
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--window-size=1280,1100",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.binary_location = "/usr/bin/chromium"
    browser = Chrome(options, Service("/usr/bin/chromedriver"))
    browser.set_script_timeout(PATIENCE_SECONDS)
    yield Page(browser, server)
    browser.quit()
