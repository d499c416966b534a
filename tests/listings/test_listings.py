"""The endpoints of listings (contract, *Listings*)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from jobs.models import Job
from jsonapi.refusals import NotThere
from listings.models import Listing
from listings.services import activation as services
from tests.factories import EPOCH, ChannelListingFactory, CredentialFactory, ListingFactory, UserFactory
from tests.partner import Answer, Partner
from users.services.users import delete_user


def test_a_listing_shows_whole_prices_text_decimals_and_its_channels(partner: Partner) -> None:
    listing = ListingFactory(
        owner__application=partner.application,
        title="Casa do Rio",
        base_price=120,
        bathrooms=Decimal("1.5"),
        latitude=Decimal("38.7223"),
        created_at=datetime(2030, 1, 1, 12, tzinfo=UTC),
    )
    ChannelListingFactory(listing=listing, channel_listing_id="77")

    answer = partner.get(f"/listings/{listing.pk}/")

    assert answer.status == 200
    assert answer.data["id"] == str(listing.pk)
    assert answer.data["relationships"] == {"owner": {"data": {"type": "users", "id": str(listing.owner_id)}}}
    assert answer.attributes == {
        "title": "Casa do Rio",
        "image": None,
        "neighborhood": None,
        "city": "Lisbon",
        "state": None,
        "country": "Portugal",
        "room-type": None,
        "bedrooms": None,
        "bathrooms": "1.50",
        "base-price": 120,
        "base-price-updated-at": None,
        "min-price": None,
        "min-price-updated-at": None,
        "max-price": None,
        "min-stay": None,
        "extra-guest-fee": None,
        "extra-guest-threshold": None,
        "latitude": "38.72230000",
        "longitude": None,
        "timezone": "Europe/Lisbon",
        "currency": "EUR",
        "in-active-market": False,
        "enabled": False,
        "address": None,
        "created-at": "2030-01-01T12:00:00Z",
        "updated-at": answer.attributes["updated-at"],
        "channel-listings": [{"channel": "hostaway", "channel-id": "77"}],
        "sync-status": {
            "state": "unknown",
            "last-successful-sync-at": None,
            "occupancy-unknown-since": None,
            "error": None,
            "retry-at": None,
            "push-error": None,
        },
    }


def test_listings_are_filtered_by_owner_and_by_enabled(partner: Partner) -> None:
    ada, bob = UserFactory.create_batch(2, application=partner.application)
    on, off = ListingFactory(owner=ada, enabled=True), ListingFactory(owner=ada)
    ListingFactory(owner=bob, enabled=True)

    def ids(**filters: str) -> set[str]:
        return {row["id"] for row in partner.get("/listings/", {f"filter[{k}]": v for k, v in filters.items()}).data}

    assert ids(owner=str(ada.pk)) == {str(on.pk), str(off.pk)}
    assert ids(owner=str(ada.pk), enabled="true") == {str(on.pk)}
    assert ids(enabled="false") == {str(off.pk)}


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("title", ["a", "b", "c"]),
        ("-title", ["c", "b", "a"]),
        ("city", ["b", "c", "a"]),
        ("-city", ["a", "c", "b"]),
        ("base-price", ["c", "a", "b"]),
        ("-base_price", ["b", "a", "c"]),
        ("created_at", ["a", "b", "c"]),
        ("-created-at", ["c", "b", "a"]),
    ],
)
def test_listings_are_sorted(partner: Partner, sort: str, order: list[str]) -> None:
    owner = UserFactory(application=partner.application)
    ListingFactory(owner=owner, title="a", city=None, base_price=20)
    ListingFactory(owner=owner, title="b", city="Faro", base_price=30)
    ListingFactory(owner=owner, title="c", city="Porto", base_price=10)

    assert [row["attributes"]["title"] for row in partner.get("/listings/", {"sort": sort}).data] == order


@pytest.mark.parametrize(
    ("value", "titles"), [("true", ["on"]), ("True", ["on"]), ("false", ["off"]), ("FALSE", ["off"])]
)
def test_listings_are_filtered_by_enabled(partner: Partner, value: str, titles: list[str]) -> None:
    owner = UserFactory(application=partner.application)
    ListingFactory(owner=owner, title="on", enabled=True)
    ListingFactory(owner=owner, title="off", enabled=False)

    for query in ({"filter[enabled]": value}, {"filter[enabled]": value, "filter[owner]": str(owner.pk)}):
        answer = partner.get("/listings/", query)
        assert [listing["attributes"]["title"] for listing in answer.data] == titles
        assert answer.document["meta"]["pagination"]["count"] == 1


@pytest.mark.parametrize("value", ["yes", "1", "truely"])
def test_a_filter_by_enabled_refuses_other_values(partner: Partner, value: str) -> None:
    answer = partner.get(f"/listings/?filter[enabled]={value}")

    assert answer.status == 400
    assert answer.error["detail"] == "It must be true or false."
    assert answer.error["source"] == {"parameter": "filter[enabled]"}


def activate(partner: Partner, listing: Listing, **attributes: Any) -> Answer:
    return partner.patch(f"/listings/{listing.pk}/activation/", "listing-activations", listing.pk, **attributes)


def test_activation_sets_prices_and_enables_the_listing(partner: Partner) -> None:
    listing = ListingFactory(owner__application=partner.application, base_price=100)

    answer = activate(partner, listing, **{"enabled": True, "base-price": 150, "min-price": 80})

    assert answer.status == 200
    assert answer.data == {
        "type": "listing-activations",
        "id": str(listing.pk),
        "attributes": {"enabled": True, "base-price": 150.0, "min-price": 80.0},
    }
    listing.refresh_from_db()
    assert (listing.enabled, listing.base_price, listing.min_price) == (True, 150, 80)
    assert not listing.base_price_is_automatic
    assert listing.base_price_updated_at
    assert listing.min_price_updated_at


def test_an_activation_that_changes_nothing_returns_304(partner: Partner) -> None:
    listing = ListingFactory(owner__application=partner.application, enabled=True)

    answer = activate(partner, listing, enabled=True)

    assert answer.status == 304
    assert answer.response.content == b""


def test_a_listing_without_a_base_price_cannot_be_enabled(partner: Partner) -> None:
    listing = ListingFactory(owner__application=partner.application, base_price=0)

    answer = activate(partner, listing, **{"enabled": True, "min-price": 80})

    assert answer.status == 422
    assert answer.errors == [
        {
            "status": "422",
            "title": "Unprocessable Entity",
            "detail": "The listing has no base price. Set one to enable it.",
            "source": {"pointer": "/data/attributes/enabled"},
        }
    ]
    assert Listing.objects.get().min_price is None
    assert activate(partner, listing, **{"enabled": True, "base-price": 90}).status == 200


@pytest.mark.parametrize(
    ("attributes", "pointer", "code"),
    [
        ({}, "enabled", "required"),
        ({"enabled": None}, "enabled", "null"),
        ({"enabled": [1]}, "enabled", "invalid"),
        ({"enabled": "true"}, "enabled", "invalid"),
        ({"enabled": True, "base-price": "80"}, "base-price", "invalid"),
        ({"enabled": True, "base-price": 9.99}, "base-price", "min_value"),
        ({"enabled": True, "min-price": 4}, "min-price", "min_value"),
        ({"enabled": True, "base-price": 1e9}, "base-price", "max_value"),
        ({"enabled": True, "base-price": "much"}, "base-price", "invalid"),
        ({"enabled": True, "base-price": {}}, "base-price", "invalid"),
    ],
)
def test_an_invalid_activation_changes_nothing(
    partner: Partner, attributes: dict[str, Any], pointer: str, code: str
) -> None:
    listing = ListingFactory(owner__application=partner.application)

    answer = activate(partner, listing, **attributes)

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": f"/data/attributes/{pointer}"}
    assert answer.error["code"] == code
    listing.refresh_from_db()
    assert (listing.enabled, listing.base_price) == (False, 120)


def test_a_minimum_above_the_maximum_is_refused_and_changes_nothing(partner: Partner) -> None:
    listing = ListingFactory(owner__application=partner.application, max_price=200)

    answer = activate(partner, listing, **{"enabled": True, "min-price": 201})

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": "/data/attributes/min-price"}
    listing.refresh_from_db()
    assert (listing.enabled, listing.min_price) == (False, None)


@pytest.mark.parametrize("enabled", [True, False])
def test_a_listing_that_is_deleted_before_it_is_locked_is_not_found(partner: Partner, enabled: bool) -> None:
    """A listing may be deleted between the view's check and the service's lock."""
    listing = ListingFactory(owner__application=partner.application)
    delete_user(listing.owner, now=EPOCH)

    with pytest.raises(NotThere, match=f"Listing {listing.pk} not found"), transaction.atomic():
        services.activate(Listing.objects.all(), listing.pk, enabled=enabled, base_price=150, now=EPOCH)

    listing.refresh_from_db()
    assert (listing.enabled, listing.base_price) == (False, 120)


def test_a_refresh_is_queued_once(partner: Partner) -> None:
    shown = ChannelListingFactory(listing__owner__application=partner.application)

    first = partner.post(f"/listings/{shown.listing_id}/refresh/")
    second = partner.post(f"/listings/{shown.listing_id}/refresh/")

    assert (first.status, first.response.content, second.status) == (202, b"", 202)
    assert Job.objects.filter(kind="refresh_listing").count() == 1
    status = partner.get(f"/listings/{shown.listing_id}/").attributes["sync-status"]
    assert status == {
        "state": "queued",
        "last-successful-sync-at": None,
        "occupancy-unknown-since": None,
        "error": None,
        "retry-at": None,
        "push-error": None,
    }


def test_a_listing_on_no_channel_cannot_be_refreshed(partner: Partner) -> None:
    listing = ListingFactory(owner__application=partner.application)

    answer = partner.post(f"/listings/{listing.pk}/refresh/")

    assert answer.status == 404
    assert answer.error["detail"] == f"Listing {listing.pk} is not on any connected channel"


def test_a_user_scoped_token_lists_only_the_listings_of_its_user(partner: Partner) -> None:
    mine = ListingFactory(owner__application=partner.application)
    ListingFactory(owner__application=partner.application)

    as_user = partner.as_user(CredentialFactory(user=mine.owner))

    assert [row["id"] for row in as_user.get("/listings/").data] == [str(mine.pk)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("attributes", "queries"),
    [
        # the token, BEGIN, the listing, its update, the host's own price, the job, the audit entry, COMMIT
        ({"enabled": True}, 8),
        # no job and no host's price; the event, its row, channel listings, the application's webhook endpoints
        ({"enabled": False, "base-price": 150}, 9),
        ({"enabled": True, "base-price": 150}, 10),  # the same and the job
        ({"enabled": True, "base-price": 150, "min-price": 80}, 12),  # the same and the rules, read and written
    ],
)
def test_an_activation_costs_at_most_twelve_queries(
    partner: Partner, django_assert_num_queries: DjangoAssertNumQueries, attributes: dict[str, Any], queries: int
) -> None:
    listing = ChannelListingFactory(listing__owner__application=partner.application).listing

    with django_assert_num_queries(queries):
        answer = activate(partner, listing, **attributes)

    assert answer.status == 200
