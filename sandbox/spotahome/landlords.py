"""Who has a token, and how a landlord's ads make up properties."""

import uuid
from dataclasses import dataclass

from sandbox.world.listings import Listing
from sandbox.world.portfolios import LISTING_NUMBERS, PORTFOLIOS

TOKENS = {
    "sandbox.spotahome.3": 40003,
    "sandbox.spotahome.40": 40040,
    "sandbox.spotahome.1000": 41000,
}
"""Token to portfolio; the last segment says how many listings it has."""
BLOCK, FLATS = 5, 2
"""Of each five listings two are flats of their own, and the other three are the units of one residence."""


@dataclass(frozen=True, slots=True)
class Landlord:
    portfolio: int
    id: str
    """A UUID, as `landlordId` shows it."""
    email: str


LANDLORDS = {
    portfolio: Landlord(
        portfolio, str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{portfolio}.spotahome.example")), PORTFOLIOS[portfolio].email
    )
    for portfolio in TOKENS.values()
}


def landlord_of_token(token: str) -> Landlord | None:
    """The documented header has no scheme word before the token."""
    portfolio = TOKENS.get(token.strip())
    return None if portfolio is None else LANDLORDS[portfolio]


def landlord_of_listing(listing_id: int) -> Landlord | None:
    return LANDLORDS.get(listing_id // LISTING_NUMBERS)


def property_of(listing_id: int) -> int:
    """The property a listing is a unit of; it has the id of its first unit."""
    position = (listing_id % LISTING_NUMBERS - 1) % BLOCK
    return listing_id - max(0, position - FLATS)


def units_of(property_id: int) -> list[int]:
    """Listing ids of a property's units, whether or not there are so many; none for what is not a property."""
    if property_of(property_id) != property_id:
        return []
    position = (property_id % LISTING_NUMBERS - 1) % BLOCK
    return list(range(property_id, property_id + (BLOCK - FLATS if position == FLATS else 1)))


def ad_type(listing: Listing) -> str:
    return "apartment" if listing.bedrooms else "studio"
