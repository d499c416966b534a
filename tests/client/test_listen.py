"""`partners listen` over real webhooks: what arrives is printed, and nothing is left behind."""

import json
import re
import signal
from collections.abc import Iterator

import httpx
import pytest

from devtools.event_receiver import EventReceiver, event_receiver
from tests.client.command_line import CommandLine, Running

pytestmark = pytest.mark.slow


def change_base_price(partners: CommandLine, price: int) -> None:
    partners.succeeds("customizations", "set", "1", "base", f"base-price={price}")


def endpoints(partners: CommandLine) -> list[str]:
    return [endpoint["attributes"]["url"] for endpoint in partners.succeeds("webhooks", "ls", "--json").objects()]


def receiver_of(running: Running) -> str:
    """The URL at which the command is ready to receive."""
    return running.shows(r"Ready\. Events of \S+ arrive at (\S+)\. Ctrl-C ends\.")[1]


@pytest.fixture
def own_receiver() -> Iterator[EventReceiver]:
    """The receiver of a developer, which rejects the first delivery."""
    statuses = [500]
    with event_receiver(answer=lambda arrival: statuses.pop() if statuses else 204) as receiver:
        yield receiver


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda signum: signum.name)
def test_events_are_printed_until_a_signal_and_no_endpoint_is_left(
    signum: signal.Signals, partners: CommandLine
) -> None:
    with partners.started("listen") as running:
        url = receiver_of(running)
        assert endpoints(partners) == [url]
        change_base_price(partners, 200 + signum)

        running.shows(rf"listing\.base_price_changed  evt_\d+  user 1, account 1, listing 1  {200 + signum} GBP\n")
        code = running.stop(signum)

    assert code == 0
    assert endpoints(partners) == []
    assert "webhook_endpoint.test" not in running.shown


def test_only_chosen_types_arrive_and_json_is_the_body(partners: CommandLine) -> None:
    with partners.started("listen", "--json", "--events", "listing.base_price_changed") as running:
        receiver_of(running)
        partners.succeeds("listings", "refresh", "1", "--watch")
        change_base_price(partners, 231)
        running.shows(r'"new-base-price": 231')
        running.stop(signal.SIGINT)

    events = [json.loads(line) for line in running.shown.splitlines() if line.startswith("{")]
    assert {event["meta"]["type"] for event in events} == {"listing.base_price_changed"}


def test_a_request_without_a_valid_signature_is_refused(partners: CommandLine) -> None:
    forged = {"webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
    with partners.started("listen") as running:
        url = receiver_of(running)

        answer = httpx.post(url, json={"meta": {"type": "listing.created"}}, headers=forged)

        assert answer.status_code == 400
        running.shows(r"1 requests had no valid signature\.")
        assert httpx.post(url, content=b"x" * (2 << 20)).status_code == 413
        running.stop(signal.SIGINT)
    assert "listing.created" not in running.shown


def test_deliveries_are_forwarded_with_their_signatures(partners: CommandLine, own_receiver: EventReceiver) -> None:
    """A failure of the own receiver is the server's to repeat."""
    with partners.started("listen", "--forward-to", own_receiver.url) as running:
        own_receiver.secret = running.shows(r"Their signing secret is (whsec_\S+)")[1]
        change_base_price(partners, 232)
        running.shows(rf"→ 500 from {re.escape(own_receiver.url)} in \d+ ms")
        running.shows(rf"→ 204 from {re.escape(own_receiver.url)} in \d+ ms")
        running.stop(signal.SIGINT)

    (event,) = own_receiver.events.values()
    assert event["data"]["attributes"]["new-base-price"] == 232
    assert own_receiver.refused == 0


def test_a_receiver_that_does_not_run_is_named(partners: CommandLine) -> None:
    with partners.started("listen", "--forward-to", "http://127.0.0.1:9/hooks") as running:
        receiver_of(running)
        change_base_price(partners, 233)
        running.shows(r"→ http://127\.0\.0\.1:9/hooks did not answer: ")
        running.stop(signal.SIGINT)


def test_where_no_webhook_can_arrive_events_are_read_instead(partners: CommandLine) -> None:
    with partners.started("listen", "--public-url", "ftp://tunnel.example") as running:
        running.shows(
            r"The server refused the endpoint: 400 .*\n?.*Reading new events from \S+/api/v1/events/ instead\."
        )
        change_base_price(partners, 234)
        running.shows(r"listing\.base_price_changed  evt_\d+  user 1, account 1, listing 1  234 GBP\n")
        code = running.stop(signal.SIGINT)

    assert code == 0
    assert endpoints(partners) == []


def test_a_port_in_use_is_refused(partners: CommandLine, own_receiver: EventReceiver) -> None:
    ended = partners.run("listen", "--port", str(httpx.URL(own_receiver.url).port))

    assert ended.code == 2
    assert re.fullmatch(r"✗ Port \d+ cannot be used: Address already in use\.\n", ended.err)
    assert endpoints(partners) == []


def test_events_can_be_followed_without_an_endpoint(partners: CommandLine) -> None:
    with partners.started("events", "follow", "--type", "listing.base_price_changed", "--json") as running:
        for price in range(240, 300):  # the command says nothing before its first event
            change_base_price(partners, price)
            if '"new-base-price"' in running.shown or _shows_soon(running):
                break
        code = running.stop(signal.SIGINT)

    assert code == 130
    assert {json.loads(line)["attributes"]["event-type"] for line in running.shown.splitlines() if line} == {
        "listing.base_price_changed"
    }


def _shows_soon(running: Running) -> bool:
    try:
        running.shows('"new-base-price"', seconds=2)
    except AssertionError:
        return False
    return True
