"""Reading stops even if a broken channel sends pages without an end."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from limits.storage import MemoryStorage

from connectors.connection import Connection
from connectors.errors import ChannelUnavailable
from connectors.hostaway import Hostaway, HostawayConfiguration
from connectors.http import REQUEST, ChannelHttp
from connectors.pacing import Pace
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


def test_reading_listings_stops_after_the_maximum_number_of_pages(hostaway: AtHostaway) -> None:
    channel, connection = hostaway
    channel.script = [page({"id": 1, "name": "Flat", "roomType": "entire_home"})]

    with pytest.raises(ChannelUnavailable, match="without end"):
        list(Hostaway(HostawayConfiguration("", most_listing_pages=5)).listings(connection))

    assert len(channel.asked) == 5


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
