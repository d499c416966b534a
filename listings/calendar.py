"""The calendar of a listing: nights with their prices and stay rules, computed per request for one page only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pricing
from jsonapi.refusals import Refusal
from listings.models import Listing
from listings.posted_nights import posted_prices
from listings.pricing_inputs import NO_HOST_STAYS, WITH_INPUTS, HostStays, read_inputs
from listings.selectors import on_channels
from listings.stays import local_date

DEFAULT_DAYS = 365
MOST_DAYS = 730
# The greatest distance of the first night from today, in the past or in the future.
FARTHEST_DAYS = 3650

# Relations to select with a listing, so that pricing its calendar needs no further query for them.
READ_WITH = WITH_INPUTS


class NoActiveMarket(Refusal):
    """The listing is not in an active market and therefore has no prices (contract, *Errors*)."""

    status = 400


# The query parameters that a bad range names.
START, END = "filter[start-date]", "filter[end-date]"


class BadRange(Refusal):
    """The range ends before it starts, is too long, or starts too far from today."""


class Unpriced(Refusal):
    """The listing has no base price, neither from the user nor from its market."""


@dataclass(frozen=True, slots=True)
class CalendarNight:
    """One night. Prices are minor units of the listing's currency; minimum and maximum stays are nights."""

    id: str
    date: date
    availability: str
    price: int
    price_posted: int | None
    effective_min_price: int
    effective_max_price: int | None
    factors: tuple[pricing.Factor, ...]
    min_stay: int
    max_stay: int | None
    checkin_allowed: bool
    checkout_allowed: bool


def calendar_range(listing: Listing, start: date | None, end: date | None, now: datetime) -> tuple[date, date]:
    """The first and the last requested night.

    `start` defaults to today at the listing, `end` to DEFAULT_DAYS after the start. Raises NoActiveMarket, and
    BadRange for a range that ends before it starts, is longer than MOST_DAYS or starts more than FARTHEST_DAYS from
    today.
    """
    if not listing.in_active_market:
        raise NoActiveMarket(f"Listing {listing.pk} is not in an active market, so it has no prices.")
    today = local_date(listing, now)
    earliest, latest = today - timedelta(days=FARTHEST_DAYS), today + timedelta(days=FARTHEST_DAYS)
    start = today if start is None else start
    if not earliest <= start <= latest:
        raise BadRange(f"The start date must lie between {earliest} and {latest}. It is {start}.", parameter=START)
    end = start + timedelta(days=DEFAULT_DAYS) if end is None else end
    if end < start:
        raise BadRange(f"The range ends on {end}, before it starts on {start}.", parameter=END)
    if (end - start).days > MOST_DAYS:
        raise BadRange(f"The range from {start} to {end} is longer than {MOST_DAYS} days.", parameter=END)
    return start, end


def price_calendar_nights(listing: Listing, nights: Sequence[date], now: datetime) -> list[CalendarNight]:
    """Price the nights of a listing; return them in the given order.

    Makes two queries if `listing` was selected with READ_WITH. Raises Unpriced if the listing has no base price.
    """
    if not nights:
        return []
    on_channel = list(
        on_channels(listing).values_list("min_stay", "max_stay", "posted_nights__nights", "posted_nights__activation")
    )
    host_stays = HostStays(*on_channel[0][:2]) if on_channel else NO_HOST_STAYS
    inputs = read_inputs(listing, min(nights), max(nights), now, host_stays=host_stays)
    posted: dict[date, int | None] = {}
    for _, _, confirmed, activation in reversed(on_channel):  # The channel that was connected first has precedence.
        if activation == listing.activations:
            posted |= posted_prices(confirmed, nights)
    try:
        priced = {night.date: night for night in inputs.price(nights)}
    except pricing.NoBasePrice as error:
        raise Unpriced(f"Listing {listing.pk} has no base price. Set one first.") from error
    return [
        CalendarNight(
            id=f"{listing.pk}-{day}",
            date=day,
            availability=inputs.availability[day],
            price=night.price,
            price_posted=posted.get(day),
            effective_min_price=night.effective_min_price,
            effective_max_price=night.effective_max_price,
            factors=night.factors,
            min_stay=night.min_stay,
            max_stay=night.max_stay,
            checkin_allowed=night.checkin_allowed,
            checkout_allowed=night.checkout_allowed,
        )
        for day in nights
        for night in [priced[day]]
    ]
