from collections.abc import Iterator

import httpx
import pytest
from limits.storage import MemoryStorage

from connectors.errors import ChannelUnavailable
from connectors.http import ChannelHttp, Patience
from connectors.observing import Exchange, Observer, Tally, also, template
from connectors.pacing import Pace
from tests.connectors.sandbox_connection import Connect
from tests.connectors.scripted_server import Scripted, ScriptedChannel, saying, scripted_channel

TWICE = Patience(attempts=2, longest_wait=5.0, first_back_off=0.01, first_back_off_when_busy=0.01)


class Notebook(Observer):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.begun: list[Exchange] = []
        self.seen: list[tuple[str, str, str, int]] = []
        self.held: list[tuple[str, str]] = []

    def begins(self, exchange: Exchange) -> None:
        self.begun.append(exchange)
        exchange.headers["traceparent"] = f"attempt-{exchange.attempt}"

    def ended(self, exchange: Exchange) -> None:
        assert exchange.seconds > 0
        self.seen.append((exchange.method, exchange.path, exchange.outcome, exchange.attempt))

    def held_back(self, channel: str, reason: str) -> None:
        self.held.append((channel, reason))


@pytest.fixture
def channel() -> Iterator[ScriptedChannel]:
    with scripted_channel() as channel:
        yield channel


@pytest.fixture
def seaside(channel: ScriptedChannel) -> Iterator[ChannelHttp]:
    with httpx.Client(base_url=channel.base_url, timeout=0.3, follow_redirects=False) as client:
        pace = Pace([], channel="seaside", account="1", storage=MemoryStorage())
        yield ChannelHttp("Seaside", client, pace=pace, timeout=0.3, patience=TWICE, words={"homes", "rates"})


def test_each_attempt_is_observed_without_ids_and_query(channel: ScriptedChannel, seaside: ChannelHttp) -> None:
    channel.script = [saying({}, 503), saying({"ok": True})]
    notebook = Notebook()

    with also(notebook):
        seaside.send("GET", "/homes/secret-7/rates", params={"token": "hidden"})

    assert notebook.seen == [("GET", "/homes/{}/rates", "503", 1), ("GET", "/homes/{}/rates", "200", 2)]
    assert {(each.channel, each.host) for each in notebook.begun} == {("seaside", "127.0.0.1")}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(Scripted(body=b"<html>"), "malformed"), (Scripted(302, b""), "malformed"), (Scripted(hang=1.0), "timeout")],
)
def test_an_attempt_without_a_readable_answer_has_a_word_for_its_failure(
    channel: ScriptedChannel, seaside: ChannelHttp, answer: Scripted, outcome: str
) -> None:
    channel.script = [answer, answer]
    notebook = Notebook()

    with also(notebook), pytest.raises(ChannelUnavailable):
        seaside.send("POST", "/homes")

    assert notebook.seen == [("POST", "/homes", outcome, 1)]


def test_an_observer_can_add_headers_and_each_attempt_has_its_own(
    channel: ScriptedChannel, seaside: ChannelHttp
) -> None:
    channel.script = [saying({}, 500), saying({})]

    with also(Notebook()):
        seaside.send("GET", "/homes")

    assert [headers["traceparent"] for headers in channel.headers] == ["attempt-1", "attempt-2"]


def test_an_observer_that_fails_changes_nothing(
    channel: ScriptedChannel, seaside: ChannelHttp, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Observer):
        def ended(self, exchange: Exchange) -> None:
            raise RuntimeError("no disk")

    channel.script = [saying({"ok": True})]

    with also(Broken()):
        assert seaside.send("GET", "/homes").document == {"ok": True}

    assert "Broken failed to observe a request" in caplog.text


def test_only_requests_inside_are_counted(channel: ScriptedChannel, seaside: ChannelHttp) -> None:
    channel.script = [saying({}, 200), saying({}, 404), saying({}, 200)]
    tally = Tally("seaside", {"requests": 1, "seconds": 2.0, "longest_seconds": 2.0, "statuses": {"200": 1}})

    with also(tally):
        seaside.send("GET", "/homes")
        seaside.send("GET", "/homes/7")
    seaside.send("GET", "/homes")

    summary = tally.summary()
    assert summary["seconds"] > 2.0
    assert summary | {"seconds": 0} == {
        "channel": "seaside",
        "requests": 3,
        "seconds": 0,
        "longest_seconds": 2.0,
        "statuses": {"200": 2, "404": 1},
    }


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/homes", "/homes"),
        ("homes/7/rates", "/homes/{}/rates"),
        ("/homes/maria@example.com", "/homes/{}"),
        ("/homes?key=secret", "/homes"),
        ("/homes/a%2Frates/rates/", "/homes/{}/rates"),
        ("/", "/"),
    ],
)
def test_a_template_keeps_only_known_words(path: str, shown: str) -> None:
    assert template(path, {"homes", "rates"}) == shown


@pytest.mark.parametrize("slug", ["coliving", "direct", "hostaway", "spotahome"])
def test_the_connectors_know_the_words_of_their_paths(connect: Connect, slug: str) -> None:
    notebook = Notebook()

    with also(notebook):
        at = connect(slug)
        listing = at.listings()[0]
        at.channel.listing(at.connection, listing.channel_listing_id)
        list(at.channel.reservations(at.connection, {}))

    paths = {path for _, path, _, _ in notebook.seen}
    assert len(paths) > 1
    # Coliving's begin with the provider, which is a credential.
    assert all(
        "{}/{}" not in path and path.count("{}") <= 2 and listing.channel_listing_id not in path for path in paths
    )
