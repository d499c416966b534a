"""Pushes a listing's prices to its channels: the nights that differ from what a channel confirmed last.

A push ends under the listing's lock, when nothing differs any more from what it has sent. Whoever changes prices takes
the same lock (listings.services.pushing). So a change that comes while a push runs is either sent by it, or finds its
job closed and queues the next one.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from django.db import transaction
from django.db.models import Exists, QuerySet

from connectors.errors import ChannelRefused, UnknownListings
from connectors.values import NightRate, Push
from jobs.running import GiveUp, RunningJob, TryLater
from listings.models import ChannelListing, Listing
from listings.posted_nights import NEVER_POSTED
from listings.pricing_inputs import WITH_INPUTS
from listings.services.posted_nights import posted_nights_of, record_posted
from listings.services.pushing import note_push_error
from listings.services.recommendations import complete
from sync.models import AccountConnection
from sync.rates import posted, pushes_of
from sync.run import SyncRun, opened

logger = logging.getLogger(__name__)


class Disabled(Exception):
    """The listing was disabled, or the account paused, while prices were being sent."""


@dataclass(frozen=True, slots=True)
class Due:
    """A channel that does not have the current prices."""

    channel_listing: ChannelListing
    activation: int  # of the listing, when the prices were computed
    push: Push


def push_listing(job: RunningJob) -> None:
    """The handler. A channel that fails is tried again later; one that refuses waits for the next push.

    The listing tells why, until a push ends well.
    """
    try:
        _push(job)
    except (TryLater, GiveUp) as trouble:
        with transaction.atomic():
            job.fence()
            note_push_error(job.arguments["listing_id"], str(trouble))
        raise


def _push(job: RunningJob) -> None:
    sent: dict[int, Sequence[NightRate]] = {}
    troubles: dict[int, TryLater | GiveUp] = {}
    while (due := _next_due(job, sent, troubles)) is not None:
        pk = due.channel_listing.pk
        sent[pk] = due.push.nights
        try:
            account = due.channel_listing.account
            with opened(job, account, tick=partial(_go_on, job, account.pk)) as run:
                confirmed, refused = _send(run, due.push)
        except Disabled:
            continue
        except (TryLater, GiveUp) as trouble:
            troubles[pk] = trouble
            continue
        troubles.pop(pk, None)
        if refused is not None:
            troubles[pk] = GiveUp(f"{run.channel.name} took the prices but not the stay rules: {refused}")
        _record(job, due, confirmed, with_rules=refused is None)


def _send(run: SyncRun, push: Push) -> tuple[Mapping[date, NightRate], str | None]:
    """What the channel confirmed, and why it refused the stay rules. Prices do not wait for rules that it refuses."""
    try:
        return run.channel.push(run.connection, push), None
    except UnknownListings:
        raise
    except ChannelRefused as error:
        prices = replace(push, nights=[_without_rules(rate) for rate in push.nights])
        if prices.nights == list(push.nights):
            raise
        return run.channel.push(run.connection, prices), run.said(error)


def _without_rules(rate: NightRate) -> NightRate:
    return replace(rate, min_stay=None, max_stay=None, checkin_allowed=None, checkout_allowed=None)


def _go_on(job: RunningJob, account_id: int) -> None:
    """Runs before every request to the channel, so that pushes stop when a listing is disabled or an account paused."""
    job.keep_lease()
    paused = AccountConnection.objects.filter(pk=account_id, paused_at__isnull=False)
    if not _listing(job).filter(~Exists(paused), enabled=True).exists():
        raise Disabled


@transaction.atomic
def _next_due(
    job: RunningJob, sent: Mapping[int, Sequence[NightRate]], troubles: dict[int, TryLater | GiveUp]
) -> Due | None:
    """The next channel to which this run has not sent the current prices; closes the job when there is none.

    Raises TryLater when a channel is to be tried again.
    """
    listing = _locked(job)
    if listing is None:
        note_push_error(job.arguments["listing_id"], None)
        job.succeed()
        return None
    pushes = pushes_of(listing, job.now())
    for channel_listing, push in pushes:
        if not push.changed:
            continue
        if sent.get(channel_listing.pk) != push.nights:
            return Due(channel_listing, listing.activations, push)
        unconfirmed = TryLater(f"{channel_listing.channel} has not confirmed {len(push.changed)} nights.")
        troubles.setdefault(channel_listing.pk, unconfirmed)
    later = [trouble for trouble in troubles.values() if isinstance(trouble, TryLater)]
    if later:
        raise next((trouble for trouble in later if trouble.counted), later[0])
    if troubles:
        refusals = "; ".join(str(trouble) for trouble in troubles.values())
        logger.warning("%s gives up: %s", job, refusals)
        note_push_error(listing.pk, refusals)
        job.fail(refusals)
    else:
        note_push_error(listing.pk, None)
        if pushes:  # Paused accounts have not received anything.
            complete(listing, job.now())
        job.succeed()
    return None


def _locked(job: RunningJob) -> Listing | None:
    """The job's listing, locked and current; None when there is nothing to send."""
    # Lock first, read second: joined rows in a locking SELECT may be stale after waiting.
    _lock(job)
    to_send = _listing(job).filter(enabled=True, deleted_at=None, in_active_market=True)
    return to_send.select_related(*WITH_INPUTS).first()


def _lock(job: RunningJob) -> None:
    _listing(job).select_for_update(of=("self",)).first()


def _listing(job: RunningJob) -> QuerySet[Listing]:
    return Listing.objects.filter(pk=job.arguments["listing_id"])


@transaction.atomic
def _record(job: RunningJob, due: Due, confirmed: Mapping[date, NightRate], *, with_rules: bool) -> None:
    """Stores everything that the channel has confirmed, in one transaction. Without rules, those before stay."""
    _lock(job)
    nights = posted(confirmed)
    if not with_rules:
        before = posted_nights_of(due.channel_listing, due.activation)
        nights = {
            night: replace(before.get(night, NEVER_POSTED), price=each.price, free_units=each.free_units)
            for night, each in nights.items()
        }
    job.report(nights_changed=len(due.push.changed), nights_confirmed=len(confirmed))
    record_posted(
        due.channel_listing,
        nights,
        activation=due.activation,
        first=due.push.nights[0].night,
        now=job.now(),
    )
