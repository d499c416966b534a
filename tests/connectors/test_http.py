import gc
import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from limits.storage import MemoryStorage

from connectors.bodies import Bounds
from connectors.clients import Clients, client_for
from connectors.deadlines import _Network, exchange
from connectors.errors import ChannelUnavailable
from connectors.http import LARGE, REQUEST, SMALL, ChannelHttp, Patience, waiting_time
from connectors.pacing import Pace
from connectors.public_addresses import PublicOnly
from connectors.wire import RateLimit
from tests.connectors.scripted_server import Scripted, ScriptedChannel, saying, scripted_channel

Wire = Callable[..., ChannelHttp]
TIMEOUT = 1.0  # seconds; a busy machine answers within it
QUICK = Patience(attempts=3, longest_wait=5.0, first_back_off=0.01, first_back_off_when_busy=0.02)


@pytest.fixture
def channel() -> Iterator[ScriptedChannel]:
    with scripted_channel() as channel:
        yield channel


@pytest.fixture
def wire(channel: ScriptedChannel) -> Iterator[Wire]:
    """Returns a function that makes a `ChannelHttp` for the channel, or for another address."""
    with ExitStack() as opened:

        def make(base_url: str = channel.base_url, *, patience: Patience = QUICK, **options: Any) -> ChannelHttp:
            client = opened.enter_context(httpx.Client(base_url=base_url, timeout=TIMEOUT, follow_redirects=False))
            pace = Pace([], channel="seaside", account="1", storage=MemoryStorage())
            return ChannelHttp("Seaside", client, pace=pace, timeout=TIMEOUT, patience=patience, **options)

        yield make


