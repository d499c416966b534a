"""Owners with listings and stays for the tests of market insights."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from listings.models import ChannelListing, Listing, Market, Reservation
from markets.insight_days import DAYS, Figure, YearOfDays, day_of_year
from markets.models import InsightPlace, InsightYear
from markets.services.insights import know_places, refresh_place
from tests.factories import (
    ChannelListingFactory,
    CredentialFactory,
    ListingFactory,
    ReservationFactory,
    UserFactory,
)
from tests.partner import Partner
from users.models import Credential, User

NOW = datetime(2030, 6, 3, 12, tzinfo=UTC)
TODAY = NOW.date()
NIGHT = date(2030, 7, 1)


def lisbon(currency: str = "EUR", city: str = "lisbon") -> Market:
    return Market.objects.get_or_create(city=city, country="PT", currency=currency)[0]


def listing_of(owner: User, **facts: Any) -> Listing:
    """A listing in Lisbon that was added half a year ago, with a live channel listing."""
    facts = {
        "market": lisbon(),
        "bedrooms": 2,
        "neighborhood": "Alfama",
        "created_at": NOW - timedelta(days=180),
    } | facts
    return ChannelListingFactory(listing=ListingFactory(owner=owner, application=owner.application, **facts)).listing


def owners(count: int, **facts: Any) -> list[User]:
    return [UserFactory(**facts) for _ in range(count)]


def stay(listing: Listing, night: date = NIGHT, nights: int = 1, **facts: Any) -> Reservation:
    """A stay at 100.00 a night that was booked 30 days ahead."""
    arrival = datetime(night.year, night.month, night.day, 12, tzinfo=UTC)
    facts = {
        "total": 10000 * nights,
        "currency": listing.currency,
        "booked_at": arrival - timedelta(days=30),
        "check_in": night,
        "check_out": night + timedelta(days=nights),
    } | facts
    account = ChannelListing.objects.get(listing=listing).account
    return ReservationFactory(listing=listing, account=account, **facts)


def market_of(count: int, **facts: Any) -> list[Listing]:
    """One listing of each of `count` owners of one application, each with a stay of one night at NIGHT."""
    first = UserFactory()
    listings = [listing_of(owner, **facts) for owner in [first, *owners(count - 1, application=first.application)]]
    for listing in listings:
        stay(listing)
    return listings


def refresh(now: datetime = NOW) -> None:
    """Add up all places, cities first."""
    know_places()
    for place in InsightPlace.objects.order_by("-city"):
        refresh_place(place, now)


def stored(figure: Figure, day: date = NIGHT, city: str = "lisbon", bedrooms: int = -1, cluster: str = "") -> float:
    """A figure of a part of Lisbon, in minor units; 0 if nothing is stored."""
    rows = InsightYear.objects.filter(place__city=city, bedrooms=bedrooms, cluster=cluster, year=day.year)
    return sum(YearOfDays.unpack(row.days).numbers[figure * DAYS + day_of_year(day)] for row in rows)


class Reader:
    """Reads market insights as one user."""

    def __init__(self, partner: Partner, user: User | None = None) -> None:
        self.user = user or UserFactory(application=partner.application)
        credential: Credential = CredentialFactory(user=self.user)
        self.partner = partner.as_user(credential)

    @property
    def path(self) -> str:
        return f"/users/{self.user.pk}/market-insights/"

    def get(self, **query: Any) -> Any:
        filters = {"start_date": NIGHT, "end_date": NIGHT} | query
        return self.partner.get(
            self.path, {f"filter[{name.replace('_', '-')}]": str(value) for name, value in filters.items() if value}
        )

    def at(self, night: date = NIGHT, **query: Any) -> Any:
        """The attributes of one date, in Lisbon if the query says nothing else."""
        answer = self.get(**{"start_date": night, "end_date": night, "markets": "PT/Lisbon"} | query)
        assert answer.status == 200, answer.document
        (resource,) = answer.data
        return resource["attributes"]
