"""Whatever view a contributor writes, render plans change no answer."""

import json
from typing import Any, cast

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIRequestFactory, force_authenticate

from jsonapi.fast.reading import reading_for
from listings.models import Listing
from oauth.access import Access
from oauth.scopes import SCOPES
from tests.factories import ChannelListingFactory, ListingFactory, UserFactory
from tests.jsonapi.fast.random_views import list_queries, plain_views, queries, single_departures, views
from tests.partner import Partner

EXAMPLES = 150


@pytest.fixture
def access(partner: Partner) -> Access:
    """The access of a partner with six listings, which differ in nulls, digits, owners and channels."""
    ada = UserFactory(application=partner.application)
    bob = UserFactory(application=partner.application, first_name="Bob")
    full = ListingFactory(owner=ada, bathrooms="1.25", latitude="-0.00000001", bedrooms=2, enabled=True)
    ChannelListingFactory.create_batch(2, listing=full)
    ListingFactory(owner=bob, title="", city=None, bedrooms=0, bathrooms="99.99", base_price_updated_at=ada.created_at)
    ChannelListingFactory(listing=ListingFactory(owner=bob, enabled=True), removed_at=bob.created_at)
    ListingFactory(owner=ada, latitude="179.00000001", bathrooms="0.35", bedrooms=1, title='日本 "quoted" \u2028')
    ListingFactory(owner=ada, city="Faro", bedrooms=2, enabled=True, created_at=bob.created_at.replace(microsecond=7))
    ListingFactory(owner=bob, title="12")
    return Access(partner.application.pk, None, None, frozenset(SCOPES), False, None)


def answer(view: Any, access: Access, query: dict[str, str], **kwargs: Any) -> Any:
    """The status and the document; of errors of the server, the status alone."""
    request = APIRequestFactory().get("/api/v1/anything/", query)
    force_authenticate(request, user=cast(Any, access), token=cast(Any, access))
    response = view.as_view()(request, **kwargs)
    try:
        response.render()
    except Exception as error:  # noqa: BLE001  the plan may fail in no other way than the library
        return 500, type(error).__name__
    document = json.loads(response.content)
    return response.status_code, document if response.status_code < 500 else None


def both(view: Any, access: Access, query: dict[str, str], **kwargs: Any) -> tuple[Any, Any]:
    with override_settings(RENDER_PLANS=True):
        first = answer(view, access, query, **kwargs)
        again = answer(view, access, query, **kwargs)  # with the statements that the first request has kept
    assert first == again
    with override_settings(RENDER_PLANS=False):
        return first, answer(view, access, query, **kwargs)


def test_the_ordinary_views_are_planned() -> None:
    assert all(reading_for(view, include, frozenset()) for view in plain_views() for include in ("", "owner"))


def test_each_departure_alone_answers_the_same_with_plans_on_and_off(access: Access) -> None:
    departures = list(single_departures())
    pk = Listing.objects.order_by("id")[0].pk
    different = []
    for name, (collection, resource) in departures:
        for query in ({}, {"include": "owner", "sort": "-title"}):
            planned, plain = both(collection, access, query)
            different += [name] if planned != plain else []
        planned, plain = both(resource, access, {}, listing_id=pk)
        different += [name] if planned != plain else []

    assert len(departures) > 80
    assert different == []


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_random_view_answers_the_same_with_plans_on_and_off(access: Access, data: st.DataObject) -> None:
    collection, resource = data.draw(views())
    query = data.draw(queries(collection.serializer_class))
    list_query = query | data.draw(list_queries())

    planned, plain = both(collection, access, list_query)
    assert planned == plain

    pk = Listing.objects.order_by("id")[data.draw(st.integers(0, 5))].pk
    planned, plain = both(resource, access, query, listing_id=pk)
    assert planned == plain
