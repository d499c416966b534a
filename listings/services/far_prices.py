"""Tells where our prices are far from the host's own price at the channel (docs/pricing.md, *Rooms let by the month*).

Prices that follow the market may rightly differ from the host's. But the host must not learn it from the channel.
"""

from collections.abc import Sequence
from statistics import fmean

import pricing
from listings.models import Listing
from pricing.base_price import LOWEST_BASE_PRICE
from pricing.money import round_to_unit
from pricing.monthly import NIGHTS_PER_MONTH

# From this share on, the average of the coming year is far above or below the host's own price.
FAR_FROM_HOST = 0.25


def far_from_host(average: float, own: float | None) -> float | None:
    """The share by which the average price is above the host's own price (below: negative) if that is far, or None."""
    difference = average / own - 1 if own else 0.0
    return difference if abs(difference) > FAR_FROM_HOST else None


def in_words(difference: float) -> str:
    """Such as "504% above"."""
    return f"{abs(difference):.0%} {'above' if difference > 0 else 'below'}"


def base_price_of_host(
    listing: Listing, facts: pricing.ListingFacts, nights: Sequence[pricing.Night]
) -> pricing.Suggestion | None:
    """Suggests the base price with which the nights would cost what the host asks, if they are far from that.

    `nights` are those of the coming year. The host's price is that before any push.
    """
    own = facts.channel_price
    average = fmean(night.price for night in nights) / pricing.minor_units_per_unit(facts.currency)
    difference = far_from_host(average, own)
    if own is None or difference is None:
        return None
    suggested = max(round_to_unit(listing.base_price * own / average), LOWEST_BASE_PRICE)
    if suggested == listing.base_price:
        return None
    per, period = (NIGHTS_PER_MONTH, "month") if facts.by_the_month else (1, "night")

    def amount(price: float) -> str:
        return f"{round_to_unit(price):,} {facts.currency or ''}".strip()

    return pricing.Suggestion(
        "base_price",
        f"The prices of the coming year are {amount(per * average)} a {period} on average, {in_words(difference)} the "
        f"{amount(per * own)} that the host asks at the channel. A base price of {amount(suggested)} a night, instead "
        f"of {amount(listing.base_price)}, would keep to the host's price.",
        listing.base_price,
        listing.min_price,
        suggested_base_price=suggested,
    )
