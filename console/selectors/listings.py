"""The list of listings: search, filters, one page, and the last push of each row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from connectors.registry import SUPPORTED
from console.money import whole_amount
from console.push_outcome import PushOutcome, push_outcome
from jobs.keys import key_expression
from jobs.kinds import PUSH_LISTING
from jobs.models import Job
from listings.models import ChannelListing, Listing
from listings.selectors import live

ROWS = 50
LONGEST_SEARCH = 200
MOST_WORDS = 8
ACTIVE, INACTIVE = "yes", "no"


@dataclass(frozen=True, slots=True)
class Search:
    """What staff ask for. Empty texts ask for nothing.

    text: words, each of which is a part of the title, of the owner's name or email or of an account's label, or the id
    of the listing, here or at its channel, or of an account there. market: ACTIVE or INACTIVE, whether the listing's
    market is active. syncing: likewise, whether prices are pushed. channel: a slug. city: a part of the city's name.
    """

    text: str = ""
    market: str = ""
    syncing: str = ""
    channel: str = ""
    city: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Search":
        """From the query parameters `q`, `market`, `syncing`, `channel` and `city`. Unknown choices ask for nothing."""
        yes_or_no = (ACTIVE, INACTIVE)
        return cls(
            text=_cleaned(parameters.get("q", "")),
            market=_choice(parameters.get("market", ""), yes_or_no),
            syncing=_choice(parameters.get("syncing", ""), yes_or_no),
            channel=_choice(parameters.get("channel", ""), tuple(SUPPORTED)),
            city=_cleaned(parameters.get("city", "")),
        )

    @property
    def query(self) -> str:
        """The same search as the beginning of a query string, for links to other pages of the list."""
        asked = {
            "q": self.text,
            "market": self.market,
            "syncing": self.syncing,
            "channel": self.channel,
            "city": self.city,
        }
        return "".join(f"{urlencode({name: value})}&" for name, value in asked.items() if value)


@dataclass(frozen=True, slots=True)
class ListingRow:
    """`channels` are the ids by which live channels show the listing, each with its channel."""

    listing: Listing
    channels: list[tuple[str, str]]
    push: PushOutcome

    @property
    def base_price(self) -> str:
        listing = self.listing
        return whole_amount(listing.base_price, listing.currency) if listing.base_price else "none"


@dataclass(frozen=True, slots=True)
class ListingsPage:
    search: Search
    page: Page[Any]  # rows of Listing with `push_state`, the state of the newest push that is kept
    rows: list[ListingRow]


def listings_page(search: Search, number: str) -> ListingsPage:
    """One page of the listings that are not deleted, newest first. Makes three queries.

    `number` may be any text: what is no number shows the first page, what is too large the last one.
    """
    page = Paginator(_found(search).order_by("-created_at", "-id"), ROWS).get_page(number)
    listings: list[Any] = list(page.object_list)
    channels: dict[int, list[tuple[str, str]]] = {listing.pk: [] for listing in listings}
    pushed: dict[int, datetime] = {}
    on_channels = live(ChannelListing.objects.filter(listing__in=listings)).order_by("id")
    for listing_id, channel, channel_id, pushed_at in on_channels.values_list(
        "listing_id", "channel", "channel_listing_id", "posted_nights__pushed_at"
    ):
        channels[listing_id].append((channel, channel_id))
        if pushed_at is not None:
            pushed[listing_id] = max(pushed.get(listing_id, pushed_at), pushed_at)
    rows = [
        ListingRow(
            listing,
            channels[listing.pk],
            push_outcome(
                enabled=listing.enabled,
                job_state=listing.push_state,
                error=listing.push_error,
                pushed_at=pushed.get(listing.pk),
            ),
        )
        for listing in listings
    ]
    return ListingsPage(search, page, rows)


def _found(search: Search) -> QuerySet[Listing]:
    pushes = Job.objects.filter(key=key_expression(PUSH_LISTING, OuterRef("pk"))).order_by("-id")
    listings = Listing.objects.filter(deleted_at=None).select_related("owner", "market", "application")
    for word in search.text.split()[:MOST_WORDS]:
        listings = listings.filter(_matches(word))
    if search.channel:
        listings = listings.filter(_shown(channel=search.channel))
    if search.city:
        listings = listings.filter(city__icontains=search.city)
    if search.market:
        listings = listings.filter(in_active_market=search.market == ACTIVE)
    if search.syncing:
        listings = listings.filter(enabled=search.syncing == ACTIVE)
    return listings.annotate(push_state=Subquery(pushes.values("state")[:1]))


def _matches(word: str) -> Q:
    found = (
        Q(title__icontains=word)
        | Q(owner__first_name__icontains=word)
        | Q(owner__last_name__icontains=word)
        | Q(owner__email__icontains=word)
        | Q(_shown(channel_listing_id=word))
        | Q(_shown(account__label__icontains=word))
        | Q(_shown(account__channel_account_id=word))
    )
    if word.isascii() and word.isdigit() and len(word) < 19:  # a larger number is no id, and no column holds it
        found |= Q(pk=int(word))
    return found


def _shown(**conditions: str) -> Exists:
    return Exists(live(ChannelListing.objects.filter(listing=OuterRef("pk"), **conditions)))


def _cleaned(text: str) -> str:
    """PostgreSQL refuses the character NUL in a text."""
    return text.replace("\0", "").strip()[:LONGEST_SEARCH]


def _choice(text: str, choices: tuple[str, ...]) -> str:
    return text if text in choices else ""
