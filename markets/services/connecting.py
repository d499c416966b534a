"""Makes and keeps the `connected` comp set of each live listing with coordinates.

The sets are made again every week, and soon after a first sync or an import. Each job may be repeated.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, QuerySet

from jobs.keys import key_of
from jobs.kinds import CONNECT_ACCOUNT, CONNECT_MARKET
from jobs.one_by_one import one_by_one
from jobs.parties import Party
from jobs.queue import NewJob, enqueue_unless_queued
from jobs.running import RunningJob
from listings.models import ChannelListing, Listing
from listings.selectors import live, synced
from markets.comparing import Box
from markets.models import Compset, CompsetMember, PublicListing
from markets.services.comparables import FARTHEST_KM, Found, MarketOnFile, find_comparables, home_of, markets_on_file
from users.models import Account

EVERY = timedelta(days=7)
FRESH_FOR = EVERY / 2
LISTINGS_PER_BATCH = 200

CONNECTED = Compset.Kind.CONNECTED


def queue_new_listings(account: Account, now: datetime) -> None:
    """Enqueue comp sets for listings of the account that have none yet. Call it in the transaction of their sync."""
    if not _unconnected(account.pk).exists():
        return
    party = Party(application_id=account.user.application_id, user_id=account.user_id, account_id=account.pk)
    job = NewJob({"account_id": account.pk}, party)
    enqueue_unless_queued(CONNECT_ACCOUNT, {key_of(CONNECT_ACCOUNT, account.pk): job}, now=now)


def queue_market(market_id: int, now: datetime) -> None:
    """Enqueue the comp sets of the listings in or near a public market. Call it in an import's last transaction."""
    job = NewJob({"market_id": market_id}, Party())
    enqueue_unless_queued(CONNECT_MARKET, {key_of(CONNECT_MARKET, market_id): job}, now=now)


def refresh_compsets(job: RunningJob) -> None:
    """Handle the weekly job: choose the members of every connected set anew, and drop those of listings that are gone.

    After a crash, or when others wait, the next run continues with the sets that are not fresh yet.
    """
    due = _without_set_since(_comparable(), job.now() - FRESH_FOR)
    _connect_all(job, chain(_batches(due), _of_gone_listings()))


def connect_account(job: RunningJob) -> None:
    """Handle the job after a sync. Argument: `account_id`."""
    _connect_all(job, _batches(_unconnected(job.arguments["account_id"])))


def connect_market(job: RunningJob) -> None:
    """Handle the job after an import: older sets in and around the market. Argument: `market_id`."""
    here = PublicListing.objects.filter(market=job.arguments["market_id"])
    bounds = here.aggregate(south=Min("latitude"), north=Max("latitude"), west=Min("longitude"), east=Max("longitude"))
    if None in bounds.values():
        return
    south_west = Box.around(bounds["south"], bounds["west"], FARTHEST_KM)
    north_east = Box.around(bounds["north"], bounds["east"], FARTHEST_KM)
    near = _comparable().filter(
        latitude__range=(south_west.south, north_east.north),
        longitude__range=(min(south_west.west, north_east.west), max(south_west.east, north_east.east)),
    )
    _connect_all(job, _batches(_without_set_since(near, job.created_at)))


def _comparable() -> QuerySet[Listing]:
    return synced(Listing.objects.filter(latitude__isnull=False, longitude__isnull=False))


def _without_set_since(listings: QuerySet[Listing], since: datetime) -> QuerySet[Listing]:
    fresh = Compset.objects.filter(listing=OuterRef("pk"), kind=CONNECTED, refreshed_at__gt=since)
    return listings.filter(~Exists(fresh))


def _unconnected(account_id: int) -> QuerySet[Listing]:
    shown = live(ChannelListing.objects.filter(account=account_id))
    made = Compset.objects.filter(listing=OuterRef("pk"), kind=CONNECTED)
    return _comparable().filter(~Exists(made), pk__in=shown.values("listing"))


def _batches(listings: QuerySet[Listing]) -> Iterator[int]:
    after = 0
    ids = listings.order_by("pk").values_list("pk", flat=True)
    while batch := list(ids.filter(pk__gt=after)[:LISTINGS_PER_BATCH]):
        yield from batch
        after = batch[-1]


def _of_gone_listings() -> Iterator[int]:
    """Listings that have a connected set although no channel shows them, or without coordinates."""
    made = Compset.objects.filter(listing=OuterRef("pk"), kind=CONNECTED)
    comparable = _comparable().filter(pk=OuterRef("pk"))
    return _batches(Listing.objects.filter(Exists(made), ~Exists(comparable)))


def _connect_all(job: RunningJob, listing_ids: Iterator[int]) -> None:
    markets = markets_on_file()

    def connect(listing_id: int) -> int:
        with transaction.atomic():
            job.fence()
            made = connect_listing(listing_id, markets, job.now())
        job.give_way_if_others_wait()
        return made

    one_by_one(job, listing_ids, connect, counted_as="compsets")


@transaction.atomic
def connect_listing(listing_id: int, markets: Mapping[int, MarketOnFile], now: datetime) -> int:
    """Choose the members of the listing's connected set; return the number of sets: 1, or 0 for a listing that is gone.

    `updated_at` changes only if the members, the title or the match change.
    """
    locked = Listing.objects.select_for_update(of=("self",), no_key=True)
    listing = synced(locked.filter(pk=listing_id)).first()
    home = home_of(listing) if listing else None
    if listing is None or home is None:
        Compset.objects.filter(listing=listing_id, kind=CONNECTED).delete()
        return 0
    found = find_comparables(listing, home, markets)
    compset = Compset.objects.filter(listing=listing, kind=CONNECTED).first()
    if compset is None:
        compset = Compset(
            application_id=listing.application_id,
            owner_id=listing.owner_id,
            listing=listing,
            kind=CONNECTED,
            created_at=now,
            updated_at=now,
        )
    _store(compset, listing, found, now)
    return 1


def _store(compset: Compset, listing: Listing, found: Found, now: datetime) -> None:
    wanted = [(each.public_listing_id, each.listing_id) for each in found.comparables]
    present = []
    if compset.pk is not None:
        present = list(compset.members.order_by("place").values_list("public_listing_id", "listing_id"))
    named = (listing.title, found.matched)
    if present != wanted or (compset.title, compset.matched_public_id) != named:
        compset.title, compset.matched_public_id = named
        compset.updated_at = now
    compset.refreshed_at = now
    compset.save()
    if present != wanted:
        compset.members.all().delete()
        CompsetMember.objects.bulk_create(
            CompsetMember(compset=compset, public_listing_id=public_id, listing_id=own_id, place=place)
            for place, (public_id, own_id) in enumerate(wanted)
        )
