"""The sandbox's page for people. Only `.ci/browser` runs this file."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from sandbox.server import RunningSandbox, running
from tests.browser.check_accessibility import findings, screen
from tests.browser.conftest import Page
from tests.running_server import PATIENCE_SECONDS, Server
from tests.sandbox.hostaway_client import Hostaway

__all__ = ["screen"]

NOW = datetime(2026, 3, 14, 22, 0, tzinfo=UTC)
HOSTILE = "<img src=x onerror=document.title='hacked'><script>document.title='hacked'</script>"

LATEST = "The sandbox's clock can be set from 2023-01-01 to 2090-01-01."

# The next answer that says whether the limits are on reaches the page only after `release`.
HOLD_LIMITS = """
const real = window.fetch;
window.fetch = async (path, options) => {
  const answer = await real(path, options);
  if (options.method !== "GET" || !path.endsWith("/limits")) return answer;
  window.fetch = real;
  const text = await answer.text();
  await new Promise((done) => { window.release = done; });
  return { ok: answer.ok, text: async () => text };
};
"""
RELEASE_LIMITS = """
const done = arguments[0];
window.release();
setTimeout(() => done(document.getElementById("limits").checked), 0);
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with running(now=NOW) as started:
        yield started


@pytest.fixture(scope="module")
def server(sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The sandbox in the place of the server: `page` opens its pages."""
    return Server(int(sandbox.base_url.rpartition(":")[2]), tmp_path_factory.mktemp("log") / "log")


@pytest.fixture(autouse=True)
def as_new(sandbox: RunningSandbox) -> None:
    sandbox.reset()


def test_it_is_readable_on_every_screen(screen: Page, sandbox: RunningSandbox) -> None:
    with Hostaway(sandbox.base_url, "10003") as client:
        client.get("/listings")
    fault = {"kind": "slow", "path": "/calendar", "count": 3}
    httpx.post(f"{sandbox.base_url}/_control/faults", json=fault, timeout=PATIENCE_SECONDS).raise_for_status()
    screen.open("/")
    screen.find("#bookings td")
    screen.find("#log td", "/v1/listings")
    screen.find("#other-faults", "slow, path /calendar, count 3")
    screen.screenshot(f"sandbox-{screen.name}")
    screen.browser.execute_script("document.getElementById('accounts-title').scrollIntoView()")
    screen.screenshot(f"sandbox-accounts-{screen.name}")

    assert findings(screen) == []
    screen.becomes(screen.fits)
    assert screen.foreign_hosts(screen.requests()) == set()
    assert screen.complaints() == []


def test_the_clock_is_moved_with_the_keyboard(page: Page, sandbox: RunningSandbox) -> None:
    page.open("/")
    page.find("#now", "2026-03-14 22:00:00 UTC")

    page.press("#clock-buttons button", Keys.ENTER, text="+1 day")
    page.find("#now", "2026-03-15 22:00:00 UTC")
    page.press("#run", Keys.SPACE)
    page.becomes(lambda: not sandbox.clock.stopped)

    page.has_focus("#stop")
    page.press("#stop", Keys.SPACE)
    page.becomes(lambda: sandbox.clock.stopped)


def test_a_fault_is_switched_on_for_one_channel_and_off_again(page: Page, sandbox: RunningSandbox) -> None:
    page.open("/")
    page.find("#fault-channel option[value=hostaway]")
    Select(page.find("#fault-channel")).select_by_value("hostaway")
    page.click("#faults label", "Server error")
    page.becomes(lambda: [(fault.kind, fault.channel) for fault in sandbox.faults.active()] == [
        ("server_error", "hostaway")
    ])  # fmt: skip
    refused = httpx.get(f"{sandbox.base_url}/hostaway/v1/listings", timeout=PATIENCE_SECONDS)
    page.find("#log td.bad", "500")

    page.find("#faults label:has(input:checked:not([data-fault='']))", "Server error")
    page.click("#faults label", "Server error")

    assert refused.status_code == 500
    page.becomes(lambda: sandbox.faults.active() == [])


def test_limits_are_a_switch(page: Page, sandbox: RunningSandbox) -> None:
    page.open("/")
    page.find("#clock-state", "stopped")
    page.click(".switch", "Limits")

    page.becomes(lambda: sandbox.limiter.enabled)


def test_credentials_are_copied(page: Page, sandbox: RunningSandbox) -> None:
    origin = page.server.base_url
    page.browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"origin": origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    page.open("/")
    page.click("[aria-label='Copy the credentials of account 1 of hostaway']")
    page.find("[aria-label='Copy the credentials of account 1 of hostaway']", "Copied")

    copied = page.browser.execute_async_script("navigator.clipboard.readText().then(arguments[0], arguments[0])")
    assert json.loads(copied) == {"client_id": "10003", "client_secret": "sandbox-secret"}


def test_hostile_names_and_paths_are_only_text(page: Page, sandbox: RunningSandbox) -> None:
    with Hostaway(sandbox.base_url, "10003") as client:
        for number in (1, 2, 3):
            client.result("PUT", f"/listings/10003000{number}", json={"name": HOSTILE})
    httpx.get(f"{sandbox.base_url}/hostaway/{HOSTILE}", params={"x": HOSTILE}, timeout=PATIENCE_SECONDS)
    sandbox.clock.advance(1)
    page.open("/")

    page.find("#bookings td", HOSTILE)
    page.find("#log td", HOSTILE.partition("<script")[0])

    assert page.browser.title == "Sandbox"
    assert page.complaints() == []


def test_a_problem_is_said(page: Page, sandbox: RunningSandbox) -> None:
    sandbox.clock.set(datetime(2089, 12, 31, 23, 30, tzinfo=UTC))
    page.open("/")
    page.find("#now", "2089-12-31 23:30")
    page.click("#clock-buttons button", "+1 hour")

    page.find("#status", LATEST)
    httpx.get(f"{sandbox.base_url}/hostaway/v1/later", timeout=PATIENCE_SECONDS)
    page.find("#log td", "/v1/later")  # the page has read everything again since then

    page.find("#status", LATEST)
    page.click("#clock-buttons button", "Real time")
    page.becomes(lambda: not page.browser.execute_script("return document.getElementById('status').textContent"))


def test_an_answer_from_before_a_change_does_not_undo_it_on_the_page(page: Page, sandbox: RunningSandbox) -> None:
    page.open("/")
    page.find("#clock-state", "stopped")
    page.browser.execute_script(HOLD_LIMITS)
    page.becomes(lambda: page.browser.execute_script("return Boolean(window.release)"))
    page.click(".switch", "Limits")
    page.becomes(lambda: sandbox.limiter.enabled)

    shown = page.browser.execute_async_script(RELEASE_LIMITS)

    assert shown is True
