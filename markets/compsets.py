"""A comp set with its figures, computed for each request. Amounts are whole units of a currency, shares are 0 to 1."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from jsonapi.refusals import Refusal
from listings.models import Listing
from listings.stays import local_date
from markets.comparing import distance_km
from markets.metrics import RESERVATIONS, SCRAPES, Figures, mean_figures, no_nights
from markets.models import Compset, CompsetMember, PublicListing
from markets.own_nights import READ_WITH, OwnNights
from markets.public_nights import PublicNights, unpacked
from markets.review_estimate import occupancy_by_reviews
from pricing import minor_units_per_unit

DEFAULT_NIGHTS = 90
MOST_NIGHTS = 730
# The greatest distance of the first night from today, in the past or in the future.
FARTHEST_DAYS = 3650
START, END = "start_date", "end_date"
NO_CURRENCY = "XXX"  # ISO 4217's code for "no currency"
PUBLIC_URLS = {"airbnb": "https://www.airbnb.com/rooms/"}


class BadRange(Refusal):
    """The range ends before it starts, is too long, or starts too far from today."""

    status = 400


@dataclass(frozen=True, slots=True)
class HomeFigures:
    """The figures of a home in the next 30 and 90 nights and in the requested range."""

    thirty: Figures
    ninety: Figures
    requested: Figures
    currency: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the API shows it. Coordinates are degrees, `base_price` is whole units of the figures' currency."""

    channel: str
    channel_listing_id: str | None
    title: str
    url: str | None
    image: str | None
    bedrooms: float | None
    bathrooms: float | None
    room_type: str | None
    latitude: float | None
    longitude: float | None
    distance_km: float | None
    rating: float | None
    reviews_count: int | None
    base_price: float | None
    figures: HomeFigures


@dataclass(frozen=True, slots=True)
class ComparedSet:
    """A comp set with everything that is shown of it. `source` is None without a listing."""

    compset: Compset
    listing: Listing | None
    source: HomeFigures | None
    members: list[Member]
    first: date
    last: date
    currency: str
    aggregated: Figures

    @property
    def pk(self) -> int:
        return self.compset.pk

    @property
    def member_count(self) -> int:
        return len(self.members)

    @property
    def market(self) -> str | None:
        """The city in the words of the listing: rows of markets have a normal form of it."""
        return self.listing.city if self.listing and self.listing.market_id else None

    @property
    def base_price(self) -> int | None:
        """Whole units of the listing's currency. None if it is unknown."""
        return (self.listing.base_price or None) if self.listing else None


def requested_range(today: date, start: date | None, end: date | None) -> tuple[date, date]:
    """The first and the last requested night: by default DEFAULT_NIGHTS nights from today on. Raises BadRange."""
    earliest, latest = today - timedelta(days=FARTHEST_DAYS), today + timedelta(days=FARTHEST_DAYS)
    start = today if start is None else start
    if not earliest <= start <= latest:
        raise BadRange(f"The start date must lie between {earliest} and {latest}. It is {start}.", parameter=START)
    if end is None:
        return start, start + timedelta(days=DEFAULT_NIGHTS - 1)
    if end < start:
        raise BadRange(f"The range ends on {end}, before it starts on {start}.", parameter=END)
    if (end - start).days >= MOST_NIGHTS:
        raise BadRange(f"The range from {start} to {end} has more than {MOST_NIGHTS} nights.", parameter=END)
    return start, end


def compare(compset: Compset, start: date | None, end: date | None, now: datetime) -> ComparedSet:
    """Read the set and compute its figures, in at most four queries. `compset` was selected with its listing.

    Raises BadRange.
    """
    main = compset.listing
    today = local_date(main, now) if main else now.date()
    first, last = requested_range(today, start, end)
    rows = list(compset.members.order_by("place").select_related("public_listing__market", "public_listing__calendar"))
    own_ids = {row.listing_id for row in rows if row.listing_id} | ({main.pk} if main else set())
    found = Listing.objects.filter(pk__in=own_ids, owner=compset.owner_id, deleted_at=None).select_related(*READ_WITH)
    listings = {listing.pk: listing for listing in found} if own_ids else {}
    ranges = _Ranges(today, first, last)
    own = OwnNights(list(listings.values()), [(today, today), (first, last)], now)
    main = listings.get(main.pk) if main else None

    members = [
        _member(row, main, listings, own, ranges) for row in rows if not row.listing_id or row.listing_id in listings
    ]
    currencies = [member.figures.currency for member in members if member.figures.currency]
    currency = (main and main.currency) or next(iter(currencies), NO_CURRENCY)
    return ComparedSet(
        compset=compset,
        listing=main,
        source=_own_figures(main, own, ranges) if main else None,
        members=members,
        first=first,
        last=last,
        currency=currency,
        aggregated=mean_figures(
            [(member.figures.requested, member.figures.currency) for member in members], currency=currency
        ),
    )


