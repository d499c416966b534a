"""Reservations of every channel: the status decides first, the dates after."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.coliving import mapping as coliving
from connectors.direct import mapping as direct
from connectors.hostaway import mapping as hostaway
from connectors.new_statuses import LONGEST_WORD, MOST_WORDS, NEW_STATUSES, OTHERS, count_new_status
from connectors.payloads import Malformed
from connectors.reservations import read_page
from connectors.template import mapping as template
from connectors.values import NoNights, RemoteReservation, Unreadable

NOW = datetime(2030, 6, 1, tzinfo=UTC)
VERSION = "2030-05-20 14:30:00"


def coliving_reservation(row: Any) -> Any:
    booking = coliving.booking(row, NOW)
    if booking.stay is None or booking.status is None:
        return NoNights(booking.id)
    return coliving.reservation(booking, booking.status, booking.stay, None, None)


# Of each channel: how a row is read, a row that takes nights, and the names of its members.
CHANNELS: dict[str, tuple[Callable[[Any], Any], dict[str, Any], dict[str, str]]] = {
    "hostaway": (
        hostaway.reservation,
        {
            "id": 9001, "listingMapId": 7001, "status": "modified", "arrivalDate": "2030-07-01",
            "departureDate": "2030-07-04",
        },
        {"arrival": "arrivalDate", "departure": "departureDate", "ended": "declined"},
    ),
    "direct": (
        direct.reservation,
        {"id": "9001", "listing_id": "A", "status": "booked", "check_in": "2030-07-01", "check_out": "2030-07-04"},
        {"arrival": "check_in", "departure": "check_out", "ended": "cancelled"},
    ),
    "coliving": (
        coliving_reservation,
        {
            "booking_id": 9001, "listing_id": 5, "room_type_id": 6, "status": "confirmed", "version": VERSION,
            "check_in": "2030-07-01", "check_out": "2030-07-04",
        },
        {"arrival": "check_in", "departure": "check_out", "ended": "rejected"},
    ),
    "template": (
        template.reservation,
        {
            "id": "9001", "listing_id": "A", "status": "confirmed", "arrival": "2030-07-01",
            "departure": "2030-07-04",
        },
        {"arrival": "arrival", "departure": "departure", "ended": "cancelled"},
    ),
}  # fmt: skip


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> Any:
    return CHANNELS[request.param]


def test_a_row_with_a_known_status_and_nights_takes_them(channel: Any) -> None:
    read, row, _ = channel

    reservation = read(row)

    assert (reservation.channel_reservation_id, reservation.check_in) == ("9001", date(2030, 7, 1))


@pytest.mark.parametrize("departure", ["2030-07-01", "2030-06-30", None, "", "0000-00-00"])
@pytest.mark.parametrize("has_ended", [False, True])
def test_a_row_without_a_night_takes_none_whatever_its_status(channel: Any, departure: Any, has_ended: bool) -> None:
    read, row, words = channel
    status = {"status": words["ended"]} if has_ended else {}

    reservation = read(row | status | {words["departure"]: departure})

    assert isinstance(reservation, NoNights)
    assert reservation.channel_reservation_id == "9001"


@pytest.mark.parametrize("arrival", ["soon", 12, [], {"date": "2030-07-01"}])
def test_dates_that_cannot_be_read_matter_only_while_the_status_takes_nights(channel: Any, arrival: Any) -> None:
    read, row, words = channel

    assert isinstance(read(row | {"status": words["ended"], words["arrival"]: arrival}), NoNights)
    with pytest.raises(Malformed):
        read(row | {words["arrival"]: arrival})


def test_a_status_that_is_new_to_us_takes_no_nights_and_is_counted_and_logged_once(
    channel: Any, caplog: pytest.LogCaptureFixture
) -> None:
    read, row, _ = channel
    caplog.set_level(logging.WARNING)
    word = f"new in {id(channel)}"
    before = sum(NEW_STATUSES.counts().values())

    for _ in range(3):
        assert isinstance(read(row | {"status": word}), NoNights)

    assert sum(NEW_STATUSES.counts().values()) == before + 3
    assert caplog.text.count(word) == 1


def test_new_statuses_cannot_fill_memory_or_log(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(3 * MOST_WORDS):
        count_new_status("a channel", f"{number}\n" + "x" * 10_000)

    counts = NEW_STATUSES.counts()
    assert len(counts) <= MOST_WORDS + 1
    assert counts["a channel", OTHERS] > 0
    assert max(len(word) for _, word in counts) <= LONGEST_WORD
    assert len(caplog.records) <= MOST_WORDS


def reservation(number: int, status: str = "new") -> dict[str, Any]:
    return CHANNELS["hostaway"][1] | {"id": number, "status": status}


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_several_rows_with_the_same_id_the_newest_counts(newest_first: bool) -> None:
    rows = [reservation(1), reservation(2), reservation(1, "cancelled"), {"id": 3}, reservation(1, "inquiry")]
    if newest_first:
        rows.reverse()

    page = read_page(rows, hostaway.reservation, unreadable, {}, newest_first=newest_first)

    assert [row.channel_reservation_id for row in page.reservations] == ["2"]
    assert {row.channel_reservation_id for row in page.without_nights} == {"1", "3"}


def unreadable(row: Any, error: Malformed) -> Unreadable:
    return Unreadable(None, str(error))


def test_an_unreadable_row_leaves_the_other_rows(channel: Any) -> None:
    read, row, words = channel
    broken = [None, 7, [], {}, row | {words["arrival"]: "soon"}, row | {"id": None, "booking_id": None}]

    page = read_page([*broken, row, *broken], read, unreadable, {})

    assert [type(found) for found in page.reservations] == [RemoteReservation]
    assert len(page.unreadable) == 2 * len(broken)