def test_an_answer_has_its_status_and_exact_decimals(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [Scripted(body=b'{"price": 211.62}')]

    answer = wire().send("GET", "/homes/7")

    assert (answer.status, answer.document) == (200, {"price": Decimal("211.62")})
    assert channel.asked == [("GET", "/v1/homes/7")]


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_refusal_is_returned_to_the_connector(channel: ScriptedChannel, status: Any, wire: Wire) -> None:
    channel.script = [saying({"error": "no"}, status)]

    answer = wire().send("GET", "/homes")

    assert (answer.status, answer.document, answer.is_success) == (status, {"error": "no"}, False)
    assert len(channel.asked) == 1


def test_a_refusal_may_have_a_body_that_is_not_json(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [Scripted(404, b"<h1>Not found</h1>")]

    assert wire().send("GET", "/homes").document is None


def test_a_success_without_a_body_has_no_document(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [Scripted(204, b"")]

    assert wire().send("PUT", "/homes", body={}).document is None


@pytest.mark.parametrize(
    "failure",
    [
        Scripted(500),
        Scripted(503, b"<html>"),
        Scripted(cut=True),
        Scripted(hang=2 * TIMEOUT),
        Scripted(body=b'{"result": ['),
        Scripted(body=b"NaN"),
        Scripted(body=b'{"name": "caf\xe9"}'),
        Scripted(body=b'{"price": 1e99999999999999999999}'),
        Scripted(body=b"[" * 100_000),
        Scripted(302, headers={"Location": "http://127.0.0.1:1/elsewhere"}),
    ],
    ids=[
        "500",
        "503",
        "reset",
        "timeout",
        "half-json",
        "not-a-number",
        "latin-1",
        "endless-number",
        "deeply-nested",
        "redirect",
    ],
)
class TestFailures:
    def test_a_failed_request_is_retried_if_it_may_be_sent_twice(
        self, channel: ScriptedChannel, failure: Any, wire: Wire
    ) -> None:
        channel.script = [failure, saying({"fine": True})]

        assert wire().send("GET", "/homes").document == {"fine": True}
        assert len(channel.asked) == 2

    def test_a_failure_is_reported_after_the_last_attempt(
        self, channel: ScriptedChannel, failure: Any, wire: Wire
    ) -> None:
        channel.script = [failure]

        with pytest.raises(ChannelUnavailable, match="Seaside") as caught:
            wire().send("GET", "/homes")

        assert caught.value.timed_out == (failure.hang > 0)
        assert len(channel.asked) == QUICK.attempts

    def test_a_failed_request_is_not_retried_if_it_must_not_be_sent_twice(
        self, channel: ScriptedChannel, failure: Any, wire: Wire
    ) -> None:
        channel.script = [failure]

        with pytest.raises(ChannelUnavailable):
            wire().send("POST", "/bookings", body={})

        assert len(channel.asked) == 1


def test_a_post_is_retried_if_the_caller_allows_it(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [Scripted(500), saying({"access_token": "t"})]

    assert wire().send("POST", "/token", form={"a": "b"}, repeatable=True).status == 200


def test_a_channel_that_refuses_connections_is_unavailable(wire: Wire) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(ChannelUnavailable, match="cannot be reached") as caught:
        wire(f"http://127.0.0.1:{port}").send("POST", "/bookings")

    assert not caught.value.timed_out


def test_a_busy_channel_is_retried_after_the_wait_that_it_states(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [saying({}, 429, Retry_After="1"), saying({"fine": True})]

    assert wire().send("POST", "/bookings").document == {"fine": True}
    assert channel.asked_at[1] - channel.asked_at[0] >= 1.0


def test_a_busy_channel_may_state_the_wait_in_its_document(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [saying({"error": "Rate limit exceeded", "retry_after": 7}, 429)]

    with pytest.raises(ChannelUnavailable) as caught:
        wire().send("GET", "/homes")

    assert caught.value.retry_after == 7  # longer than this call may wait; the caller retries
    assert len(channel.asked) == 1


def test_a_busy_channel_that_states_no_wait_is_retried_after_growing_waits(
    channel: ScriptedChannel, wire: Wire
) -> None:
    channel.script = [Scripted(429), Scripted(429), saying({"fine": True})]

    assert wire().send("GET", "/homes").document == {"fine": True}
    first, second, third = channel.asked_at
    # The waits last at least 0.015 and 0.03 s. The server may have recorded the earlier request slightly late.
    assert second - first > 0.01
    assert third - second > 0.025


def test_cookies_of_one_account_are_not_sent_with_requests_of_another(channel: ScriptedChannel) -> None:
    channel.script = [Scripted(headers={"Set-Cookie": "session=of-the-first; Path=/"})]
    client = client_for(channel.base_url, 3.0)

    client.get("/homes")

    assert "cookie" not in client.build_request("GET", "/homes").headers


class TestCompressedAnswers:
    def test_an_answer_compressed_with_gzip_is_read(self, channel: ScriptedChannel, wire: Wire) -> None:
        channel.script = [Scripted(body=gzip.compress(b'{"id": 7}'), headers={"Content-Encoding": "gzip"})]

        assert wire().send("GET", "/homes").document == {"id": 7}

    @pytest.mark.parametrize(
        ("body", "encoding", "said"),
        [
            (gzip.compress(b" " * (LARGE.content + 1)), "gzip", "more than is believable"),
            (gzip.compress(gzip.compress(b"{}")), "gzip, gzip", "not asked for"),
            (b"{}", "br", "not asked for"),
            (b"no gzip at all", "gzip", "malformed"),
        ],
        ids=["too-large", "gzip-twice", "other-encoding", "no-gzip"],
    )
    def test_answers_that_are_too_large_or_not_simply_gzip_are_refused(
        self, channel: ScriptedChannel, wire: Wire, body: Any, encoding: Any, said: Any
    ) -> None:
        channel.script = [Scripted(body=body, headers={"Content-Encoding": encoding})]

        with pytest.raises(ChannelUnavailable, match=said):
            wire(patience=Patience(1, 1.0)).send("GET", "/homes")

    @pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
    def test_the_name_of_the_encoding_is_read_as_http_defines_it(
        self, channel: ScriptedChannel, wire: Wire, encoding: str
    ) -> None:
        channel.script = [Scripted(body=gzip.compress(b'{"id": 7}'), headers={"Content-Encoding": encoding})]

        assert wire().send("GET", "/homes").document == {"id": 7}

    def test_nothing_may_follow_the_end_of_a_compressed_answer(self, channel: ScriptedChannel, wire: Wire) -> None:
        body = gzip.compress(b"{}") + b"x" * 1_000_000
        channel.script = [Scripted(body=body, headers={"Content-Encoding": "gzip"})]

        with pytest.raises(ChannelUnavailable, match="malformed"):
            wire(patience=Patience(1, 1.0)).send("GET", "/homes")

    def test_compressed_bytes_that_stand_for_nothing_are_bounded_too(
        self, wire: Wire, channel: ScriptedChannel
    ) -> None:
        nothing = b"\x00\x00\x00\xff\xff" * 100_000  # empty blocks
        channel.script = [Scripted(body=gzip.compress(b"")[:10] + nothing, headers={"Content-Encoding": "gzip"})]

        with pytest.raises(ChannelUnavailable, match="more than is believable"):
            wire(patience=Patience(1, 1.0, bounds=Bounds(100_000, 1_000))).send("GET", "/homes")

    @pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
    def test_a_busy_channel_may_answer_in_any_encoding(
        self, channel: ScriptedChannel, wire: Wire, encoding: str
    ) -> None:
        headers = {"Content-Encoding": encoding, "Retry-After": "7"}
        channel.script = [Scripted(429, b"?", headers)]

        with pytest.raises(ChannelUnavailable, match="busy") as caught:
            wire(patience=Patience(1, 1.0)).send("GET", "/homes")

        assert caught.value.retry_after == 7.0

    def test_decompression_stops_at_the_largest_accepted_size(self, channel: ScriptedChannel, wire: Wire) -> None:
        channel.script = [Scripted(body=gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"})]

        tracemalloc.start()
        try:
            with pytest.raises(ChannelUnavailable, match="more than is believable"):
                wire(patience=Patience(1, 1.0, bounds=Bounds(1_000_000, 1_000))).send("GET", "/homes")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert peak < 20_000_000


def test_a_request_fails_if_the_rate_limit_needs_a_longer_wait_than_allowed(channel: ScriptedChannel) -> None:
    limit = RateLimit(1, 60, "address")
    pace = Pace([limit], channel="seaside", account="1", storage=MemoryStorage())
    with httpx.Client(base_url=channel.base_url) as client:
        seaside = ChannelHttp("Seaside", client, pace=pace, timeout=5.0, patience=Patience(1, 120.0, altogether=2.0))
        channel.script = [saying({})]
        seaside.send("GET", "/homes")

        with pytest.raises(ChannelUnavailable, match="as often as it allows"):
            seaside.send("GET", "/homes")


def test_all_requests_together_take_at_most_the_total_time_allowed(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [Scripted(hang=0.2)]
    seaside = wire(patience=Patience(attempts=2, longest_wait=1.0, altogether=0.5))

    with pytest.raises(ChannelUnavailable) as caught:
        [seaside.send("GET", "/homes") for _ in range(100)]

    assert caught.value.timed_out
    assert len(channel.asked) <= 3


def test_a_wait_longer_than_the_remaining_time_is_not_started(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [saying({}, 429, retry_after="5")]
    seaside = wire(patience=Patience(attempts=2, longest_wait=10.0, altogether=2.0))

    with pytest.raises(ChannelUnavailable) as caught:
        seaside.send("GET", "/homes")

    assert (caught.value.retry_after, len(channel.asked)) == (5.0, 1)


def test_an_answer_that_arrives_too_slowly_times_out(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [Scripted(body=b" " * 1000, drip=0.05)]

    with pytest.raises(ChannelUnavailable) as caught:
        wire(patience=Patience(1, 1.0)).send("GET", "/homes")

    assert caught.value.timed_out


def drip(connection: socket.socket) -> None:
    """Send headers without an end. The pauses between bytes are shorter than the read timeout."""
    with connection, suppress(OSError):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            connection.sendall(b"X")
            time.sleep(0.05)


@contextmanager
def one_connection(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that `talk` answers for, once. Gives its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: talk(server.accept()[0]), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_headers_that_arrive_too_slowly_time_out() -> None:
    began = time.monotonic()

    with one_connection(drip) as url, exchange(began + 0.5, 1_000), pytest.raises(httpx.ReadTimeout):
        client_for(url, 5.0).get("/")

    assert time.monotonic() - began < 8.0  # all headers would take 10 s


def test_a_channel_whose_headers_arrive_too_slowly_is_unavailable() -> None:
    pace = Pace([], channel="seaside", account="1", storage=MemoryStorage())
    began = time.monotonic()

    with one_connection(drip) as url, pytest.raises(ChannelUnavailable) as caught:
        ChannelHttp("Seaside", client_for(url, 0.3), pace=pace, timeout=0.3, patience=Patience(1, 1.0)).send("GET", "/")

    assert caught.value.timed_out
    assert time.monotonic() - began < 5.0


def test_an_answer_with_interim_answers_without_an_end_is_refused() -> None:
    def repeat(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            while True:
                connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)

    began = time.monotonic()

    with one_connection(repeat) as url, exchange(began + 60, 1_000), pytest.raises(httpx.ReadError):
        client_for(url, 5.0).get("/")


def test_a_bounded_connection_is_reused(channel: ScriptedChannel) -> None:
    channel.script = [saying({"id": 7})]
    client = client_for(channel.base_url, 5.0)

    answers = [client.get("/homes").json() for _ in range(3)]

    assert answers == [{"id": 7}] * 3
    assert len(client._transport._pool.connections) == 1  # type: ignore[attr-defined]


def test_cookies_of_a_channel_are_not_kept(channel: ScriptedChannel) -> None:
    channel.script = [Scripted(headers={"Set-Cookie": "a=b"})]
    client = client_for(channel.base_url, 5.0)

    client.get("/homes")

    assert len(client.cookies.jar) == 0


def test_clients_of_addresses_given_by_partners_are_bounded_too() -> None:
    transport = client_for("https://pms.example/v1", 3.0, public_only=True)._transport

    assert isinstance(transport, PublicOnly)
    assert isinstance(transport._transport, httpx.HTTPTransport)
    assert isinstance(transport._transport._pool._network_backend, _Network)


def test_a_client_that_is_replaced_by_another_stays_open_while_it_is_used(channel: ScriptedChannel) -> None:
    clients = Clients(most=1)
    channel.script = [saying({"id": 7})]
    client = clients.get(channel.base_url, 3.0)

    clients.get("https://another.example/v1", 3.0)

    assert client.get("/homes").json() == {"id": 7}
    transport = client._transport
    assert isinstance(transport, httpx.HTTPTransport)
    pool = transport._pool
    assert len(pool.connections) == 1
    del client, transport
    gc.collect()
    assert pool.connections == []


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [("3", 3.0), ("-1", 0.0), ("inf", 3600.0), (10**4000, None), ("nan", None), ("soon", None), ([], None)],
)
def test_a_stated_wait_is_limited_and_is_ignored_if_it_is_not_a_number(stated: Any, seconds: Any) -> None:
    assert waiting_time(stated) == seconds


def test_characters_that_cannot_be_stored_are_removed_from_error_messages() -> None:
    assert str(ChannelUnavailable("busy \x00 and \ud800 half")) == "busy  and  half"


def test_an_answer_that_is_too_large_is_refused(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [Scripted(body=b" " * 5000)]

    with pytest.raises(ChannelUnavailable, match="more than is believable"):
        wire(patience=replace(QUICK, bounds=Bounds(1_000, 1_000))).send("GET", "/homes")


def test_an_answer_with_too_many_values_is_refused(channel: ScriptedChannel, wire: Wire) -> None:
    """Each of them takes twenty times the memory of its three bytes."""
    channel.script = [Scripted(body=b"[" + b"[]," * SMALL.values + b"[]]")]

    with pytest.raises(ChannelUnavailable, match="malformed"):
        wire(patience=Patience(1, 1.0, bounds=SMALL)).send("GET", "/homes")


def test_an_answer_in_tiny_pieces_is_refused(channel: ScriptedChannel, wire: Wire) -> None:
    pieces = b"1\r\n \r\n" * 20_000 + b"0\r\n\r\n"
    channel.script = [Scripted(body=pieces, headers={"Transfer-Encoding": "chunked"})]

    with pytest.raises(ChannelUnavailable, match="too small pieces"):
        wire(patience=Patience(1, 1.0)).send("GET", "/homes")


def test_headers_that_are_too_large_are_refused(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [Scripted(headers={"X-Much": "x" * 200_000})]

    with pytest.raises(ChannelUnavailable):
        wire(patience=Patience(1, 1.0)).send("GET", "/homes")


@pytest.mark.slow
def test_bombs_of_several_channels_do_not_hold_a_process_that_answers_requests(channel: ScriptedChannel) -> None:
    bomb = gzip.compress(b"[" + b"0," * (16 * 1024 * 1024) + b"0]")
    channel.script = [Scripted(body=bomb, headers={"Content-Encoding": "gzip"})]
    pace = Pace([], channel="seaside", account="1", storage=MemoryStorage())

    def ask() -> None:
        seaside = ChannelHttp(
            "Seaside", client_for(channel.base_url, 5.0), pace=pace, timeout=5.0, patience=replace(REQUEST, attempts=1)
        )
        with pytest.raises(ChannelUnavailable, match="believable"):
            seaside.send("GET", "/homes")

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    gaps = [0.0]
    while any(thread.is_alive() for thread in asking):
        before = time.monotonic()
        time.sleep(0.001)
        gaps.append(time.monotonic() - before)

    assert max(gaps) < 2


def test_errors_do_not_contain_secrets_of_the_request(channel: ScriptedChannel, wire: Wire) -> None:
    channel.script = [Scripted(500)]

    with pytest.raises(ChannelUnavailable) as caught:
        wire().send("GET", "/homes", params={"token": "a-secret"}, headers={"Authorization": "Bearer a-secret"})

    assert "a-secret" not in repr(caught.value) + str(caught.value.__cause__)


def test_tick_is_called_while_waiting_and_may_end_the_call(channel: ScriptedChannel, wire: Wire) -> None:
    class Stopped(Exception):
        pass

    ticks = []

    def tick() -> None:
        ticks.append(True)
        if len(ticks) == 3:
            raise Stopped

    channel.script = [saying({}, 429, Retry_After="4")]

    with pytest.raises(Stopped):
        wire(tick=tick).send("GET", "/homes")
