"""The steps of a sync. The job's lease fences each transaction, and each can be repeated."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from connectors.errors import UnknownListings
from connectors.values import RemoteListing, Unreadable
from listings.models import ChannelListing
from listings.services.channel_listings import remove_listings
from listings.services.failing import note_success
from listings.services.reservations import reservations_on_file
from listings.stays import local_date
from sync.models import AccountConnection
from sync.run import SyncRun
from sync.storing import details_of, store_calendar, store_listings, store_reservations

logger = logging.getLogger(__name__)

HORIZON = 730  # nights
LOG_EVERY = 25  # listings


def read_listings(run: SyncRun) -> None:
    """Stores all listings of the account, and removes those that the channel no longer has."""
    seen: set[str] = set()
    for page in run.channel.listings(run.connection):
        readable = [listing for listing in page if not isinstance(listing, Unreadable)]
        for listing in page:
            if isinstance(listing, Unreadable):
                run.fail(listing.channel_listing_id, listing.reason)
                seen.add(listing.channel_listing_id or "")
        _store_listings(run, readable)
        seen.update(listing.channel_listing_id for listing in readable)
    groups = dict(run.left_out)
    for channel_id, group in _shown(run).filter(group__in=groups).values_list("channel_listing_id", "group"):
        run.fail(channel_id, groups[group or ""])
        seen.add(channel_id)
    missing = _shown(run).exclude(run.waiting())
    for channel_id in sorted(set(missing.values_list("channel_listing_id", flat=True)) - seen):
        with run.one_listing(channel_id):
            read_listing(run, channel_id)


def read_listing(run: SyncRun, channel_listing_id: str) -> bool:
    """Asks for one listing by its id, because the list may have skipped it; False when it is gone."""
    try:
        remote = run.channel.listing(run.connection, channel_listing_id)
    except UnknownListings as error:
        logger.info("%s: listing %s is gone: %s", run.job, channel_listing_id, error)
        with transaction.atomic():
            run.job.fence()
            remove_listings(run.account, [channel_listing_id], run.job.now())
        return False
    _store_listings(run, [remote])
    return True


def _store_listings(run: SyncRun, remote: Collection[RemoteListing]) -> None:
    with transaction.atomic():
        run.job.fence()
        new = store_listings(run.account, list(remote), run.job.now())
        if new and run.cursor:
            # The reservations of the account have been read without these listings, so theirs are read separately.
            _change_cursor(run, add_apart=new)


def read_calendars(run: SyncRun, synced_before: datetime) -> None:
    """Reads the calendars that were last read before `synced_before`, or never. Listings that failed wait for their
    own next attempts.
    """
    ours = _shown(run)
    total = ours.count()
    stale = ours.filter(Q(last_successful_sync_at=None) | Q(last_successful_sync_at__lt=synced_before))
    due = list(stale.exclude(run.waiting()).order_by("pk").values_list("pk", flat=True))
    done = total - stale.count()
    run.job.report(listings_total=total, listings_done=done, listings_failed=_failed(run))
    for shown_id in due:
        shown = ChannelListing.objects.select_related("listing", "connector_details").get(pk=shown_id)
        with run.one_listing(shown.channel_listing_id):
            read_calendar(run, shown)
            _note_success(run, shown.channel_listing_id)
            done += 1
        run.job.give_way_if_others_wait(listings_done=done)
        run.job.report(listings_done=done, listings_failed=_failed(run))
        if done % LOG_EVERY == 0 or done == total:
            logger.info("%s: %d listings done of %d", run.job, done, total)


def _failed(run: SyncRun) -> int:
    return _shown(run).exclude(failures=None).count() + len(run.left_out)


def _note_success(run: SyncRun, channel_listing_id: str) -> None:
    """The listing has been synced, unless another part of it could not be read."""
    if channel_listing_id in run.failures or channel_listing_id in run.cursor.get("apart", ()):
        return
    with transaction.atomic():
        run.job.fence()
        note_success(run.account, [channel_listing_id])


def read_calendar(run: SyncRun, shown: ChannelListing) -> None:
    now = run.job.now()
    first = local_date(shown.listing, now)
    nights = run.channel.calendar(run.connection, _as_remote(shown), first, first + timedelta(days=HORIZON - 1))
    with transaction.atomic():
        run.job.fence()
        store_calendar(shown, nights, now)


def _as_remote(shown: ChannelListing) -> RemoteListing:
    """The stored part of what the connector said about the listing."""
    listing = shown.listing
    return RemoteListing(
        channel_listing_id=shown.channel_listing_id,
        title=listing.title,
        timezone=listing.timezone,
        currency=listing.currency,
        units=listing.units,
        price=shown.price,
        min_stay=shown.min_stay,
        max_stay=shown.max_stay,
        details=details_of(shown),
    )


def read_reservations(run: SyncRun) -> None:
    """Reads the reservations that are new since the cursor, then all reservations of the listings in `apart`.

    The cursor is stored together with the rows that it covers. `bookmark` is the connector's own position. `apart`
    names listings that the bookmark does not cover, because they came later or some of their reservations could not
    be read.

    A reservation whose listing is unknown is left out. The bookmark stays for one retry, then advances so that it
    cannot block newer ones.
    """
    listing_ids = _listing_ids(run)
    on_file = reservations_on_file(run.account, run.job.now())
    freed: set[int] = set()
    waits = False
    for page in run.channel.reservations(run.connection, run.cursor.get("bookmark", {})):
        # A listing that is unknown here is read separately when it appears.
        broken = [row.channel_listing_id for row in page.unreadable if row.channel_listing_id in listing_ids]
        if nobodys := [row for row in page.unreadable if row.channel_listing_id is None]:
            run.fail(None, f"{len(nobodys)} reservations: {nobodys[0].reason}")
            waits = run.job.failures == 0
        with transaction.atomic():
            run.job.fence()
            freed |= store_reservations(run.account, page, listing_ids, run.job.now(), on_file=on_file)
            _change_cursor(run, add_apart=broken, **({} if waits else {"bookmark": page.cursor}))
        if not waits:
            run.job.give_way_if_others_wait()
    # A listing that is gone stays in `apart` until it comes back.
    there = set(_shown(run).exclude(run.waiting()).values_list("channel_listing_id", flat=True))
    for channel_id in run.cursor.get("apart", ()):
        if channel_id in there:
            with run.one_listing(channel_id):
                read_reservations_apart(run, channel_id)
    _read_freed_calendars(run, freed)


def _read_freed_calendars(run: SyncRun, listing_ids: Collection[int]) -> None:
    """Reads calendars again that may still show the nights of reservations that were cancelled since."""
    for shown in _shown(run).filter(listing_id__in=listing_ids).select_related("listing", "connector_details"):
        with run.one_listing(shown.channel_listing_id):
            read_calendar(run, shown)


def read_reservations_apart(run: SyncRun, channel_listing_id: str) -> None:
    """Reads all reservations of one listing."""
    listing_ids = _listing_ids(run)
    on_file = reservations_on_file(run.account, run.job.now(), listing_ids.get(channel_listing_id))
    unreadable: list[Unreadable] = []
    for page in run.channel.reservations(run.connection, {}, channel_listing_id):
        unreadable += page.unreadable
        with transaction.atomic():
            run.job.fence()
            store_reservations(run.account, page, listing_ids, run.job.now(), on_file=on_file)
    if unreadable:
        run.fail(channel_listing_id, f"{len(unreadable)} reservations: {unreadable[0].reason}")
        return
    with transaction.atomic():
        run.job.fence()
        _change_cursor(run, drop_apart=[channel_listing_id])
    _note_success(run, channel_listing_id)
    run.job.give_way_if_others_wait()


def _shown(run: SyncRun) -> QuerySet[ChannelListing]:
    """The listings that the account's channel has, according to the last sync."""
    return ChannelListing.objects.filter(account=run.account, removed_at=None)


def _listing_ids(run: SyncRun) -> dict[str, int]:
    """Our ids by the channel's ids, including removed listings, which may come back."""
    return dict(ChannelListing.objects.filter(account=run.account).values_list("channel_listing_id", "listing_id"))


def _change_cursor(
    run: SyncRun, *, add_apart: Collection[str] = (), drop_apart: Collection[str] = (), **bookmark: Any
) -> None:
    # A sync of the account and a refresh of one of its listings may change it at the same time.
    connection = AccountConnection.objects.select_for_update().only("cursor").filter(pk=run.account.pk).first()
    if connection is None:
        return  # The account was disconnected meanwhile. A new connection begins with an empty cursor.
    apart = {*connection.cursor.get("apart", ()), *add_apart} - {*drop_apart}
    connection.cursor = run.cursor = {**connection.cursor, **bookmark, "apart": sorted(apart)}
    connection.save(update_fields=["cursor"])
