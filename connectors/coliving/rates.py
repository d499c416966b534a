"""Pushes monthly prices, and the number of free rooms if the operator wants that."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectors.amounts import minor_units_per_unit
from connectors.coliving import mapping
from connectors.coliving.month_prices import month_price, month_prices, night_price
from connectors.coliving.session import NotAtColiving, Session, malformed
from connectors.errors import ChannelRefused, ChannelUnavailable, UnknownListings
from connectors.monthly_rents import MONTHS
from connectors.payloads import Malformed, id_in
from connectors.values import NightRate, Push

logger = logging.getLogger(__name__)

Prices = Mapping[str, Decimal | None]


def find_room_type(session: Session, channel_listing_id: str) -> Any:
    """The row of a room type. Raises UnknownListings."""
    unknown = UnknownListings("Coliving does not have this listing.", [channel_listing_id])
    ids = mapping.split_listing_id(channel_listing_id)
    if ids is None:
        raise unknown
    house, wanted = ids
    try:
        rows = session.room_types(house)
    except NotAtColiving as error:
        raise unknown from error
    ids_there = [id_in(row, "room_type_id", numeric=True) for row in rows]
    if wanted not in ids_there:
        # An id that cannot be read may be the wanted one.
        raise malformed("room_type_id is malformed") if None in ids_there else unknown
    return rows[ids_there.index(wanted)]


def push_rates(session: Session, push: Push) -> dict[date, NightRate]:
    """Sends the prices that differ from Coliving's, then reads them again, because its answer does not contain them.

    Raises ChannelRefused. For a room that is let in another currency nothing is sent.
    """
    wanted = _prices(push)
    there = _there(session, push)
    if any(there.get(name) != price for name, price in wanted.items()):
        item = {**_ids(push), "currency": push.currency, **{name: int(price) for name, price in wanted.items()}}
        for _, reason in session.write("rates", [item]):
            raise ChannelRefused(reason)
        there = _there(session, push)
    unconfirmed = _push_availability(session, push)
    return {
        rate.night: replace(rate, free_units=None) if rate.night in unconfirmed else rate
        for rate in push.nights
        if rate.night in push.changed and rate.price == _night_price(rate, there, push)
    }


def _prices(push: Push) -> dict[str, Decimal]:
    """The wanted prices in whole units. The base price is that of an average month; every month overrides it."""
    base = month_price([rate.price for rate in push.nights], push.currency)
    months = month_prices(push.nights, push.currency)
    return {"base_price": Decimal(base)} | {
        f"price_{MONTHS[month - 1]}": Decimal(price) for month, price in sorted(months.items())
    }


def _there(session: Session, push: Push) -> Prices:
    try:
        currency, prices = mapping.written_prices(find_room_type(session, push.channel_listing_id))
    except Malformed as error:
        raise malformed(error) from error
    if currency != push.currency:
        raise ChannelRefused(f"Coliving lets this room in {currency}; prices in {push.currency} cannot be sent.")
    return prices


def _night_price(rate: NightRate, there: Prices, push: Push) -> int | None:
    price = there.get(f"price_{MONTHS[rate.night.month - 1]}")
    return None if price is None else night_price(int(price * minor_units_per_unit(push.currency)))


def _push_availability(session: Session, push: Push) -> set[date]:
    """Sends the free rooms of nights that have `free_units`. Returns the nights that Coliving did not take.

    The prices of these nights count all the same.
    """
    stretches = _stretches([rate for rate in push.nights if rate.free_units is not None and rate.night in push.changed])
    items = [
        {
            **_ids(push),
            "available": stretch[0].free_units,
            "start_date": stretch[0].night.isoformat(),
            "end_date": stretch[-1].night.isoformat(),
        }
        for stretch in stretches
    ]
    try:
        refused = {item["start_date"]: reason for item, reason in session.write("availability", items)}
    except (ChannelRefused, ChannelUnavailable) as error:
        refused = dict.fromkeys([item["start_date"] for item in items], str(error))
    for reason in sorted(set(refused.values())):
        logger.warning("Free rooms of Coliving listing %s: %s", push.channel_listing_id, reason)
    return {rate.night for stretch in stretches if stretch[0].night.isoformat() in refused for rate in stretch}


def _stretches(rates: Sequence[NightRate]) -> list[list[NightRate]]:
    """Runs of neighbouring nights with the same number of free rooms."""
    stretches: list[list[NightRate]] = []
    for rate in rates:
        before = stretches[-1][-1] if stretches else None
        if before and rate.night - before.night == timedelta(days=1) and rate.free_units == before.free_units:
            stretches[-1].append(rate)
        else:
            stretches.append([rate])
    return stretches


def _ids(push: Push) -> dict[str, str]:
    """As digit strings, as the documentation writes them in requests."""
    house, _, room_type = push.channel_listing_id.partition(":")
    return {"listing_id": house, "room_type_id": room_type}
