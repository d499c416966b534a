"""Reads a listing's calendar and pushes its prices, with as many nights per request as the protocol allows."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from connectors.direct import mapping
from connectors.direct.payloads import CalendarPayload, PostedNightsPayload
from connectors.direct.session import Session, malformed
from connectors.payloads import Malformed
from connectors.unread_members import warned_once
from connectors.values import NightRate, Push, RemoteNight

MOST_NIGHTS = 731  # of one request: two years


def path_of(listing_id: str, rest: str = "") -> str:
    return f"/listings/{quote(listing_id, safe='')}{rest}"


def read_calendar(
    session: Session, listing_id: str, currency: str | None, first: date, last: date
) -> list[RemoteNight]:
    """Nights from `first` to `last`, both included, in order, each once."""
    nights: dict[date, RemoteNight] = {}
    for start, end in _stretches(first, last):
        query: dict[str, str | int] = {"first": start.isoformat(), "last": end.isoformat()}
        document = session.get(path_of(listing_id, "/calendar"), query, listing_id=listing_id)
        try:
            calendar = CalendarPayload.read(document)
            if calendar.currency != currency:
                raise Malformed("currency")
            with warned_once():
                nights |= {night.night: night for night in map(mapping.night, calendar.nights)}
        except Malformed as error:
            raise malformed(error) from error
    return [nights[night] for night in sorted(nights) if first <= night <= last]


def push_rates(session: Session, push: Push) -> dict[date, NightRate]:
    """Sends the changed nights. The answer has the nights as the system has them now, which confirms them."""
    wanted = [rate for rate in push.nights if rate.night in push.changed]
    confirmed: dict[date, NightRate] = {}
    for start in range(0, len(wanted), MOST_NIGHTS):
        batch = wanted[start : start + MOST_NIGHTS]
        body = {"currency": push.currency, "nights": [mapping.night_body(rate) for rate in batch]}
        path = path_of(push.channel_listing_id, "/prices")
        document = session.put(path, body, listing_id=push.channel_listing_id)
        there = {rate.night: rate for rate in _nights(document)}
        confirmed |= {rate.night: rate for rate in batch if _is_there(rate, there.get(rate.night))}
    return confirmed


def _nights(document: Any) -> Sequence[NightRate]:
    try:
        with warned_once():
            nights = map(mapping.confirmed, PostedNightsPayload.read(document).nights)
            return [night for night in nights if night is not None]
    except Malformed as error:
        raise malformed(error) from error


def _is_there(wanted: NightRate, there: NightRate | None) -> bool:
    return (
        there is not None
        and there.price == wanted.price
        and wanted.min_stay in (None, there.min_stay)
        and wanted.max_stay in (None, there.max_stay)
        and wanted.checkin_allowed in (None, there.checkin_allowed)
        and wanted.checkout_allowed in (None, there.checkout_allowed)
    )


def _stretches(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        end = min(last, first + timedelta(days=MOST_NIGHTS - 1))
        yield first, end
        first = end + timedelta(days=1)
