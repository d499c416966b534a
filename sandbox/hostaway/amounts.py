"""The price of a stay: nights, extra guests, cleaning, tax, and the channel's commission. In whole currency units."""

from dataclasses import dataclass
from typing import Any

from sandbox.world.listings import Listing

COMMISSION_PERCENT = {"airbnb": 3.0, "bookingcom": 15.0, "expedia": 18.0, "vrbo": 8.0, "google": 5.0}
"""The channel's commission by source of the booking; 0 for the other sources."""


@dataclass(frozen=True, slots=True)
class Amounts:
    rent: float
    extra_guests: float
    cleaning: float
    tax: float
    total: float
    commission: float


def amounts_of(listing: Listing, *, rent: float, nights: int, guests: int, source: str) -> Amounts:
    """`rent` is the price of the nights after the discount for the length of stay. Rent and extra guests are taxed."""
    extra_guests = listing.extra_person_price * max(0, guests - listing.guests_included) * nights
    tax = round((rent + extra_guests) * listing.tax_percent / 100, listing.decimals)
    total = round(rent + extra_guests + listing.cleaning_fee + tax, listing.decimals)
    commission = round(total * COMMISSION_PERCENT.get(source, 0.0) / 100, listing.decimals)
    return Amounts(rent, extra_guests, listing.cleaning_fee, tax, total, commission)


def components(amounts: Amounts, *, discount: float = 0.0) -> list[dict[str, Any]]:
    """The components in price details and finance fields. `discount` (negative) is already included in the rent."""
    rows = [
        ("price", "baseRate", "Base rate", amounts.rent - discount),
        ("discount", "lengthOfStayDiscount", "Length of stay discount", discount),
        ("fee", "priceForExtraPerson", "Extra guests", amounts.extra_guests),
        ("fee", "cleaningFee", "Cleaning fee", amounts.cleaning),
        ("tax", "propertyRentTax", "Tax", amounts.tax),
    ]
    return [
        component(type, name, title, round(total, 2))
        for type, name, title, total in rows
        if total or name == "baseRate"
    ]


def component(type: str, name: str, title: str, total: float) -> dict[str, Any]:
    return {
        "listingFeeSettingId": None,
        "type": type,
        "name": name,
        "title": title,
        "alias": None,
        "quantity": None,
        "units": 1,
        "value": total,
        "total": total,
        "isIncludedInTotalPrice": 1,
        "isOverriddenByUser": 0,
        "isMandatory": 1,
        "isQuantitySelectable": 0,
        "isDeleted": 0,
    }
