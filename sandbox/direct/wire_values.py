"""Amounts and instants in the protocol's form."""

from datetime import UTC, datetime

from sandbox.world.listings import Listing


def minor_units(amount: float, listing: Listing) -> int:
    """An amount in whole units of the listing's currency, in its minor units."""
    per_unit: int = 10**listing.decimals
    return round(amount * per_unit)


def instant(seconds: int | None) -> str | None:
    """Unix seconds in ISO 8601, UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
