"""From Spotahome's listings to ours. Whatever a guest could be known by (`note`) is never read."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from connectors.reading import Fields, Malformed
from connectors.spotahome.rents import Rents, average_nightly, read_rents
from connectors.values import RemoteListing, Unreadable

LONGEST_ID = 255  # characters, of our columns
SOLD_ALONE = "sold_alone"  # in a listing's details: it is all of its property, whose stay rules are its own


@dataclass(frozen=True, slots=True)
class Terms:
    """What a stay at a listing costs and how long it may be. Stays in days; None is no limit."""

    currency: str | None
    price_type: str
    rents: Rents
    min_stay: int | None
    max_stay: int | None


def listing_id(row: Any) -> str:
    """Digits: it becomes part of a path. Raises Malformed."""
    return Fields(row, "listing").numeric_id("id")


def landlord_id(row: Any) -> str:
    """Raises Malformed."""
    own_id = Fields(row, "listing").text("landlordId")
    if own_id is None or len(own_id) > LONGEST_ID:
        raise Malformed("landlordId")
    return own_id


def terms(row: Any) -> Terms:
    """Raises Malformed. `price` is not read: it is the lowest rent once more, in minor units."""
    fields = Fields(row, "listing")
    price_type, rents = read_rents(fields.member("monthlyPrice"))
    return Terms(
        currency=fields.text("currencyIsoCode"),
        price_type=price_type,
        rents=rents,
        min_stay=_limit(fields, "minStay"),
        max_stay=_limit(fields, "maxStay"),
    )


def listing(row: Any) -> RemoteListing | None:
    """None for a listing that is not published: nobody can book it. Raises Malformed."""
    fields, own_id = Fields(row, "listing"), listing_id(row)
    if fields.flag("isPublished") is False:
        return None
    known = terms(row)
    kind, location = fields.text("type"), Fields(fields.member("location") or {}, "location")
    return RemoteListing(
        channel_listing_id=own_id,
        title=fields.text("title") or f"Listing {own_id}",
        currency=known.currency,
        image=fields.text("mainPicture"),
        city=_city(location.text("city")),
        address=fields.text("address"),
        room_type=kind,
        bedrooms=0 if kind == "studio" else None,
        price=average_nightly(known.rents, known.currency),
        min_stay=known.min_stay,
        max_stay=known.max_stay,
    )


def with_property(described: RemoteListing, units: Any) -> RemoteListing:
    """With what the property of the listing's own id tells: `units` has a row for each of its units.

    A listing that is one unit of several is not found by its own id, or among others. Raises Malformed.
    """
    if not isinstance(units, list):
        raise Malformed("units")
    own = [Fields(unit, "unit") for unit in units]
    if [unit.id("unitId") for unit in own] != [described.channel_listing_id]:
        return replace(described, details={SOLD_ALONE: False})
    bathrooms: Decimal | None = own[0].amount("numberBathrooms")
    return replace(described, bathrooms=bathrooms, details={SOLD_ALONE: True})


def unreadable(row: Any, error: Malformed) -> Unreadable:
    """A malformed listing, with its id where that much can be read."""
    try:
        return Unreadable(listing_id(row), str(error))
    except Malformed:
        return Unreadable(None, str(error))


def _limit(fields: Fields, name: str) -> int | None:
    """Listings have 0 where properties have null: no limit."""
    return fields.whole(name) or None


def _city(slug: str | None) -> str | None:
    """`cape-town` is Cape Town: other channels' listings there compete with this one."""
    return slug.replace("-", " ").title() if slug else None
