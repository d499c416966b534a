"""Reading stops even if a broken channel sends pages without an end."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from limits.storage import MemoryStorage

from connectors.connection import Connection
from connectors.hostaway import Hostaway, HostawayConfiguration
from connectors.http import REQUEST, ChannelHttp
from connectors.pacing import Pace
from connectors.values import NoNights, Unreadable
from tests.connectors.scripted_server import Scripted, ScriptedChannel, saying, scripted_channel

NOW = datetime(2030, 6, 3, 12, tzinfo=UTC)
AtHostaway = tuple[ScriptedChannel, Connection]
SESSION = {
    "access_token": "t",
    "usable_at": NOW.isoformat(),
    "expires_at": datetime(2031, 1, 1, tzinfo=UTC).isoformat(),
}


@pytest.fixture
def hostaway() -> Iterator[AtHostaway]:
    """A scripted Hostaway and a connection to it."""
    with scripted_channel() as channel, httpx.Client(base_url=channel.base_url) as client:
        pace = Pace([], channel="hostaway", account="1", storage=MemoryStorage())
        wire = ChannelHttp("Hostaway", client, pace=pace, timeout=5.0, patience=REQUEST)
        credentials = {"client_id": "1", "client_secret": "s"}
        connection = Connection(
            channel_credentials=credentials,
            recall=lambda: SESSION,
            remember=lambda session: None,
            http=wire,
            now=lambda: NOW,
        )
        yield channel, connection


def page(*rows: Any, count: int | None = None) -> Scripted:
    return saying({"status": "success", "result": list(rows), "count": count})


def flat(number: int | None) -> dict[str, Any]:
    return {"id": number, "name": "Flat", "roomType": "entire_home"}


NO_END = Unreadable(None, "Hostaway's pages of listings have no end")


@pytest.mark.parametrize(
    ("script", "pages"),
    [
        ([page(flat(1))], 2),  # the same page again and again
        ([page(flat(1)), page(flat(2)), page(flat(1))], 3),
        ([page(flat(number)) for number in range(9)], 5),  # always new ones: as many as one run reads
    ],
)
def test_reading_listings_stops_if_the_pages_do_not_end(
    hostaway: AtHostaway, script: list[Scripted], pages: int
) -> None:
    channel, connection = hostaway
    channel.script = list(script)

    read = list(Hostaway(HostawayConfiguration("", most_listing_pages=5)).listings(connection))

    assert len(channel.asked) == pages
    assert read[-1] == [NO_END]


def test_listings_that_shift_while_they_are_read_are_read_once_more_and_none_ends_the_list(
    hostaway: AtHostaway,
) -> None:
    """A listing that is added in front moves the others by one."""
    channel, connection = hostaway
    channel.script = [page(flat(1), flat(2), count=3), page(flat(2), flat(3), count=4)]

    read = [row for rows in Hostaway(HostawayConfiguration("")).listings(connection) for row in rows]

    assert [row.channel_listing_id for row in read] == ["1", "2", "2", "3"]


def test_a_page_shorter_than_promised_and_listings_without_an_id_do_not_end_the_list(hostaway: AtHostaway) -> None:
    channel, connection = hostaway
    channel.script = [page(flat(1), flat(None), count=4), page(flat(None), count=4), page(flat(3), count=4)]

    read = [row for rows in Hostaway(HostawayConfiguration("")).listings(connection) for row in rows]

    assert [row.channel_listing_id for row in read] == ["1", None, None, "3"]


def test_reading_repeated_reservation_pages_stops_and_no_page_is_complete(hostaway: AtHostaway) -> None:
    channel, connection = hostaway
    circle = [page({"id": number, "listingMapId": 1, "status": "inquiry"}, count=2) for number in (1, 2)]
    channel.script = circle * 4

    pages = list(Hostaway(HostawayConfiguration("")).reservations(connection, {}, "1"))

    assert len(channel.asked) == 4  # two pages, the first one again, and the list that may be complete
    assert [row.reason for row in pages[2].unreadable] == ["Hostaway's pages of reservations have no end"]
    assert not any(read.complete_for for read in pages)


def coming(number: int) -> dict[str, Any]:
    return {
        "id": number, "listingMapId": 1, "status": "new", "arrivalDate": "2030-07-01", "departureDate": "2030-07-04",
    }  # fmt: skip


def test_a_reservation_that_moves_between_two_pages_is_not_treated_as_removed(hostaway: AtHostaway) -> None:
    """Reservation 9001 changes after the first page was read, and so moves to the front."""
    channel, connection = hostaway
    channel.script = [page(coming(9003), count=2), page(count=2), page(coming(9001), coming(9003), count=2)]

    pages = list(Hostaway(HostawayConfiguration("")).reservations(connection, {}, "1"))

    (complete,) = [read for read in pages if read.complete_for]
    assert {row.channel_reservation_id for row in complete.reservations} == {"9001", "9003"}
    assert "departureStartDate=2030-06-03" in channel.asked[-1][1]


@pytest.mark.parametrize("told", [page(coming(9003), count=2), page(coming(9003)), page({"status": "new"}, count=1)])
def test_a_page_that_may_lack_reservations_is_not_complete(hostaway: AtHostaway, told: Any) -> None:
    channel, connection = hostaway
    channel.script = [page(count=2), told]

    pages = list(Hostaway(HostawayConfiguration("")).reservations(connection, {}, "1"))

    assert len(channel.asked) == 2
    assert pages
    assert not any(read.complete_for for read in pages)


@pytest.mark.parametrize("broken", [{"listingMapId": 1, "status": "new"}, {"id": None}, {"id": {}}, None, "row"])
def test_a_reservation_without_an_id_at_the_end_of_a_page_is_as_one_in_the_middle(
    hostaway: AtHostaway, broken: Any
) -> None:
    """The next page begins after the last row that has an id, so the broken row comes again."""
    channel, connection = hostaway
    channel.script = [page(coming(9003), broken), page(broken, coming(9001)), page(broken), page()]

    pages = list(Hostaway(HostawayConfiguration("")).reservations(connection, {}))

    assert [row.channel_reservation_id for read in pages for row in read.reservations] == ["9003", "9001"]
    assert [len(read.unreadable) for read in pages] == [1, 1, 1]
    assert ["afterId" in target for _, target in channel.asked] == [False, True, True]
    assert "afterId=9001" in channel.asked[-1][1]
    assert pages[-1].cursor == {"since": "2030-06-03"}


def test_a_reservation_that_occurs_twice_counts_once_as_the_newer_row_tells_it(hostaway: AtHostaway) -> None:
    """Hostaway lists the last change first."""
    channel, connection = hostaway
    channel.script = [page(coming(9003) | {"status": "inquiry"}, coming(9003), coming(9001), coming(9001)), page()]

    first, _ = Hostaway(HostawayConfiguration("")).reservations(connection, {})

    assert [row.channel_reservation_id for row in first.reservations] == ["9001"]
    assert first.without_nights == [NoNights("9003")]
