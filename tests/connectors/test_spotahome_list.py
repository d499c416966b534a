"""Spotahome's list of listings."""

from typing import Any

from pytest_django import Settings

from tests.connectors.sandbox_connection import Connect
from tests.connectors.scripted_server import saying, scripted_channel
from tests.environment import changed


def listing(number: int, request: str) -> dict[str, Any]:
    stay = {"from": "2031-03-01", "to": "2031-05-31", "source": "pms", "bookingRequestId": request}
    return {"id": number, "title": "Loft", "occupancies": [stay]}


def test_a_listing_that_is_repeated_on_another_page_counts_once(connect: Connect, settings: Settings) -> None:
    """Each page cancels what it does not show, so the second row would cancel the reservation of the first."""
    at = connect("spotahome")
    with scripted_channel() as channel:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, spotahome_base_url=channel.base_url)
        rows = [listing(number, f"r{number}") for number in range(1, 60)]
        channel.script = [saying([*rows, listing(1, "other")])]

        pages = at.reservation_pages()

    complete = [listing_id for page in pages for listing_id in page.complete_for]
    assert sorted(map(int, complete)) == list(range(1, 60))
    assert "1-r1" in {row.channel_reservation_id for page in pages for row in page.reservations}
