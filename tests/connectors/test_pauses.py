"""Pauses of channels that do not answer or are busy, as all processes and threads see them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from limits.storage import Storage

from connectors import pauses
from connectors.clients import client_for
from connectors.errors import ChannelUnavailable, NotAsked
from connectors.http import ChannelHttp, Patience
from connectors.pacing import Pace
from connectors.pauses import LONGEST_BUSY_HOST, Pauses
from tests.connectors.scripted_server import Scripted, ScriptedChannel, saying, scripted_channel
from throttling.storage import SharedFileStorage

Of = Callable[..., Pauses]
PATIENCE = Patience(attempts=4, longest_wait=5.0, first_back_off=0.01, first_back_off_when_busy=0.01)


@pytest.fixture
def of(storage: Storage) -> Of:
    """Returns a function that makes the pauses of an account as another thread or process would."""

    def make(account: str, host: str = "seaside") -> Pauses:
        return Pauses(storage, host=host, account=account, longest_probe=40.0)

    return make


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first pause takes a second."""
    monkeypatch.setattr(pauses, "FIRST_PAUSE", 1)


def silence(made: Pauses, times: int = 1) -> None:
    """A request that is sent if it may be, and gets no answer."""
    for _ in range(times):
        assert made.current() is None
        made.is_silent()


def waits(made: Pauses) -> float:
    paused = made.current()
    assert paused is not None
    assert paused.is_silent
    return paused.wait


class TestSilence:
    def test_one_silence_is_no_pause(self, of: Of) -> None:
        silence(of("1"))

        assert of("1").current() is None

    def test_an_account_that_got_no_answer_twice_is_paused_everywhere(self, of: Of) -> None:
        silence(of("1"))
        silence(of("1"))

        assert 0 < waits(of("1")) <= 5
        assert of("2").current() is None
        assert of("1", host="hillside").current() is None

    def test_an_answer_in_between_ends_the_row(self, of: Of) -> None:
        silence(of("1"))
        answered = of("1")
        assert answered.current() is None
        answered.answered()
        silence(of("1"))

        assert of("1").current() is None

    def test_two_paused_accounts_pause_the_host(self, of: Of) -> None:
        silence(of("1"), 2)
        silence(of("2"), 2)

        assert 0 < waits(of("3")) <= 5
        assert of("3", host="hillside").current() is None

    def test_accounts_that_get_answers_keep_the_host_from_being_paused(self, of: Of) -> None:
        for account in ("1", "2", "3"):
            silence(of(account), 2)
            other = of("9")
            assert other.current() is None
            other.answered()

        assert waits(of("1")) > 0
        assert of("9").current() is None

    @pytest.mark.usefixtures("short_pauses")
    def test_after_a_pause_one_probe_is_let_through(self, of: Of) -> None:
        silence(of("1"), 2)
        silence(of("2"), 2)
        time.sleep(1.1)

        allowed = [made for made in (of(str(number)) for number in range(3, 9)) if made.current() is None]

        assert len(allowed) == 1
        allowed[0].answered()
        assert of("8").current() is None

    @pytest.mark.usefixtures("short_pauses")
    def test_a_probe_without_an_answer_begins_a_longer_pause(self, of: Of) -> None:
        silence(of("1"), 2)
        time.sleep(1.1)
        silence(of("1"))

        assert 1 < waits(of("1")) <= 2

    @pytest.mark.usefixtures("short_pauses")
    def test_a_paused_account_does_not_use_up_the_probe_of_its_host(self, of: Of) -> None:
        silence(of("1"), 2)
        time.sleep(1.1)
        silence(of("1"))  # a probe; the account is paused for two seconds
        silence(of("2"), 2)  # the host is paused for one
        time.sleep(1.1)

        assert waits(of("1")) > 0
        assert of("3").current() is None

    def test_without_counters_nothing_is_paused(self, tmp_path: Path) -> None:
        broken = Pauses(SharedFileStorage(tmp_path), host="seaside", account="1", longest_probe=40.0)

        silence(broken, 5)


class TestBusy:
    def test_a_busy_channel_pauses_the_account(self, of: Of) -> None:
        of("1").is_busy(30)

        paused = of("1").current()
        assert paused is not None
        assert not paused.is_silent
        assert 28 < paused.wait <= 30
        assert of("2").current() is None

    def test_two_busy_accounts_share_the_limit_of_the_address(self, of: Of) -> None:
        of("1").is_busy(600)
        of("2").is_busy(600)

        paused = of("3").current()
        assert paused is not None
        assert 0 < paused.wait <= LONGEST_BUSY_HOST

    def test_one_account_is_one_however_often_it_is_busy(self, of: Of) -> None:
        for _ in range(5):
            of("1").is_busy(600)

        assert of("2").current() is None


class TestRequests:
    @pytest.fixture
    def channel(self) -> Iterator[ScriptedChannel]:
        with scripted_channel() as channel:
            yield channel

    @pytest.fixture
    def wire(self, storage: Storage, of: Of) -> Callable[..., ChannelHttp]:
        def make(base_url: str, account: str = "1") -> ChannelHttp:
            pace = Pace([], channel="seaside", account=account, storage=storage)
            client = client_for(base_url, 0.3)
            return ChannelHttp("Seaside", client, pace=pace, pauses=of(account), timeout=0.3, patience=PATIENCE)

        return make

    def test_a_request_is_not_sent_again_once_its_channel_is_paused(self, channel: ScriptedChannel, wire: Any) -> None:
        channel.script = [Scripted(hang=0.6)]

        with pytest.raises(ChannelUnavailable) as first:
            wire(channel.base_url).send("GET", "/homes")
        with pytest.raises(NotAsked) as second:
            wire(channel.base_url).send("GET", "/homes")

        assert first.value.timed_out
        assert not isinstance(first.value, NotAsked)
        assert second.value.retry_after is not None
        assert len(channel.asked) == 2

    def test_a_channel_that_refuses_connections_is_paused(self, wire: Any) -> None:
        with pytest.raises(ChannelUnavailable):
            wire("http://127.0.0.1:1/v1").send("GET", "/homes")
        with pytest.raises(NotAsked):
            wire("http://127.0.0.1:1/v1").send("GET", "/homes")

    @pytest.mark.parametrize("answer", [Scripted(500), Scripted(body=b"["), Scripted(404), Scripted(cut=True)])
    def test_a_channel_that_answers_is_not_paused(self, channel: ScriptedChannel, wire: Any, answer: Any) -> None:
        channel.script = [answer]
        for _ in range(3):
            try:
                wire(channel.base_url).send("GET", "/homes")
            except NotAsked:
                pytest.fail("The channel is paused.")
            except ChannelUnavailable:
                continue

    def test_a_long_stated_wait_is_told_to_the_accounts_other_requests(
        self, channel: ScriptedChannel, wire: Any
    ) -> None:
        channel.script = [saying({}, 429, retry_after="30"), saying({"fine": True})]

        for _ in range(2):
            with pytest.raises(ChannelUnavailable, match="busy"):
                wire(channel.base_url).send("GET", "/homes")

        assert len(channel.asked) == 1
        assert wire(channel.base_url, "2").send("GET", "/homes").document == {"fine": True}
