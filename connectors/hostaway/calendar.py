"""Reads a listing's calendar, and writes rates into it in the largest batches Hostaway takes."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from connectors.amounts import major_units
from connectors.errors import ChannelRefused
from connectors.hostaway import mapping
from connectors.hostaway.session import Session, malformed
from connectors.payloads import Malformed
from connectors.unread_members import warned_once
from connectors.values import NightRate, Push, RemoteNight

INTERVALS_PER_CALL = 200  # documented


def read_calendar(
    session: Session, listing_id: str, currency: str | None, first: date, last: date
) -> list[RemoteNight]:
    """Nights from `first` to `last`, both included, in order, each once."""
    page = session.get(
        f"/listings/{quote(listing_id, safe='')}/calendar",
        {"startDate": first.isoformat(), "endDate": last.isoformat()},
    )
    try:
        with warned_once():
            nights = {night.night: night for row in page.rows() for night in [mapping.night(row, currency)]}
    except Malformed as error:
        raise malformed(error) from error
    return [nights[night] for night in sorted(nights) if first <= night <= last]


def push_rates(session: Session, push: Push) -> dict[date, NightRate]:
    """Sends the changed nights, then reads the calendar, because the batch call returns nothing.

    Raises ChannelRefused for another currency than the listing's, because calendar prices have no currency.
    """
    sold_in = push.details.get("currency", push.currency)
    if sold_in != push.currency:
        raise ChannelRefused(f"Hostaway sells this listing in {sold_in}, not in {push.currency}.")
    wanted = sorted((rate for rate in push.nights if rate.night in push.changed), key=lambda rate: rate.night)
    if not wanted:
        return {}
    intervals = [_interval(stretch, push.currency) for stretch in _stretches(wanted)]
    path = f"/listings/{quote(push.channel_listing_id, safe='')}/calendarIntervals"
    for start in range(0, len(intervals), INTERVALS_PER_CALL):
        session.put(path, intervals[start : start + INTERVALS_PER_CALL])
    there = {
        night.night: night
        for night in read_calendar(session, push.channel_listing_id, push.currency, wanted[0].night, wanted[-1].night)
    }
    return {rate.night: rate for rate in wanted if _is_there(rate, there.get(rate.night))}


def _stretches(rates: Sequence[NightRate]) -> list[list[NightRate]]:
    """Runs of neighbouring nights with the same rate."""
    stretches: list[list[NightRate]] = []
    for rate in rates:
        before = stretches[-1][-1] if stretches else None
        if before and rate.night - before.night == timedelta(days=1) and _terms(rate) == _terms(before):
            stretches[-1].append(rate)
        else:
            stretches.append([rate])
    return stretches


def _terms(rate: NightRate) -> tuple[Any, ...]:
    return rate.price, rate.min_stay, rate.max_stay, rate.checkin_allowed, rate.checkout_allowed


def _interval(stretch: Sequence[NightRate], currency: str) -> Mapping[str, Any]:
    """`isAvailable` and `desiredUnitsToSell` are left out, because they would block or unblock nights."""
    rate = stretch[0]
    interval: dict[str, Any] = {
        "startDate": rate.night.isoformat(),
        "endDate": stretch[-1].night.isoformat(),
        "price": float(major_units(rate.price, currency)),
    }
    if rate.min_stay is not None:
        interval["minimumStay"] = rate.min_stay
    if rate.max_stay is not None:
        interval["maximumStay"] = rate.max_stay
    if rate.checkin_allowed is not None:
        interval["closedOnArrival"] = int(not rate.checkin_allowed)
    if rate.checkout_allowed is not None:
        interval["closedOnDeparture"] = int(not rate.checkout_allowed)
    return interval


def _is_there(rate: NightRate, night: RemoteNight | None) -> bool:
    return (
        night is not None
        and night.price == rate.price
        and rate.min_stay in (None, night.min_stay)
        and rate.max_stay in (None, night.max_stay)
        and rate.checkin_allowed in (None, night.checkin_allowed)
        and rate.checkout_allowed in (None, night.checkout_allowed)
    )
