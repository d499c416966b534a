"""Finds the homes that are most comparable to a listing: public ones of all markets, and others of its owner."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Max

from listings.models import ChannelListing, Listing
from listings.selectors import live, synced
from markets.comparing import Box, Home, difference, distance_km, is_same_home
from markets.models import PublicListing, PublicMarket
from pricing import minor_units_per_unit

MEMBERS = 20
OWN_MEMBERS = 5  # A set of the owner's own listings says nothing about competitors.
FARTHEST_KM = 10.0
RADII_KM = (0.25, 0.5, 1.0, 2.0, 4.0, 7.0, FARTHEST_KM)
# A public listing that the scrapes of so long did not show any more is gone.
SEEN_WITHIN = timedelta(days=45)
PUBLIC_CHANNEL = "airbnb"

_HOME = ("latitude", "longitude", "title", "bedrooms", "room_type")


@dataclass(frozen=True, slots=True)
class MarketOnFile:
    currency: str
    latest: date | None  # day of the latest scrape


class Comparable(NamedTuple):
    """A home with its difference to the listing. Exactly one of the ids is set."""

    difference: float
    public_listing_id: int | None
    listing_id: int | None

    @property
    def order(self) -> tuple[float, int, int]:
        """What to sort by: equal differences have an order, too."""
        return self.difference, self.public_listing_id or 0, self.listing_id or 0


@dataclass(frozen=True, slots=True)
class Found:
    """The most comparable first. `matched` is the public id of the listing itself."""

    comparables: list[Comparable]
    matched: str | None


def markets_on_file() -> dict[int, MarketOnFile]:
    """The public markets by id."""
    rows = PublicMarket.objects.annotate(latest=Max("scrapes__day")).values_list("pk", "currency", "latest")
    return {pk: MarketOnFile(currency, latest) for pk, currency, latest in rows}


def home_of(listing: Listing) -> Home | None:
    """The listing as it is compared. None without coordinates."""
    if listing.latitude is None or listing.longitude is None:
        return None
    return Home(
        float(listing.latitude),
        float(listing.longitude),
        title=listing.title,
        bedrooms=listing.bedrooms,
        room_type=listing.room_type,
        price=listing.base_price or None,
        currency=listing.currency,
    )


def find_comparables(listing: Listing, home: Home, markets: Mapping[int, MarketOnFile]) -> Found:
    """At most MEMBERS homes within FARTHEST_KM, of which OWN_MEMBERS may be the owner's other listings.

    A public listing that is the listing itself, or another one of the owner, is left out.
    """
    shown = live(ChannelListing.objects.filter(listing=listing, channel=PUBLIC_CHANNEL)).order_by("pk")
    matched = shown.values_list("channel_listing_id", flat=True).first()
    own = sorted(_own(listing, home))
    others = [other for _, _, other in own]
    found, seen_itself = _nearest_public(home, others, matched, markets)
    ours = [Comparable(score, None, pk) for score, pk, _ in own[:OWN_MEMBERS]]
    return Found(sorted([*found, *ours], key=lambda each: each.order)[:MEMBERS], matched or seen_itself)


def _own(listing: Listing, home: Home) -> Iterator[tuple[float, int, Home]]:
    box = Box.around(home.latitude, home.longitude, FARTHEST_KM)
    near = Listing.objects.filter(
        owner=listing.owner_id,
        latitude__range=(box.south, box.north),
        longitude__range=(box.west, box.east),
    ).exclude(pk=listing.pk)
    for other in synced(near).only("pk", "base_price", "currency", *_HOME):
        its_home = home_of(other)
        if its_home is None:
            continue
        km = distance_km(home.latitude, home.longitude, its_home.latitude, its_home.longitude)
        if km <= FARTHEST_KM:
            yield difference(home, its_home, km), other.pk, its_home


def _nearest_public(
    home: Home, others: Iterable[Home], matched: str | None, markets: Mapping[int, MarketOnFile]
) -> tuple[list[Comparable], str | None]:
    """The most comparable public listings, and the public id of the listing itself if its title tells.

    The search widens until no home outside can be more comparable: a difference is never less than the distance.
    """
    best: list[Comparable] = []
    itself: str | None = None
    for km in RADII_KM if markets else ():
        scored = []
        for public_id, pk, public in _public_within(home, km, markets):
            apart = distance_km(home.latitude, home.longitude, public.latitude, public.longitude)
            if apart > FARTHEST_KM or public_id == matched:
                continue
            if matched is None and is_same_home(home, public, apart):
                itself = min(itself or public_id, public_id)
            elif not any(is_same_home(other, public, _between(other, public)) for other in others):
                scored.append(Comparable(difference(home, public, apart), pk, None))
        best = sorted(scored, key=lambda each: each.order)[:MEMBERS]
        if len(best) == MEMBERS and best[-1].difference <= km:
            break
    return best, itself


def _between(one: Home, other: Home) -> float:
    if one.title.casefold() != other.title.casefold():
        return FARTHEST_KM  # saves the distance of homes that cannot be the same
    return distance_km(one.latitude, one.longitude, other.latitude, other.longitude)


def _public_within(home: Home, km: float, markets: Mapping[int, MarketOnFile]) -> Iterator[tuple[str, int, Home]]:
    """Public listings in a box around the home, as (public id, id, home). Uses the index of market and latitude."""
    box = Box.around(home.latitude, home.longitude, km)
    rows = PublicListing.objects.filter(
        market__in=list(markets),
        latitude__range=(box.south, box.north),
        longitude__range=(box.west, box.east),
    ).values_list("pk", "public_id", "market", "last_seen_on", "price", *_HOME)
    for pk, public_id, market_id, last_seen_on, price, latitude, longitude, title, bedrooms, room_type in rows:
        market = markets[market_id]
        if market.latest is not None and last_seen_on < market.latest - SEEN_WITHIN:
            continue
        amount = None if price is None else price / minor_units_per_unit(market.currency)
        yield public_id, pk, Home(latitude, longitude, title, bedrooms, room_type, amount, market.currency)
