"""What a channel should have of a listing: rates in the channel's own terms, and which of them differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pricing
from connectors.accepted import fitted
from connectors.values import NightRate, Push
from jobs.running import GiveUp
from listings.models import ChannelListing, Listing
from listings.posted_nights import NEVER_POSTED, PostedNight
from listings.pricing_inputs import HostStays, PricingInputs, read_inputs
from listings.selectors import on_channels
from listings.services.posted_nights import posted_nights_of
from listings.stays import local_date
from pricing.rules import CheckinCheckoutDays, MaxStays, MinStays
from sync import channels
from sync.models import AccountConnection
from sync.storing import details_of

# Nights whose prices the channels have, from the one that begins today.
HORIZON = 365
# Sent in place of "no maximum" where a max stay was pushed before and the host has none at the channel.
ANY_STAY = 365


def pushes_of(listing: Listing, now: datetime) -> list[tuple[ChannelListing, Push]]:
    """What each channel of the listing should have, except those of paused accounts.

    Raises GiveUp for a listing that cannot be priced.
    """
    channel_listings = list(
        on_channels(listing)
        .filter(account__valid=True, account__connection__paused_at=None)
        .select_related("account", "posted_nights", "connector_details")
    )
    if not channel_listings:
        return []
    if not listing.currency:
        raise GiveUp("The listing has no currency.")
    first = local_date(listing, now)
    nights = [first + timedelta(days=ahead) for ahead in range(HORIZON)]
    host_stays = HostStays(*(getattr(channel_listings[0], name) for name in HostStays._fields))
    inputs = read_inputs(listing, nights[0], nights[-1], now, host_stays=host_stays)
    try:
        priced = inputs.price(nights)
    except pricing.NoBasePrice as error:
        raise GiveUp("The listing has no base price.") from error
    return [
        (channel_listing, _push(channel_listing, listing, listing.currency, inputs, priced))
        for channel_listing in channel_listings
    ]


def _push(
    channel_listing: ChannelListing,
    listing: Listing,
    currency: str,
    inputs: PricingInputs,
    priced: Sequence[pricing.Night],
) -> Push:
    posted, details = posted_nights_of(channel_listing, listing.activations), details_of(channel_listing)
    rates: Sequence[NightRate] = [_rate(night, inputs.rules, posted.get(night.date, NEVER_POSTED)) for night in priced]
    if connector := channels.find(channel_listing.channel):
        rates = fitted(rates, connector.accepted, currency)
        if connector.sets_availability and _free_units_are_known(channel_listing, listing):
            rates = _with_free_units(rates, listing, inputs.stays)
        rates = connector.as_sold(rates, currency, details)
    return Push(
        channel_listing_id=channel_listing.channel_listing_id,
        currency=currency,
        nights=rates,
        changed=frozenset(rate.night for rate in rates if posted.get(rate.night) != _posted(rate)),
        details=details,
    )


def _rate(night: pricing.Night, rules: pricing.Rules, before: PostedNight) -> NightRate:
    """A stay rule is included only if the user has set it here, or had when it was last sent."""
    days_are_set = rules.checkin_checkout_days != CheckinCheckoutDays()
    return NightRate(
        night=night.date,
        price=night.price,
        min_stay=night.min_stay if rules.min_stays != MinStays() or before.min_stay is not None else None,
        max_stay=(night.max_stay or ANY_STAY) if rules.max_stays != MaxStays() or before.max_stay is not None else None,
        checkin_allowed=night.checkin_allowed if days_are_set or before.checkin_allowed is not None else None,
        checkout_allowed=night.checkout_allowed if days_are_set or before.checkout_allowed is not None else None,
    )


def _free_units_are_known(channel_listing: ChannelListing, listing: Listing) -> bool:
    """Not before all bookings have been read, and not while some of them do not tell their nights."""
    account = channel_listing.account
    if listing.occupancy_unknown_since is not None or account.last_successful_sync_at is None:
        return False
    connection = AccountConnection.objects.filter(account=account).only("cursor").first()
    cursor = {} if connection is None else connection.cursor
    return "bookmark" in cursor and channel_listing.channel_listing_id not in cursor.get("apart", ())


def _with_free_units(
    rates: Sequence[NightRate], listing: Listing, stays: Iterable[pricing.BookedStay]
) -> list[NightRate]:
    """Adds how many of the listing's units are still free, after the reservations of all channels."""
    first, free = rates[0].night, [listing.units] * len(rates)
    for stay in stays:
        arrival, departure = (stay.check_in - first).days, (stay.check_out - first).days
        for ahead in range(max(arrival, 0), min(departure, len(free))):
            free[ahead] -= stay.units
    return [replace(rate, free_units=max(left, 0)) for rate, left in zip(rates, free, strict=True)]


def posted(confirmed: Mapping[date, NightRate]) -> dict[date, PostedNight]:
    """Confirmed rates as they are stored."""
    return {night: _posted(rate) for night, rate in confirmed.items()}


def _posted(rate: NightRate) -> PostedNight:
    return PostedNight(
        price=rate.price,
        min_stay=rate.min_stay,
        max_stay=rate.max_stay,
        checkin_allowed=rate.checkin_allowed,
        checkout_allowed=rate.checkout_allowed,
        free_units=rate.free_units,
    )
