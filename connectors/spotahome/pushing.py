"""Sends rates as rents by day of the year and stay rules as rules of the property, and reads both back.

Prices have an operation of their own. The operation for whole listings would rewrite the occupancies too.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from connectors.errors import ChannelRefused, ChannelUnavailable, UnknownListings
from connectors.payloads import Malformed
from connectors.spotahome import mapping
from connectors.spotahome.mapping import SOLD_ALONE, ExactTerms
from connectors.spotahome.rents import as_prices_by_day, day_of_year, folded, nightly
from connectors.spotahome.session import NotFound, Session, malformed
from connectors.values import NightRate, Push

logger = logging.getLogger(__name__)

BY_DAY = "byDay"
Value = TypeVar("Value")


def as_sold(rates: Sequence[NightRate], currency: str, details: Mapping[str, Any]) -> list[NightRate]:
    """A rent for each day of the year, and one shortest and longest stay if all nights have the same.

    Stay rules belong to the property. They are None for a listing that shares its property, and if they differ from
    night to night. Spotahome has no rules for arrival and departure days.
    """
    rents = folded(rates, currency)
    alone = bool(details.get(SOLD_ALONE))
    min_stay = _the_same(rate.min_stay for rate in rates) if alone else None
    max_stay = _the_same(rate.max_stay for rate in rates) if alone else None
    return [
        NightRate(rate.night, nightly(rents[day_of_year(rate.night)], currency) or 0, min_stay, max_stay)
        for rate in rates
    ]


def _the_same(values: Iterable[Value]) -> Value | None:
    different = set(values)
    return different.pop() if len(different) == 1 else None


def push_rates(session: Session, push: Push) -> dict[date, NightRate]:
    """Sends the changed nights, and returns them as Spotahome has them afterwards."""
    if not push.changed:
        return {}
    wanted = as_sold(push.nights, push.currency, push.details)
    there = read_terms(session, push.channel_listing_id)
    if there.currency != push.currency:
        raise ChannelRefused(f"The listing is priced in {there.currency} at Spotahome, not in {push.currency}.")
    written = _write_rents(session, push, there)
    written = _write_stays(session, push, wanted[0], there) or written
    if written:
        there = read_terms(session, push.channel_listing_id)
    rents = folded(wanted, push.currency)
    return {
        rate.night: NightRate(
            rate.night,
            rate.price,
            rate.min_stay if rate.min_stay == there.min_stay else None,
            rate.max_stay if rate.max_stay == there.max_stay else None,
        )
        for rate in wanted
        if rate.night in push.changed and there.rents[day_of_year(rate.night)] == rents[day_of_year(rate.night)]
    }


def read_terms(session: Session, channel_listing_id: str) -> ExactTerms:
    try:
        return mapping.exact_terms(read_row(session, channel_listing_id))
    except Malformed as error:
        raise malformed(error) from error


def read_row(session: Session, channel_listing_id: str) -> Any:
    """One listing as Spotahome describes it. Raises UnknownListings."""
    try:
        return session.get(f"/listings/{channel_listing_id}")
    except NotFound as error:
        raise UnknownListings("Spotahome does not have this listing.", [channel_listing_id]) from error


def _write_rents(session: Session, push: Push, there: ExactTerms) -> bool:
    """Days outside of the horizon keep their rent. Returns False if there is nothing to change."""
    rents = {**there.rents, **folded(push.nights, push.currency)}
    if there.price_type == BY_DAY and rents == there.rents:
        return False
    body = {"priceType": BY_DAY, "pricesByDay": as_prices_by_day(rents)}
    session.put(f"/listings/{push.channel_listing_id}/price", body)
    return True


def _write_stays(session: Session, push: Push, wanted: NightRate, there: ExactTerms) -> bool:
    """A limit that is None keeps its value. If this fails, the stays are unconfirmed, but the prices count."""
    min_stay = there.min_stay if wanted.min_stay is None else wanted.min_stay
    max_stay = there.max_stay if wanted.max_stay is None else wanted.max_stay
    if (min_stay, max_stay) == (there.min_stay, there.max_stay):
        return False
    path = f"/listings/legacy/properties/{push.channel_listing_id}/stay-rules"
    try:
        session.put(path, {"minStay": min_stay, "maxStay": max_stay})
    except (ChannelRefused, ChannelUnavailable) as error:
        logger.warning("Stay rules of Spotahome listing %s: %s", push.channel_listing_id, error)
        return False
    return True
