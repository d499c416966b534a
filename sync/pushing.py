"""Sends a listing's prices to its channels: what differs from what they confirmed last, and nothing else.

A push ends under the listing's lock, once nothing differs any more from what it has sent. Whoever changes prices
takes that lock too (listings.services.pushing), so a change that comes while a push runs is either sent by it or
finds its job closed and queues the next one.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

import pricing
from connectors import registry
from connectors.base import NightRate, Push
from jobs.running import GiveUp, RunningJob, TryLater
from listings.models import ChannelListing, Listing, PostedNights
from listings.posted_nights import NEVER_POSTED, PostedNight, read_posted, write_posted
from listings.pricing_inputs import WITH_INPUTS, HostStays, read_inputs
from listings.selectors import on_channels
from listings.stays import local_date
from pricing.rules import CheckinCheckoutDays, MaxStays, MinStays
from sync.run import opened
from sync.storing import details_of

logger = logging.getLogger(__name__)

# Nights that are kept up to date at the channels, the one that begins today included.
HORIZON = 365
# What "no longest stay" is called where one was sent before and the host has none at the channel.
ANY_STAY = 365


class Disabled(Exception):
    """The listing was disabled while its prices were on their way."""


@dataclass(frozen=True, slots=True)
class Due:
    """A channel that does not have the prices of now."""

    channel_listing: ChannelListing
    activation: int  # of the listing, when the prices were computed
    push: Push


def push_listing(job: RunningJob) -> None:
    """The handler. A channel that fails is tried again later, one that refuses is given up until the next push."""
    sent: dict[int, Sequence[NightRate]] = {}
    troubles: dict[int, TryLater | GiveUp] = {}
    while (due := _next_due(job, sent, troubles)) is not None:
        pk = due.channel_listing.pk
        sent[pk] = due.push.nights
        try:
            with opened(job, due.channel_listing.account, tick=lambda: _keep_on(job)) as run:
                confirmed = run.channel.push(run.connection, due.push)
        except Disabled:
            continue
        except (TryLater, GiveUp) as trouble:
            troubles[pk] = trouble
            continue
        troubles.pop(pk, None)
        _record(job, due, confirmed)


def _keep_on(job: RunningJob) -> None:
    """Asked before every request to the channel, so that disabling a listing stops its push at once."""
    job.keep_lease()
    if not _listing(job).filter(enabled=True).exists():
        raise Disabled


@transaction.atomic
def _next_due(
    job: RunningJob, sent: Mapping[int, Sequence[NightRate]], troubles: dict[int, TryLater | GiveUp]
) -> Due | None:
    """The next channel that this run has not sent the prices of now; closes the job when there is none.

    Raises TryLater where some channel is to be tried again.
    """
    listing = _locked(job)
    if listing is None:
        job.succeed()
        return None
    for channel_listing, push in _pushes(job, listing):
        if not push.changed:
            continue
        if sent.get(channel_listing.pk) != push.nights:
            return Due(channel_listing, listing.activations, push)
        unconfirmed = TryLater(f"{channel_listing.channel} has not confirmed {len(push.changed)} nights.")
        troubles.setdefault(channel_listing.pk, unconfirmed)
    for trouble in troubles.values():
        if isinstance(trouble, TryLater):
            raise trouble
    if troubles:
        refusals = "; ".join(str(trouble) for trouble in troubles.values())
        logger.warning("%s is given up: %s", job, refusals)
        job.fail(refusals)
    else:
        job.succeed()
    return None


def _locked(job: RunningJob) -> Listing | None:
    """The job's listing, locked and as it is now; None when nothing of it is to be sent."""
    # Two statements: what is joined to a row that had to be waited for would be as it was before the wait.
    _lock(job)
    to_send = _listing(job).filter(enabled=True, deleted_at=None, in_active_market=True)
    return to_send.select_related(*WITH_INPUTS).first()


def _lock(job: RunningJob) -> None:
    _listing(job).select_for_update(of=("self",)).first()


def _listing(job: RunningJob) -> QuerySet[Listing]:
    return Listing.objects.filter(pk=job.arguments["listing_id"])


