"""The nights of a listing as partners read them: computed when asked for, over the nights of one page only."""

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
# How far from today the first night may be, both ways.
FARTHEST_DAYS = 3650

# What the calendar reads of a listing besides its own row, without a further query.
READ_WITH = WITH_INPUTS


class NoActiveMarket(Refusal):
    """There is nothing to price the listing against (contract, *Errors*)."""

    status = 400


class BadRange(Refusal):
    """The range of dates is upside down, too long or too far away."""


class Unpriced(Refusal):
    """Neither the user nor the market says what a night costs."""


@dataclass(frozen=True, slots=True)
class CalendarNight:
    """One night; prices in minor units of the listing's currency, stays in nights."""

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
    """The nights asked for, both included: from today at the listing, and for a year, where nothing is said.

    Raises NoActiveMarket, and BadRange for a range that ends before it starts, is longer than MOST_DAYS or starts
    farther from today than FARTHEST_DAYS.
    """
    if not listing.in_active_market:
        raise NoActiveMarket(f"Listing {listing.pk} is not in an active market, so it has no prices.")
    today = local_date(listing, now)
    earliest, latest = today - timedelta(days=FARTHEST_DAYS), today + timedelta(days=FARTHEST_DAYS)
    start = today if start is None else start
    if not earliest <= start <= latest:
        raise BadRange(f"The start date must lie between {earliest} and {latest}, not on {start}.")
    end = start + timedelta(days=DEFAULT_DAYS) if end is None else end
    if end < start:
        raise BadRange(f"The range ends on {end}, before it starts on {start}.")
    if (end - start).days > MOST_DAYS:
        raise BadRange(f"The range must not be longer than {MOST_DAYS} days; from {start} to {end} it is.")
    return start, end


def price_calendar_nights(listing: Listing, nights: Sequence[date], now: datetime) -> list[CalendarNight]:
    """The nights, in the order given. Two queries when `listing` came with READ_WITH. Raises Unpriced."""
    if not nights:
        return []
    on_channel = list(
        on_channels(listing).values_list("min_stay", "max_stay", "posted_nights__nights", "posted_nights__activation")
    )
    host_stays = HostStays(*on_channel[0][:2]) if on_channel else NO_HOST_STAYS
    inputs = read_inputs(listing, min(nights), max(nights), now, host_stays=host_stays)
    posted: dict[date, int | None] = {}
    for _, _, confirmed, activation in reversed(on_channel):  # the channel that was connected first has precedence
        if activation == listing.activations:
            posted |= posted_prices(confirmed, nights)
    try:
        priced = {night.date: night for night in inputs.price(nights)}
    except pricing.NoBasePrice as error:
        raise Unpriced(f"Listing {listing.pk} has no base price; set one.") from error
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
