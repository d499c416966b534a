"""The public files of the sandbox show its world: the same stays as its channels, as of a day."""

import csv
import gzip
import io
from collections import Counter
from datetime import date, timedelta

import httpx
import pytest

from sandbox.server import RunningSandbox
from tests.sandbox.conftest import NOW
from tests.sandbox.hostaway_client import SINGLE, Hostaway, calendar

TODAY = NOW.date()


def get(sandbox: RunningSandbox, path: str) -> httpx.Response:
    return httpx.get(f"{sandbox.base_url}/market{path}", timeout=60)


def read(sandbox: RunningSandbox, path: str, day: date, name: str) -> list[dict[str, str]]:
    answer = get(sandbox, f"/{path}/{day}/{name}.csv.gz")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(gzip.decompress(answer.content).decode(), newline="")))


def nights(sandbox: RunningSandbox, path: str, day: date) -> dict[tuple[str, str], str]:
    return {(row["listing_id"], row["date"]): row["available"] for row in read(sandbox, path, day, "calendar")}


def test_the_index_lists_cities_and_days(sandbox: RunningSandbox) -> None:
    index = get(sandbox, "/").json()

    assert index["source"] == "inside-airbnb"
    assert len(index["markets"]) == 8
    assert index["markets"][2] == {
        "city": "Cape Town", "country": "South Africa", "currency": "ZAR", "path": "cape-town",
        "dates": [str(TODAY - timedelta(days=ago)) for ago in (28, 21, 14, 7, 0)],
    }  # fmt: skip
    assert httpx.get(sandbox.base_url).json()["market"] == f"{sandbox.base_url}/market/"


@pytest.mark.parametrize("path", ["lisbon", "tokyo"])
def test_a_city_has_many_hosts(sandbox: RunningSandbox, path: str) -> None:
    rows = read(sandbox, path, TODAY, "listings")

    hosts = Counter(row["host_id"] for row in rows)
    assert len(rows) >= 60
    assert len(hosts) >= 20
    assert max(hosts.values()) <= len(rows) / 5
    assert {"Entire home/apt", "Private room"} == {row["room_type"] for row in rows}
    assert {row["bedrooms"] for row in rows} >= {"0", "1", "2", "3"}


def test_the_files_have_some_traps(sandbox: RunningSandbox) -> None:
    rows, free = read(sandbox, "prague", TODAY, "listings"), read(sandbox, "prague", TODAY, "calendar")

    assert rows[-1]["id"] == "1.2E+18"
    assert rows[-2] == rows[-3]
    assert {row["price"] for row in free} == {""}
    assert free[-1]["date"].endswith("-02-30")
    assert all("\n" in row["description"] for row in rows)
    assert next(iter(read(sandbox, "tokyo", TODAY, "calendar")[0])) == ""  # a column without a name


def test_a_calendar_has_a_year_of_each_listing(sandbox: RunningSandbox) -> None:
    rows = read(sandbox, "lisbon", TODAY, "calendar")

    per_listing = Counter(row["listing_id"] for row in rows[:-1])
    ids = {row["id"].removesuffix(".0") for row in read(sandbox, "lisbon", TODAY, "listings")[:-1]}
    assert set(per_listing.values()) == {365}
    assert per_listing.keys() == ids
    assert (rows[0]["date"], rows[0]["available"] in "tf") == (str(TODAY), True)
    assert 0.05 < sum(row["available"] == "f" for row in rows) / len(rows) < 0.6


def test_the_files_of_a_day_are_the_same_at_any_later_instant(sandbox: RunningSandbox) -> None:
    day = TODAY - timedelta(days=7)
    before = [get(sandbox, f"/austin/{day}/{name}.csv.gz").content for name in ("listings", "calendar")]

    sandbox.clock.set(NOW + timedelta(days=10))

    assert before == [get(sandbox, f"/austin/{day}/{name}.csv.gz").content for name in ("listings", "calendar")]


def test_two_days_differ_by_what_happened_between(sandbox: RunningSandbox) -> None:
    before, after = nights(sandbox, "lisbon", TODAY - timedelta(days=28)), nights(sandbox, "lisbon", TODAY)

    both = before.keys() & after.keys()
    changes = Counter((before[night], after[night]) for night in both)
    assert changes["t", "f"] > 300  # booked
    assert 0 < changes["f", "t"] < changes["t", "f"]  # cancelled


def test_nights_are_taken_by_the_stays_that_the_channel_shows(sandbox: RunningSandbox, hostaway: Hostaway) -> None:
    flat = hostaway.get(SINGLE)
    days = calendar(hostaway, SINGLE, str(TODAY), str(TODAY + timedelta(days=300)))

    path = str(flat["city"]).lower()
    shown = nights(sandbox, path, TODAY)
    (public_id,) = (
        row["id"].removesuffix(".0")
        for row in read(sandbox, path, TODAY, "listings")[:-2]
        if (float(row["latitude"]), float(row["longitude"])) == (flat["lat"], flat["lng"])
    )
    # The file shows the beginning of the day, and the channel noon.
    differing = [day["date"] for day in days if (shown[public_id, day["date"]] == "t") != bool(day["isAvailable"])]
    assert len(differing) <= 7
    assert sum(not day["isAvailable"] for day in days) > 20


@pytest.mark.parametrize(
    "path",
    ["/atlantis/2026-03-14/listings.csv.gz", "/lisbon/2026-03-15/listings.csv.gz", "/lisbon/2020-01-01/calendar.csv.gz",
     "/lisbon/today/calendar.csv.gz", "/lisbon/2026-03-14/reviews.csv.gz"],
)  # fmt: skip
def test_other_files_do_not_exist(sandbox: RunningSandbox, path: str) -> None:
    assert get(sandbox, path).status_code == 404
