"""No secret and no personal data in any output, whatever callers and channels send."""

import json

import httpx
import pytest

from tests.connectors.scripted_server import Scripted, saying
from tests.observability.house import KEY, PLANTED, eventually, house
from tests.running_server import CLIENT, free_port

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("format_", ["json", "line"])
def test_what_callers_and_channels_send_is_in_no_output(format_: str) -> None:
    port = free_port()
    switches = {"LOG_FORMAT": format_, "ACCESS_LOG": "on", "LOG_LEVEL": "DEBUG", "METRICS_PORT": str(port)}
    with house(**switches) as at:
        at.onboard()
        at.misbehave()
        with at.working() as log:
            eventually(lambda: "sync_account" in log.read_text() and "/hook" in str(at.channel.asked))
            eventually(lambda: "partners.channels" in log.read_text() and "deliver_events" in log.read_text())
            at.channel.route = lambda path, query: failing()
            account = at.call("GET", "/api/v1/users/").json()["data"][0]["id"]
            accounts = at.call("GET", f"/api/v1/users/{account}/accounts/").json()["data"]
            at.call("POST", f"/api/v1/users/{account}/accounts/{accounts[0]['id']}/refresh/?recent_sync_threshold=0")
            eventually(lambda: log.read_text().count("job sync_account") + log.read_text().count("sync_account #") > 1)
        metrics = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        output = at.api.log.read_text() + log.read_text()

    assert "partners.access" in output
    assert "create_account" in output
    assert "/listings/{}/calendar" in output
    secrets = [*at.secrets, CLIENT["client_secret"], KEY, KEY.partition(".")[2], "Lastname", "Guestname"]
    for text in (output, metrics):
        lines = [line for line in text.splitlines() if PLANTED in line.lower()]
        assert lines == []
        assert [secret for secret in secrets if secret in text] == []
    if format_ == "json":
        documents = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        assert {"partners.access", "partners.jobs", "partners.channels"} <= {each["logger"] for each in documents}


def failing() -> Scripted:
    message = f"Bad key {KEY} of planted.echo@example.com"
    return saying({"error": {"code": "invalid", "message": message}}, 422)
