"""Translates Spotahome's listings into the values of connectors.values. Functions that read a row raise Malformed."""

from dataclasses import dataclass, replace
from typing import Any

from connectors.payloads import Malformed, id_in, not_told
from connectors.spotahome import payloads
from connectors.spotahome.rents import Rents, average_nightly, read_rents
from connectors.unread_members import count_unread
from connectors.values import RemoteListing, Unreadable

LONGEST_ID = 255  # characters, of our columns
SOLD_ALONE = "sold_alone"  # in a listing's details: it is all of its property, whose stay rules are its own


@dataclass(frozen=True, slots=True)
class Terms:
    """Price and stay rules to show. None: the member is missing or cannot be read; of a stay rule also no limit."""

    currency: str | None
    rents: Rents | None
    min_stay: int | None  # days
    max_stay: int | None  # days


@dataclass(frozen=True, slots=True)
class ExactTerms:
    """Price and stay rules to write back. None of a stay rule is no limit."""

    currency: str | None
    price_type: str
    rents: Rents
    min_stay: int | None  # days
    max_stay: int | None  # days


# What the fields of a listing become, where the names differ.
LISTING_TELLS = {
    "currency_iso_code": ("currency", "price"),
    "main_picture": ("image",),
    "type": ("room_type", "bedrooms"),
}


def landlord_id(row: Any) -> str:
    landlord = payloads.Landlord.read(row).landlord_id
    if len(landlord) > LONGEST_ID:
        raise Malformed("landlordId")
    return landlord


def terms(row: Any) -> Terms:
    return _terms(payloads.TermsPayload.read(row))


def exact_terms(row: Any) -> ExactTerms:
    """Raises Malformed if any member cannot be read, so that writing the terms back loses none."""
    read = payloads.TermsPayload.read(row, strictly=True)
    price_type, rents = read_rents(read.monthly_price)
    return ExactTerms(read.currency_iso_code, price_type, rents, read.min_stay or None, read.max_stay or None)


def _terms(read: payloads.TermsPayload) -> Terms:
    rents = _rents_or_none(read.monthly_price)
    return Terms(read.currency_iso_code, rents, read.min_stay or None, read.max_stay or None)


def _rents_or_none(monthly_price: Any) -> Rents | None:
    try:
        return read_rents(monthly_price)[1]
    except Malformed:
        count_unread(payloads.TermsPayload.payload, "monthlyPrice")
        return None


def listing(row: Any) -> RemoteListing | None:
    """None for a listing that is not published: nobody can book it."""
    read = payloads.ListingPayload.read(row)
    if read.is_published is False:
        return None
    known = _terms(read)
    location = payloads.Location.read_optional(read.location) or payloads.Location()
    return RemoteListing(
        channel_listing_id=read.id,
        title=read.title or f"Listing {read.id}",
        currency=known.currency,
        image=read.main_picture,
        city=_city(location.city),
        address=read.address,
        room_type=read.type,
        bedrooms=0 if read.type == "studio" else None,
        price=None if known.rents is None else average_nightly(known.rents, known.currency),
        min_stay=known.min_stay,
        max_stay=known.max_stay,
        by_the_month=True,
        unanswered=not_told(read, LISTING_TELLS) | _unread_objects(read, known),
    )


def _unread_objects(read: payloads.ListingPayload, known: Terms) -> frozenset[str]:
    """What the objects in a listing do not tell although they are there."""
    price = {"price"} if known.rents is None and read.monthly_price is not None else frozenset()
    location = read.location
    unread = isinstance(location, dict) and payloads.Location.read(location).unread
    city = {"city"} if unread or not isinstance(location, dict | None) else frozenset()
    return frozenset(price | city)


def with_property(listing: RemoteListing, units: Any) -> RemoteListing:
    """Adds the members of the property that has the listing's own id: `units` has a row for each of its units.

    A listing that is one unit of several is not found by its own id, or is found among others.
    """
    if not isinstance(units, list):
        raise Malformed("units")
    own = [payloads.Unit.read(unit) for unit in units]
    if [unit.unit_id for unit in own] != [listing.channel_listing_id]:
        return replace(listing, details={SOLD_ALONE: False})
    return replace(listing, bathrooms=own[0].number_bathrooms, details={SOLD_ALONE: True})


def unreadable(row: Any, error: Malformed) -> Unreadable:
    """A malformed listing, with its id where that can be read."""
    return Unreadable(id_in(row, "id", numeric=True), str(error))


def _city(slug: str | None) -> str | None:
    """`cape-town` is Cape Town: other channels' listings there compete with this one."""
    return slug.replace("-", " ").title() if slug else None
