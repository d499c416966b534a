"""Sends a listing's prices to its channels: what differs from what they confirmed last, and nothing else.

A push ends under the listing's lock, once nothing differs any more from what it has sent. Whoever changes prices
takes that lock too (listings.services.pushing), so a change that comes while a push runs is either sent by it or
finds its job closed and queues the next one.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

import pricing
from connectors import registry
from connectors.base import NightRate, Push
from jobs.running import GiveUp, RunningJob, TryLater
from listings.models import ChannelListing, Listing, PostedNights
from listings.pricing_inputs import WITH_INPUTS, read_inputs
from listings.selectors import on_channels
from listings.stays import local_date
from pricing.rules import CheckinCheckoutDays, MaxStays, MinStays
from sync.run import opened

logger = logging.getLogger(__name__)

# Nights that are kept up to date at the channels, the one that begins today included.
HORIZON = 365
# What "no longest stay" is called where one was sent before and the host has none at the channel.
ANY_STAY = 365

# A rate as PostedNights keeps it.
Posted = list[Any]
NEVER_POSTED: Posted = [None] * 5


class Disabled(Exception):
    """The listing was disabled while its prices were on their way."""


@dataclass(frozen=True, slots=True)
class Due:
    """A channel that does not have the prices of now."""

    channel_listing: ChannelListing
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
            return Due(channel_listing, push)
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
    return Listing.objects.filter(jobs=job.id)


def _pushes(job: RunningJob, listing: Listing) -> list[tuple[ChannelListing, Push]]:
    """For each channel that the listing is on, what it should have."""
    first = local_date(listing, job.now())
    nights = [first + timedelta(days=ahead) for ahead in range(HORIZON)]
    channel_listings = list(on_channels(listing).filter(account__valid=True).select_related("account", "posted_nights"))
    if not channel_listings:
        return []
    if not listing.currency:
        raise GiveUp("The listing has no currency.")
    inputs = read_inputs(listing, nights[0], nights[-1], job.now(), channel_details=channel_listings[0].details)
    try:
        priced = inputs.price(nights)
    except pricing.NoBasePrice as error:
        raise GiveUp("The listing has no base price.") from error
    pushes = []
    for channel_listing in channel_listings:
        posted = _posted(channel_listing)
        rates: Sequence[NightRate] = [
            _rate(night, inputs.rules, posted.get(night.date.isoformat())) for night in priced
        ]
        if connector := registry.find(channel_listing.channel):
            if connector.sets_availability:
                rates = _with_free_units(rates, listing, inputs.stays)
            rates = connector.as_sold(rates, listing.currency, channel_listing.details)
        changed = frozenset(rate.night for rate in rates if posted.get(rate.night.isoformat()) != _as_posted(rate))
        push = Push(
            channel_listing_id=channel_listing.channel_listing_id,
            currency=listing.currency,
            nights=rates,
            changed=changed,
            details=channel_listing.details,
        )
        pushes.append((channel_listing, push))
    return pushes


def _posted(channel_listing: ChannelListing) -> Mapping[str, Posted]:
    row: PostedNights | None = getattr(channel_listing, "posted_nights", None)
    return {} if row is None else row.nights


def _rate(night: pricing.Night, rules: pricing.Rules, before: Posted | None) -> NightRate:
    """What the channel should have: a stay rule only where the user steers it here, or did when it was last sent."""
    _, min_stay, max_stay, checkin, checkout = (before or NEVER_POSTED)[:5]
    days_steered = rules.checkin_checkout_days != CheckinCheckoutDays()
    return NightRate(
        night=night.date,
        price=night.price,
        min_stay=night.min_stay if rules.min_stays != MinStays() or min_stay is not None else None,
        max_stay=(night.max_stay or ANY_STAY) if rules.max_stays != MaxStays() or max_stay is not None else None,
        checkin_allowed=night.checkin_allowed if days_steered or checkin is not None else None,
        checkout_allowed=night.checkout_allowed if days_steered or checkout is not None else None,
    )


def _as_posted(rate: NightRate) -> Posted:
    posted = [rate.price, rate.min_stay, rate.max_stay, rate.checkin_allowed, rate.checkout_allowed]
    return posted if rate.free_units is None else [*posted, rate.free_units]


def _with_free_units(
    rates: Sequence[NightRate], listing: Listing, stays: Iterable[pricing.BookedStay]
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
    first = due.push.nights[0].night.isoformat()
    row.nights = {night: rate for night, rate in row.nights.items() if night >= first}
    row.nights |= {night.isoformat(): _as_posted(rate) for night, rate in confirmed.items()}
    row.pushed_at = job.now()
    row.save()
