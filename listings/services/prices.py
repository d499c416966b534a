"""Writes the prices and stay rules of models.Listing. No other module writes them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jsonapi.refusals import InvalidValues, Refusal
from listings.models import Listing
from listings.services.events import USER, Author, PriceChange, record_base_prices
from listings.services.recommendations import settle

UPDATED_AT = {"base_price": "base_price_updated_at", "min_price": "min_price_updated_at"}
LARGEST_PRICE = 100_000_000  # whole units; far below 2**31, and enough for currencies with large numbers
# The attributes of customizations that are columns of models.Listing. The others are only in models.PricingRules.
LISTING_COLUMNS = frozenset(
    {"base_price", "min_price", "max_price", "min_stay", "extra_guest_fee", "extra_guest_threshold"}
)


def whole_units(amount: Decimal | float | int | None) -> int | None:
    """Round an amount in currency units to whole units; halves are rounded up. None stays None."""
    if amount is None:
        return None
    return int(Decimal(str(amount)).quantize(Decimal(1), ROUND_HALF_UP))


def change_listing(
    listing: Listing, changes: Mapping[str, Any], *, by: Author = USER, now: datetime
) -> dict[str, list[Any]]:
    """Set values that the user chose; return those that changed, each with its old and new value.

    `changes` may contain `enabled` and the LISTING_COLUMNS (prices in whole units, stays in nights). `listing` must
    be locked by the caller's transaction. A base price that is set here is no longer automatic. Open recommendations
    that the change follows or contradicts are closed. `by` is named in the event about a new base price.

    Raises Refusal (422) if a listing without a base price would be enabled, and InvalidValues (400) if the minimum
    price would exceed the maximum price.
    """
    changed = {name: value for name, value in changes.items() if getattr(listing, name) != value}
    if "base_price" in changes and listing.base_price_is_automatic:
        changed["base_price_is_automatic"] = False
    differences = {name: [getattr(listing, name), value] for name, value in changed.items()}
    for name in changed.keys() & UPDATED_AT.keys():
        changed[UPDATED_AT[name]] = now
    old_price = listing.base_price
    for name, value in changed.items():
        setattr(listing, name, value)
    _check(listing, changes)
    if changed.get("enabled"):
        # This invalidates the posted prices of earlier activations (models.PostedNights).
        changed["activations"] = listing.activations = listing.activations + 1
    if changed.get("enabled") is False:
        changed["push_error"] = listing.push_error = None  # Nothing is pushed any more.
    if changed:
        Listing.objects.filter(pk=listing.pk).update(**changed)
        settle(listing, changed, now)
    if "base_price" in changed:
        record_base_prices([PriceChange(listing, old_price, listing.currency)], by=by, now=now)
    return differences


def set_automatic_base_price(listing: Listing, base_price: int, *, now: datetime) -> bool:
    """Store the computed base price (whole units) of a listing; return whether it changed.

    `listing` must be locked by the caller's transaction, and its base price must be automatic. The caller records the
    event.
    """
    if listing.base_price == base_price:
        return False
    listing.base_price, listing.base_price_updated_at = base_price, now
    listing.save(update_fields=["base_price", "base_price_updated_at"])
    return True


def _check(listing: Listing, changes: Mapping[str, Any]) -> None:
    if listing.min_price is not None and listing.max_price is not None and listing.min_price > listing.max_price:
        at_fault = "min-price" if "min_price" in changes else "max-price"
        raise InvalidValues(
            [
                (
                    f"/data/attributes/{at_fault}",
                    "invalid",
                    f"The minimum price, {listing.min_price}, must not exceed the maximum, {listing.max_price}.",
                )
            ]
        )
    if changes.get("enabled") and not listing.base_price:
        raise Refusal("The listing has no base price. Set one to enable it.", pointer="/data/attributes/enabled")
