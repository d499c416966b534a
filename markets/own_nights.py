"""The nights of the user's own listings, in the form of public ones, so that the same figures are made of both."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean

import pricing
from listings.models import ChannelListing, Listing
from listings.posted_nights import posted_prices
from listings.pricing_inputs import HISTORY, NO_HOST_STAYS, REACH, WITH_INPUTS, HostStays, inputs_of
from listings.selectors import live
from listings.stays import local_date, stays_of
from markets.metrics import LETTERS, nights_of
from markets.public_nights import PublicNights

# Relations to select with the listings.
READ_WITH = WITH_INPUTS


@dataclass(frozen=True, slots=True)
class OnChannel:
    """A live channel listing with what it confirmed last."""

    channel: str
    channel_listing_id: str
    host_stays: HostStays
    posted: Mapping[str, object]
    activation: int | None


class OwnNights:
    """Nights of listings that were selected with READ_WITH, between `first` and `last` of all ranges asked for.

    Makes two queries, however many listings there are.
    """

    def __init__(self, listings: Sequence[Listing], ranges: Iterable[tuple[date, date]], now: datetime) -> None:
        self._now = now
        since = min(first for first, _ in ranges) - REACH
        if any(not listing.base_price for listing in listings):
            since = min([since, *(local_date(listing, now) - HISTORY for listing in listings)])
        self._stays = stays_of(listings, ending_after=since)
        self.channels: dict[int, list[OnChannel]] = defaultdict(list)
        shown = live(ChannelListing.objects.filter(listing__in=listings)).order_by("pk")
        for row in shown.values_list(
            "listing_id", "channel", "channel_listing_id", "min_stay", "max_stay", "posted_nights__nights",
            "posted_nights__activation",
        ):  # fmt: skip
            listing_id, channel, channel_listing_id, min_stay, max_stay, posted, activation = row
            self.channels[listing_id].append(
                OnChannel(channel, channel_listing_id, HostStays(min_stay, max_stay), posted or {}, activation)
            )

    def nights(self, listing: Listing, first: date, last: date) -> PublicNights:
        """The nights from `first` to `last`, both included, with prices in minor units of the listing's currency.

        The price of a booked night is what its stays pay for it. The price of another night is the one that a channel
        confirmed, or else ours, which listings outside active markets do not have.
        """
        days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
        channels = self.channels.get(listing.pk, [])
        stays = self._stays[listing.pk]
        host_stays = channels[0].host_stays if channels else NO_HOST_STAYS
        inputs = inputs_of(listing, first, last, local_date(listing, self._now), stays, host_stays)
        states = "".join(LETTERS[inputs.availability[day]] for day in days)
        ours: dict[date, pricing.Night] = {}
        if listing.in_active_market:
            with suppress(pricing.NoBasePrice):
                ours = {night.date: night for night in inputs.price(days)}
        posted: dict[date, int | None] = {}
        for channel in reversed(channels):  # The channel that was connected first has precedence.
            if channel.activation == listing.activations:
                posted |= posted_prices(channel.posted, days)
        paid = _paid(stays, first, last)
        return nights_of(
            first,
            states,
            [
                paid.get(day) if letter == LETTERS["booked"] else _first_known(posted.get(day), ours, day)
                for day, letter in zip(days, states, strict=True)
            ],
            [ours[day].min_stay if day in ours else listing.min_stay for day in days],
        )


def _first_known(posted: int | None, ours: Mapping[date, pricing.Night], day: date) -> int | None:
    if posted is not None:
        return posted
    return ours[day].price if day in ours else None


def _paid(stays: Iterable[pricing.BookedStay], first: date, last: date) -> dict[date, int]:
    """What the stays pay for a night and a unit, in minor units; the mean if several stay in the same night."""
    paid: dict[date, list[float]] = defaultdict(list)
    for stay in stays:
        nights = (stay.check_out - stay.check_in).days
        if stay.total is None or stay.owner_stay or stay.cancelled_on is not None or nights < 1:
            continue
        rate = stay.total / nights / max(stay.units, 1)
        for day in range(max(stay.check_in, first).toordinal(), min(stay.check_out.toordinal(), last.toordinal() + 1)):
            paid[date.fromordinal(day)].append(rate)
    return {day: round(fmean(rates)) for day, rates in paid.items()}
