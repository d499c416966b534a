import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.running_server import Server, running_server

PATIENCE_SECONDS = 60
COMPLAINTS = ("WARNING", "SEVERE")  # not the informational messages


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
        ).raise_for_status()
        yield started


@dataclass
class Page:
    """A browser tab. It keeps its console messages and its requests since the page was opened."""

    browser: Chrome
    server: Server

    def open(self, path: str) -> None:
        self.browser.get_log("performance")
        self.browser.get(self.server.base_url + path)

    def find(self, selector: str, text: str = "") -> WebElement:
        """Wait for a visible element with the text, and return the first one."""

        def shown(browser: Chrome) -> WebElement | None:
            elements = browser.find_elements(By.CSS_SELECTOR, selector)
            return next((e for e in elements if e.is_displayed() and text in e.text), None)

        wait = WebDriverWait(self.browser, PATIENCE_SECONDS, ignored_exceptions=[Exception])
        found = wait.until(shown, f"{selector} with {text!r}")
        assert found  # until() raises TimeoutException otherwise
        return found

    def click(self, selector: str, text: str = "") -> None:
        element = self.find(selector, text)
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

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
            self.browser.save_screenshot(f"{folder}/{name}.png")


@pytest.fixture
def page(server: Server) -> Iterator[Page]:
    options = ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1100"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.binary_location = "/usr/bin/chromium"
    browser = Chrome(options, Service("/usr/bin/chromedriver"))
    yield Page(browser, server)
    browser.quit()