@dataclass(frozen=True, slots=True)
class _Ranges:
    """The nights of which figures are made. The windows of 30 and 90 nights start today."""

    today: date
    first: date
    last: date

    def figures(
        self,
        between: Callable[[date, date], PublicNights],
        currency: str | None,
        based_on: str | None,
        estimate: float | None = None,
    ) -> HomeFigures:
        """`between` returns the nights of a range, both ends included."""
        units = minor_units_per_unit(currency)
        ninety = between(self.today, self.today + timedelta(days=DEFAULT_NIGHTS - 1))
        is_default = (self.first, self.last) == (ninety.first_night, ninety.last_night)
        thirty = ninety.between(self.today, self.today + timedelta(days=29))

        def made(nights: PublicNights) -> Figures:
            return Figures.of(nights, units=units, based_on=based_on, estimated_occupancy=estimate)

        of_ninety = made(ninety)
        requested = of_ninety if is_default else made(between(self.first, self.last))
        return HomeFigures(made(thirty), of_ninety, requested, currency)


def _own_figures(listing: Listing, own: OwnNights, ranges: _Ranges) -> HomeFigures:
    def between(first: date, last: date) -> PublicNights:
        return own.nights(listing, first, last)

    return ranges.figures(between, listing.currency, RESERVATIONS)


def _public_figures(public: PublicListing, ranges: _Ranges) -> HomeFigures:
    """A single scrape does not tell booked from blocked nights: then the reviews give a rough occupancy."""
    calendar = getattr(public, "calendar", None)
    nights = unpacked(calendar) if calendar else None
    estimate = occupancy_by_reviews(public.reviews_per_month, public.min_stay)
    return ranges.figures(
        nights.between if nights else no_nights,
        public.market.currency,
        SCRAPES if public.first_seen_on < public.last_seen_on else None,
        estimate.occupancy if estimate else None,
    )


def _member(
    row: CompsetMember, main: Listing | None, listings: dict[int, Listing], own: OwnNights, ranges: _Ranges
) -> Member:
    if row.listing_id:
        return _own_member(listings[row.listing_id], main, own, ranges)
    return _public_member(cast(PublicListing, row.public_listing), main, ranges)


def _public_member(public: PublicListing, main: Listing | None, ranges: _Ranges) -> Member:
    price = public.price
    return Member(
        channel=public.channel,
        channel_listing_id=public.public_id,
        title=public.title,
        url=PUBLIC_URLS[public.channel] + public.public_id if public.channel in PUBLIC_URLS else None,
        image=None,
        bedrooms=public.bedrooms,
        bathrooms=public.bathrooms,
        room_type=public.room_type or None,
        latitude=public.latitude,
        longitude=public.longitude,
        distance_km=_distance(main, public.latitude, public.longitude),
        rating=public.rating,
        reviews_count=public.reviews_count,
        base_price=None if price is None else price / minor_units_per_unit(public.market.currency),
        figures=_public_figures(public, ranges),
    )


def _own_member(listing: Listing, main: Listing | None, own: OwnNights, ranges: _Ranges) -> Member:
    channels: Sequence[tuple[str, str | None]] = [
        (shown.channel, shown.channel_listing_id) for shown in own.channels.get(listing.pk, ())
    ]
    channel, channel_listing_id = channels[0] if channels else ("", None)
    latitude, longitude = _number(listing.latitude), _number(listing.longitude)
    return Member(
        channel=channel,
        channel_listing_id=channel_listing_id,
        title=listing.title,
        url=None,
        image=listing.image,
        bedrooms=listing.bedrooms,
        bathrooms=_number(listing.bathrooms),
        room_type=listing.room_type,
        latitude=latitude,
        longitude=longitude,
        distance_km=_distance(main, latitude, longitude),
        rating=None,
        reviews_count=None,
        base_price=listing.base_price or None,
        figures=_own_figures(listing, own, ranges),
    )


def _number(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]


def _distance(main: Listing | None, latitude: float | None, longitude: float | None) -> float | None:
    if main is None or main.latitude is None or main.longitude is None or latitude is None or longitude is None:
        return None
    return distance_km(float(main.latitude), float(main.longitude), latitude, longitude)
