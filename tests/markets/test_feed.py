"""The daily import from a feed, over real HTTP: from the sandbox, and from servers that misbehave."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import LazySettings

from jobs.models import Job
from jobs.queue import enqueue
from jobs.worker import JobWorker
from markets.models import PublicCalendar, PublicListing, PublicMarket, Scrape
from markets.public_nights import BOOKED, unpacked
from sandbox.server import RunningSandbox
from tests.connectors.sandbox_connection import NOW
from tests.environment import changed
from tests.markets.public_files import listings_text, nights_text

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
GOOD = {
    "city": "Bergen",
    "country": "Norway",
    "currency": "NOK",
    "path": "bergen",
    "dates": ["2026-06-08", "2026-06-15"],
}
Answer = tuple[int, bytes]


class Feed(ThreadingHTTPServer):
    """Answers what `files` has for a path, and notes each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, Answer | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/feed"

    def publish(self, *markets: dict[str, Any], source: str = "inside-airbnb") -> None:
        self.files["/feed/"] = 200, json.dumps({"source": source, "markets": markets}).encode()

    def put(self, day: str, listings: str, nights: str, path: str = "bergen") -> None:
        for name, text in (("listings", listings), ("calendar", nights)):
            self.files[f"/feed/{path}/{day}/{name}.csv.gz"] = 200, gzip.compress(text.encode())


class _Handler(BaseHTTPRequestHandler):
    server: Feed

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        found = self.server.files.get(self.path, (404, b""))
        if callable(found):
            return found(self)
        self.send_response(found[0])
        self.send_header("Content-Length", str(len(found[1])))
        self.end_headers()
        self.wfile.write(found[1])
        return None

    def log_message(self, *args: object) -> None:
        """Nothing: tests read `asked`."""


@pytest.fixture
def feed(settings: LazySettings) -> Iterator[Feed]:
    with Feed() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, market_feed_url=server.url)
        yield server
        server.shutdown()
        thread.join()


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(clock: Clock) -> JobWorker:
    return JobWorker(clock=clock, lease=timedelta(seconds=600))


def run(worker: JobWorker, now: datetime = NOW) -> Job:
    job = enqueue("import_markets", now=now)
    worker.drain()
    job.refresh_from_db()
    return job


def test_without_a_feed_nothing_is_fetched(worker: JobWorker) -> None:
    assert run(worker).state == "succeeded"
    assert not PublicMarket.objects.exists()


@pytest.mark.slow
def test_the_sandbox_fills_cities_with_bookings(
    sandbox: RunningSandbox, settings: LazySettings, worker: JobWorker, clock: Clock
) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, market_feed_url=f"{sandbox.base_url}/market")

    job = run(worker)

    assert (job.state, job.progress) == ("succeeded", {"scrapes": 40})
    assert PublicMarket.objects.count() == 8
    for market in PublicMarket.objects.all():
        listings = market.listings.filter(last_seen_on=TODAY).exclude(latitude=None)
        assert len(listings) >= 60
        assert len({listing.host for listing in listings}) >= 20
        assert market.scrapes.exclude(imported_at=None).count() == 5
        calendars = [unpacked(row) for row in PublicCalendar.objects.filter(listing__market=market)]
        assert sum(nights.states.count(BOOKED) for nights in calendars) > 100
        assert sum(nights.price(TODAY) is not None for nights in calendars) > 50

    sandbox.clock.set(NOW + timedelta(days=1))
    clock.now = NOW + timedelta(days=1)
    job = run(worker, clock.now)

    assert (job.state, job.progress) == ("succeeded", {"scrapes": 8})
    assert run(worker, clock.now).progress == {"scrapes": 0}


def test_only_what_is_newer_is_fetched(feed: Feed, worker: JobWorker) -> None:
    feed.publish(GOOD)
    feed.put("2026-06-08", listings_text({}), nights_text({"397657": "ttt"}, date(2026, 6, 15)))
    feed.put("2026-06-15", listings_text({}), nights_text({"397657": "tft"}, date(2026, 6, 15)))

    assert run(worker).progress == {"scrapes": 2}
    assert unpacked(PublicCalendar.objects.get()).states == "aba"
    feed.asked.clear()

    assert run(worker).progress == {"scrapes": 0}
    assert feed.asked == ["/feed/"]


