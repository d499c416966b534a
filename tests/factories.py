"""Rows for tests. A test states only the facts that it is about."""

from array import array
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model
from factory import LazyAttribute, LazyFunction, RelatedFactory, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from listings.models import ChannelListing, Listing, Market, Reservation
from markets.models import Compset, PublicCalendar, PublicListing, PublicMarket
from markets.public_nights import DAYS, PRICE, PublicNights
from oauth.encryption import encrypt
from oauth.models import Application
from sync.models import AccountConnection
from users.email_addresses import normal_form
from users.models import Account, Credential, User
from users.services.users import login_of

Row = TypeVar("Row", bound=Model)

EPOCH = datetime(2030, 1, 1, tzinfo=UTC)


class RowFactory(DjangoModelFactory[Row]):
    """A factory whose call returns a row, also for mypy: factory_boy declares that it returns a factory."""

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def __new__(cls, **attributes: Any) -> Row: ...  # type: ignore[misc]


def moment(n: int) -> datetime:
    """Return a different instant for each row, in the order of their creation."""
    return EPOCH + timedelta(minutes=n)


class ApplicationFactory(RowFactory[Application]):
    class Meta:
        model = Application

    name = Sequence(lambda n: f"Partner {n}")
    client_type = Application.CLIENT_CONFIDENTIAL
    authorization_grant_type = Application.GRANT_CLIENT_CREDENTIALS


class UserFactory(RowFactory[User]):
    class Meta:
        model = User

    application = SubFactory(ApplicationFactory)
    first_name = "Ada"
    last_name = "Host"
    email = Sequence(lambda n: f"host{n}@example.com")
    email_key = LazyAttribute(lambda user: normal_form(user.email))
    created_at = Sequence(moment)


class CredentialFactory(RowFactory[Credential]):
    class Meta:
        model = Credential

    user = SubFactory(UserFactory)
    email = SelfAttribute("user.email")
    login = LazyAttribute(lambda credential: login_of(credential.user.application_id, credential.email))
    is_primary = True
    created_at = Sequence(moment)


class AccountFactory(RowFactory[Account]):
    class Meta:
        model = Account
        skip_postgeneration_save = True

    user = SubFactory(UserFactory)
    channel = "hostaway"
    channel_account_id = Sequence(lambda n: str(20000 + n))
    label = "Hostaway account"
    created_at = Sequence(moment)
    connection = RelatedFactory("tests.factories.AccountConnectionFactory", factory_related_name="account")


class AccountConnectionFactory(RowFactory[AccountConnection]):
    class Meta:
        model = AccountConnection

    encrypted_channel_credentials = LazyFunction(lambda: encrypt({"client_id": "10003", "client_secret": "s"}))


class MarketFactory(RowFactory[Market]):
    class Meta:
        model = Market

    city = "Lisbon"
    country = "Portugal"
    currency = "EUR"


class ListingFactory(RowFactory[Listing]):
    class Meta:
        model = Listing

    owner = SubFactory(UserFactory)
    application = SelfAttribute("owner.application")
    title = Sequence(lambda n: f"Flat {n}")
    city = "Lisbon"
    country = "Portugal"
    timezone = "Europe/Lisbon"
    currency = "EUR"
    base_price = 120
    created_at = Sequence(moment)


class ChannelListingFactory(RowFactory[ChannelListing]):
    """A listing on Hostaway, through an account of its owner."""

    class Meta:
        model = ChannelListing

    listing = SubFactory(ListingFactory)
    account = SubFactory(AccountFactory, user=SelfAttribute("..listing.owner"))
    channel = SelfAttribute("account.channel")
    channel_listing_id = Sequence(lambda n: str(30000 + n))


class ReservationFactory(RowFactory[Reservation]):
    class Meta:
        model = Reservation

    listing = SubFactory(ListingFactory)
    account = SubFactory(AccountFactory, user=SelfAttribute("..listing.owner"))
    channel_reservation_id = Sequence(lambda n: str(40000 + n))
    status = Reservation.Status.BOOKED
    check_in = (EPOCH + timedelta(days=10)).date()
    check_out = (EPOCH + timedelta(days=13)).date()
    total = 36000
    currency = "EUR"
    booked_at = EPOCH


class PublicMarketFactory(RowFactory[PublicMarket]):
    class Meta:
        model = PublicMarket
        django_get_or_create = ("source", "city", "country")

    source = "inside-airbnb"
    city = "Lisbon"
    country = "Portugal"
    currency = "EUR"


class PublicListingFactory(RowFactory[PublicListing]):
    """A public listing in the centre of Lisbon, seen by several scrapes."""

    class Meta:
        model = PublicListing

    market = SubFactory(PublicMarketFactory)
    public_id = Sequence(lambda n: str(5_000_000 + n))
    host = Sequence(lambda n: f"host-{n}")
    title = Sequence(lambda n: f"Public flat {n}")
    latitude = 38.7123
    longitude = -9.1285
    room_type = "Entire home/apt"
    bedrooms = 2
    price = 11000
    first_seen_on = (EPOCH - timedelta(days=90)).date()
    last_seen_on = EPOCH.date()


def public_calendar(
    listing: PublicListing, first_night: date, states: str, prices: list[int], min_stays: list[int] | None = None
) -> PublicCalendar:
    """Store the nights of a public listing: prices in minor units, -1 for unknown, minimum stays of 0 for unknown."""
    length = len(states)
    nights = PublicNights(
        first_night, states, array(PRICE, prices), array(DAYS, min_stays or [0] * length), array(DAYS, [0] * length)
    )
    return PublicCalendar.objects.create(listing=listing, **nights.packed())


class CompsetFactory(RowFactory[Compset]):
    class Meta:
        model = Compset

    owner = SubFactory(UserFactory)
    application = SelfAttribute("owner.application")
    kind = "custom"
    title = Sequence(lambda n: f"Rivals {n}")
    created_at = Sequence(moment)
    updated_at = SelfAttribute("created_at")