def _pushes(job: RunningJob, listing: Listing) -> list[tuple[ChannelListing, Push]]:
    """For each channel that the listing is on, what it should have."""
    first = local_date(listing, job.now())
    nights = [first + timedelta(days=ahead) for ahead in range(HORIZON)]
    channel_listings = list(
        on_channels(listing).filter(account__valid=True).select_related("account", "posted_nights", "connector_details")
    )
    if not channel_listings:
        return []
    if not listing.currency:
        raise GiveUp("The listing has no currency.")
    host_stays = HostStays(channel_listings[0].min_stay, channel_listings[0].max_stay)
    inputs = read_inputs(listing, nights[0], nights[-1], job.now(), host_stays=host_stays)
    try:
        priced = inputs.price(nights)
    except pricing.NoBasePrice as error:
        raise GiveUp("The listing has no base price.") from error
    pushes = []
    for channel_listing in channel_listings:
        posted, details = _posted(channel_listing, listing.activations), details_of(channel_listing)
        rates: Sequence[NightRate] = [
            _rate(night, inputs.rules, posted.get(night.date, NEVER_POSTED)) for night in priced
        ]
        if connector := registry.find(channel_listing.channel):
            if connector.sets_availability:
                rates = _with_free_units(rates, listing, inputs.stays)
            rates = connector.as_sold(rates, listing.currency, details)
        changed = frozenset(rate.night for rate in rates if posted.get(rate.night) != _as_posted(rate))
        push = Push(
            channel_listing_id=channel_listing.channel_listing_id,
            currency=listing.currency,
            nights=rates,
            changed=changed,
            details=details,
        )
        pushes.append((channel_listing, push))
    return pushes


def _posted(channel_listing: ChannelListing, activation: int) -> dict[date, PostedNight]:
    """What the channel confirmed last, without the prices of another activation of the listing.

    The stay rules of an earlier activation still count: one that was cleared meanwhile has to be taken back.
    """
    row: PostedNights | None = getattr(channel_listing, "posted_nights", None)
    if row is None:
        return {}
    posted = read_posted(row.nights)
    if row.activation == activation:
        return posted
    return {night: each.without_price() for night, each in posted.items()}


def _rate(night: pricing.Night, rules: pricing.Rules, before: PostedNight) -> NightRate:
    """What the channel should have: a stay rule only if the user set it here, now or when it was last sent."""
    days_steered = rules.checkin_checkout_days != CheckinCheckoutDays()
    return NightRate(
        night=night.date,
        price=night.price,
        min_stay=night.min_stay if rules.min_stays != MinStays() or before.min_stay is not None else None,
        max_stay=(night.max_stay or ANY_STAY) if rules.max_stays != MaxStays() or before.max_stay is not None else None,
        checkin_allowed=night.checkin_allowed if days_steered or before.checkin_allowed is not None else None,
        checkout_allowed=night.checkout_allowed if days_steered or before.checkout_allowed is not None else None,
    )


def _as_posted(rate: NightRate) -> PostedNight:
    return PostedNight(
        price=rate.price,
        min_stay=rate.min_stay,
        max_stay=rate.max_stay,
        checkin_allowed=rate.checkin_allowed,
        checkout_allowed=rate.checkout_allowed,
        free_units=rate.free_units,
    )


def _with_free_units(
    rates: Sequence[NightRate], listing: Listing, stays: Iterable[pricing.Reservation]
) -> list[NightRate]:
    """What the reservations leave of the listing's units, on whichever channel they were made."""
    first, free = rates[0].night, [listing.units] * len(rates)
    for stay in stays:
        arrival, departure = (stay.check_in - first).days, (stay.check_out - first).days
        for ahead in range(max(arrival, 0), min(departure, len(free))):
            free[ahead] -= stay.units
    return [replace(rate, free_units=max(left, 0)) for rate, left in zip(rates, free, strict=True)]


@transaction.atomic
def _record(job: RunningJob, due: Due, confirmed: Mapping[date, NightRate]) -> None:
    """Keeps what the channel has confirmed, all of it at once, and forgets the nights that are over."""
    _lock(job)
    job.report(nights_changed=len(due.push.changed), nights_confirmed=len(confirmed))
    row, _ = PostedNights.objects.get_or_create(channel_listing=due.channel_listing, defaults={"pushed_at": job.now()})
    due.channel_listing.posted_nights = row
    first = due.push.nights[0].night
    nights = {night: each for night, each in _posted(due.channel_listing, due.activation).items() if night >= first}
    nights |= {night: _as_posted(rate) for night, rate in confirmed.items()}
    row.nights = write_posted(nights)
    row.activation = due.activation
    row.pushed_at = job.now()
    row.save()
