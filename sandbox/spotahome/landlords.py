"""The landlords with their tokens, and the properties that a landlord's listings form."""

import uuid
from dataclasses import dataclass

from sandbox.world.listings import Listing
from sandbox.world.portfolios import LISTING_NUMBERS, PORTFOLIOS

TOKENS = {
    "sandbox.spotahome.3": 40003,
    "sandbox.spotahome.40": 40040,
    "sandbox.spotahome.1000": 41000,
}
"""Maps a token to its portfolio. The last part of the token is the number of listings."""
BLOCK, FLATS = 5, 2
"""In each block of five listings, the first two are separate flats, and the others are the units of one residence."""


@dataclass(frozen=True, slots=True)
class Landlord:
    portfolio: int
    id: str
    """The UUID in `landlordId`."""
    email: str


LANDLORDS = {
    portfolio: Landlord(
        portfolio, str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{portfolio}.spotahome.example")), PORTFOLIOS[portfolio].email
    )
    for portfolio in TOKENS.values()
}


def landlord_of_token(token: str) -> Landlord | None:
    """The landlord of an `Authorization` header. The documented header has no scheme before the token."""
    portfolio = TOKENS.get(token.strip())
    return None if portfolio is None else LANDLORDS[portfolio]


def landlord_of_listing(listing_id: int) -> Landlord | None:
    return LANDLORDS.get(listing_id // LISTING_NUMBERS)


def property_of(listing_id: int) -> int:
    """The property that a listing is a unit of. A property has the id of its first unit."""
    position = (listing_id % LISTING_NUMBERS - 1) % BLOCK
    return listing_id - max(0, position - FLATS)


def units_of(property_id: int) -> list[int]:
    """Listing ids of a property's units, including listings that do not exist; none if there is no such property."""
    if property_of(property_id) != property_id:
        return []
    position = (property_id % LISTING_NUMBERS - 1) % BLOCK
    return list(range(property_id, property_id + (BLOCK - FLATS if position == FLATS else 1)))


def ad_type(listing: Listing) -> str:
    return "apartment" if listing.bedrooms else "studio"