def test_a_scrape_that_was_not_completed_is_imported_again(feed: Feed, worker: JobWorker) -> None:
    market = PublicMarket.objects.create(source="inside-airbnb", city="Bergen", country="Norway", currency="NOK")
    Scrape.objects.create(market=market, day=date(2026, 6, 8))
    feed.publish(GOOD | {"dates": ["2026-06-01", "2026-06-08"]})
    feed.put("2026-06-08", listings_text({}), nights_text({"397657": "ttt"}, date(2026, 6, 8)))

    assert run(worker).progress == {"scrapes": 1}
    assert Scrape.objects.get().imported_at == NOW


def test_a_damaged_or_missing_file_is_left_out(feed: Feed, worker: JobWorker) -> None:
    feed.publish(GOOD | {"dates": ["2026-06-01", "2026-06-08", "2026-06-15"]})
    feed.put("2026-06-01", "<html>", nights_text({"397657": "ttt"}, date(2026, 6, 8)))
    feed.put("2026-06-15", listings_text({}), nights_text({"397657": "ttt"}, date(2026, 6, 15)))

    assert (run(worker).state, Scrape.objects.get().day) == ("succeeded", date(2026, 6, 15))


def test_a_city_waits_if_a_file_cannot_be_fetched_now(feed: Feed, worker: JobWorker) -> None:
    feed.publish(GOOD, GOOD | {"city": "Oslo", "path": "oslo"})
    for path in ("bergen", "oslo"):
        for day in ("2026-06-08", "2026-06-15"):
            feed.put(day, listings_text({}), nights_text({"397657": "ttt"}, date(2026, 6, 15)), path)
    feed.files["/feed/bergen/2026-06-08/calendar.csv.gz"] = 503, b""

    job = run(worker)

    assert (job.state, job.failures) == ("queued", 1)
    assert job.error.startswith("1 of 2 cities wait. ")
    assert set(Scrape.objects.values_list("market__city", "day")) == {
        ("Oslo", date(2026, 6, 8)), ("Oslo", date(2026, 6, 15)),
    }  # fmt: skip


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"\x1f\x8b")


def without_end(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * 65_536)
    except OSError:
        return


def moved(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://169.254.169.254/")
    handler.end_headers()


@pytest.mark.parametrize(
    ("answer", "state"),
    [(cut_off, "queued"), (without_end, "succeeded"), (moved, "succeeded"), ((404, b""), "succeeded")],
)
def test_files_that_do_not_come(feed: Feed, worker: JobWorker, settings: LazySettings, answer: Any, state: str) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, market_file_max_mb=1)
    feed.publish(GOOD | {"dates": ["2026-06-08"]})
    feed.files["/feed/bergen/2026-06-08/listings.csv.gz"] = answer

    job = run(worker)

    assert job.state == state
    assert not PublicListing.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html>", b"[]", b"{}", b'{"source": "inside-airbnb"}', b'{"source": "unknown", "markets": []}', b"\xff",
        *(
            json.dumps({"source": "inside-airbnb", "markets": [GOOD | change]}).encode()
            for change in (
                {"path": "../secrets"}, {"path": "http://10.0.0.1/"}, {"currency": "dollars"}, {"dates": ["today"]},
                {"dates": ["2026-06-01"] * 1001}, {"city": ""}, {"city": "a\0b"}, {"city": "x" * 257}, {"city": None},
            )
        ),
        b'{"source": "inside-airbnb", "markets": [' + b"1," * (3 << 20),
    ],
)  # fmt: skip
def test_an_index_that_cannot_be_used(feed: Feed, worker: JobWorker, content: bytes) -> None:
    feed.files["/feed/"] = 200, content

    job = run(worker)

    assert job.state == "failed"
    assert job.error.startswith((f"The index at {feed.url}/ cannot be used: ", f"{feed.url}/ is larger than "))
    assert feed.asked == ["/feed/"]


def test_a_feed_that_does_not_answer_is_asked_later(settings: LazySettings, worker: JobWorker) -> None:
    with Feed() as closed:
        url = closed.url
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, market_feed_url=url)

    job = run(worker)

    assert (job.state, job.failures) == ("queued", 1)
    assert "does not answer" in job.error
