"""Render plans answer with the same documents as the serializers and the library."""

from typing import Any

import pytest
from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from jsonapi.fast.compiling import compile_plan
from jsonapi.fast.objects import compile_objects
from jsonapi.fast.plans import CannotPlan
from jsonapi.serializers import OmitsNull
from listings.models import Listing
from listings.serializers.calendar import CalendarEntrySerializer
from listings.views.listings import ListingCollection, ListingResource
from sync.views import AccountCollection
from tests.factories import AccountFactory, ChannelListingFactory, CredentialFactory, ListingFactory, UserFactory
from tests.partner import Partner
from users.views import CredentialCollection, UserCollection


@pytest.fixture
def portfolio(partner: Partner) -> Any:
    """Four listings of two users, on one channel, on two, on one no longer; decimals, nulls and text of the world."""
    ada, bob = UserFactory.create_batch(2, application=partner.application, last_name="Ō\u2028\u0007")
    CredentialFactory(user=ada)
    AccountFactory(user=ada)
    full = ListingFactory(owner=ada, bathrooms="1.5", latitude="-0.00000001", enabled=True, title="")
    ChannelListingFactory.create_batch(2, listing=full)
    ChannelListingFactory(listing=ListingFactory(owner=bob, city=None), removed_at=bob.created_at)
    ListingFactory(owner=bob, latitude="-9999.99999999", longitude="179.00000001", bathrooms="99.99")
    ListingFactory(owner=bob, title='日本 🏠 "quoted" \\ </script>', bathrooms=None)
    return ada, full


QUERIES = [
    {},
    {"include": "owner"},
    {"fields[listings]": "title"},
    {"fields[listings]": "base_price,min-price,owner"},
    {"fields[listings]": "channel-listings,bathrooms"},
    {"fields[listings]": "id"},
    {"fields[listings]": ""},
    {"include": "owner", "fields[users]": "email,status"},
    {"include": "owner", "fields[listings]": "title"},
    {"include": ""},
]


@pytest.mark.parametrize("query", [*QUERIES, {"page[size]": "1", "page[number]": "2"}, {"filter[enabled]": "true"}])
def test_a_page_of_listings_equals_the_librarys(partner: Partner, portfolio: Any, settings: Any, query: Any) -> None:
    planned = partner.get("/listings/", query)
    settings.RENDER_PLANS = False
    plain = partner.get("/listings/", query)

    assert planned.document == plain.document
    assert planned.header("Content-Type") == plain.header("Content-Type")


@pytest.mark.parametrize("query", QUERIES)
def test_a_listing_equals_the_librarys(partner: Partner, portfolio: Any, settings: Any, query: Any) -> None:
    _, listing = portfolio
    planned = partner.get(f"/listings/{listing.pk}/", query)
    settings.RENDER_PLANS = False

    assert planned.document == partner.get(f"/listings/{listing.pk}/", query).document


@pytest.mark.parametrize("path", ["/users/", "/users/{id}/", "/users/{id}/credentials/", "/users/{id}/accounts/"])
def test_users_and_their_resources_equal_the_librarys(
    partner: Partner, portfolio: Any, settings: Any, path: Any
) -> None:
    path = path.replace("{id}", str(portfolio[0].pk))
    planned = partner.get(path)
    settings.RENDER_PLANS = False

    assert planned.document == partner.get(path).document
    assert planned.data


@pytest.mark.parametrize("view", [ListingCollection, ListingResource, UserCollection, CredentialCollection])
def test_the_most_frequent_reads_are_planned(view: Any) -> None:
    assert compile_plan(view.serializer_class, view.queryset).columns


def test_the_nights_of_a_calendar_are_planned() -> None:
    assert compile_objects(CalendarEntrySerializer, {}).members.names


def test_an_empty_page_equals_the_librarys(partner: Partner, settings: Any) -> None:
    planned = partner.get("/listings/", {"include": "owner"})
    settings.RENDER_PLANS = False

    assert planned.document == partner.get("/listings/", {"include": "owner"}).document


def test_a_method_field_is_left_to_its_serializer() -> None:
    with pytest.raises(CannotPlan, match="get_is_pms"):
        compile_plan(AccountCollection.serializer_class, AccountCollection.queryset)


def test_times_are_planned_in_utc_only(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Lisbon"

    with pytest.raises(CannotPlan, match="UTC"):
        compile_plan(UserCollection.serializer_class, UserCollection.queryset, frozenset({"email"}))


class Nested(OmitsNull, serializers.Serializer[Any]):
    omitted_when_null = frozenset({"title"})
    title = serializers.CharField(allow_null=True)


class Outer(json_api.ModelSerializer):
    nested = Nested(source="*")

    class Meta:
        model = Listing
        resource_name = "listings"
        fields = ("nested",)


class Misplaced(json_api.ModelSerializer, OmitsNull):
    omitted_when_null = frozenset({"title"})

    class Meta:
        model = Listing
        resource_name = "listings"
        fields = ("title",)


@pytest.mark.parametrize("serializer", [Outer, Misplaced])
def test_null_is_omitted_by_plans_only_where_the_library_omits_it(serializer: Any) -> None:
    with pytest.raises(CannotPlan, match="omits null in another place"):
        compile_plan(serializer, Listing.objects.all())
