"""Reservations that a client creates or changes: reading the body, and checking that the nights are free."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.hostaway.account import Account
from sandbox.hostaway.amounts import amounts_of
from sandbox.hostaway.arguments import amount, day, flag, required, text, whole
from sandbox.hostaway.calendar import HORIZON_DAYS, LONGEST_STAY, PAST_DAYS, today_at
from sandbox.hostaway.envelope import Fail
from sandbox.hostaway.reservation_object import KEPT
from sandbox.hostaway.reservation_vocabulary import SOURCE_OF_CHANNEL, STATUS_OF_WIRE, WIRE_STATUS
from sandbox.world.listings import Listing
from sandbox.world.nights import length_discount
from sandbox.world.stays import HOLDING, Status, Stay

MONEY = ("totalPrice", "taxAmount", "channelCommissionAmount", "cleaningFee", "securityDepositFee")
LONGEST_PROVIDER = 65


def read_new(account: Account, body: Mapping[str, Any], query: Mapping[str, str]) -> tuple[Stay, dict[str, Any]]:
    """The stay of a body, and the members that only Hostaway knows. Raises Fail 400 and 404."""
    channel_id = required(whole(body, "channelId"), "channelId")
    if channel_id not in SOURCE_OF_CHANNEL:
        raise Fail(400, f"channelId {channel_id} is not a channel.")
    listing = account.listing_to_change(required(whole(body, "listingMapId"), "listingMapId"))
    arrival, departure = required(day(body, "arrivalDate"), "arrivalDate"), day(body, "departureDate")
    stay = Stay(
        id=account.sandbox.world.new_stay_id(),
        portfolio=account.id,
        listing=listing.id,
        unit=0,
        arrival=arrival,
        departure=required(departure, "departureDate"),
        status=Status.CONFIRMED,
        source=SOURCE_OF_CHANNEL[channel_id],
        booked_at=account.now,
        changed_at=account.now,
        cancelled_at=None,
        guests=whole(body, "numberOfGuests", least=1, most=1000) or 1,
        rent=0.0,
        previous_departure=None,
        written=True,
    )
    kept = _kept(body)
    if provider := text(query, "provider"):
        kept["source"] = provider[:LONGEST_PROVIDER]
    stay, kept = _with_status(stay, body, kept)
    stay = _placed(account, listing, stay, forced=bool(flag(query, "forceOverbooking")))
    return replace(stay, rent=_rent(account, listing, stay, amount(body, "totalPrice"))), kept


def read_changes(
    account: Account, before: Stay, body: Mapping[str, Any], query: Mapping[str, str]
) -> tuple[Stay, dict[str, Any]]:
    """The changed stay, and the members that only Hostaway knows. New dates change `new` to `modified`.

    Raises Fail 400 and 404.
    """
    if whole(body, "listingMapId") not in (None, before.listing):
        raise Fail(400, "listingMapId cannot be changed.")
    listing = account.listing_to_change(before.listing)
    arrival, departure = day(body, "arrivalDate"), day(body, "departureDate")
    guests = whole(body, "numberOfGuests", least=1, most=1000)
    stay = replace(
        before,
        arrival=before.arrival if arrival is None else arrival,
        departure=before.departure if departure is None else departure,
        guests=before.guests if guests is None else guests,
    )
    stay, kept = _with_status(stay, body, account.kept_of_reservation(before) | _kept(body))
    moved = (stay.arrival, stay.departure) != (before.arrival, before.departure)
    if moved and stay.status == Status.CONFIRMED:
        stay.status, stay.previous_departure = Status.MODIFIED, before.departure
    if moved or (stay.holds and not before.holds):
        stay = _placed(account, listing, stay, forced=bool(flag(query, "forceOverbooking")))
    total = amount(body, "totalPrice")
    if moved or total is not None:
        if total is None:
            kept.pop("totalPrice", None)
        kept.pop("financeField", None)
        stay = replace(stay, rent=_rent(account, listing, stay, total))
    return stay, kept


def _kept(body: Mapping[str, Any]) -> dict[str, Any]:
    for name in MONEY:
        amount(body, name)
    kept = {name: body[name] for name in KEPT if body.get(name) is not None}
    fields = body.get("financeField")
    if fields is not None:
        if not isinstance(fields, list) or not all(isinstance(field, dict) for field in fields):
            raise Fail(400, "financeField must be a list of objects.")
        kept["financeField"] = [{**field, "id": number} for number, field in enumerate(fields, 1)]
    return kept


def _with_status(stay: Stay, body: Mapping[str, Any], kept: dict[str, Any]) -> tuple[Stay, dict[str, Any]]:
    """The stay and the kept members with the body's status. A status that the world does not know is kept."""
    wire = text(body, "status")
    if wire is None:
        return stay, kept
    if wire not in STATUS_OF_WIRE:
        raise Fail(400, f"status {wire} is not known.")
    status = STATUS_OF_WIRE[wire]
    if status == Status.OWNER and body.get("totalPrice"):
        raise Fail(400, "ownerStay must not carry financial data.")
    kept_status = {} if WIRE_STATUS[status] == wire else {"status": wire}
    return replace(stay, status=status), {name: kept[name] for name in kept if name != "status"} | kept_status


def _placed(account: Account, listing: Listing, stay: Stay, *, forced: bool) -> Stay:
    """The stay in a free unit. Raises Fail 400 if the dates are invalid or taken."""
    if not 1 <= stay.nights <= LONGEST_STAY:
        raise Fail(400, f"departureDate must be 1 to {LONGEST_STAY} nights after arrivalDate.")
    today = today_at(listing, account.now)
    if not today - PAST_DAYS <= stay.arrival <= today + HORIZON_DAYS:
        raise Fail(400, f"arrivalDate must be within {PAST_DAYS} days past and {HORIZON_DAYS} days ahead.")
    if stay.status not in HOLDING:
        return stay
    world, at = account.sandbox.world, account.now
    unit = world.free_unit(listing, stay.arrival, stay.departure, at=at, ignored_stay=stay.id)
    terms = world.terms(listing, stay.arrival, stay.departure - 1, at=at)
    blocked = any(night.blocked_units >= listing.units for night in terms)
    if (unit is None or blocked) and not forced:
        raise Fail(400, "The listing is not available for these dates.")
    return replace(stay, unit=unit or 0)


def _rent(account: Account, listing: Listing, stay: Stay, total: float | None) -> float:
    """The price of the nights: the client's total without fees and taxes, or else the calendar's prices."""
    if total is not None:
        rest = amounts_of(listing, rent=0.0, nights=stay.nights, guests=stay.guests, source=stay.source)
        return round(max(0.0, total - rest.total) / (1 + listing.tax_percent / 100), listing.decimals)
    terms = account.sandbox.world.terms(listing, stay.arrival, stay.departure - 1, at=account.now)
    return round(sum(night.price for night in terms) * length_discount(listing, stay.nights), listing.decimals)
