"""The effects of a customization on its listing and on pushes (contract, *Listings*)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from customizations.services import customize
from jobs.models import Job
from jsonapi.refusals import NotThere
from listings.models import Listing, PricingRules
from tests.customizations.documents import (
    BASE_PRICE,
    EXTRA_GUEST_FEES,
    MAX_STAYS,
    MIN_MAX_PRICES,
    MIN_STAYS,
    SUMMER,
    Customization,
)
from tests.factories import EPOCH, ListingFactory
from tests.partner import Answer, Partner
from users.services.users import delete_user

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def shown(partner: Partner, listing: Listing) -> dict:
    return partner.get(f"/listings/{listing.pk}/").attributes


def activate(partner: Partner, listing: Listing, **attributes: Any) -> Answer:
    return partner.patch(
        f"/listings/{listing.pk}/activation/", "listing-activations", listing.pk, enabled=True, **attributes
    )


@pytest.mark.parametrize(
    ("customization", "attributes", "expected"),
    [
        (BASE_PRICE, {"base-price": 150}, {"base-price": 150}),
        (EXTRA_GUEST_FEES, {"extra-guest-fee": 25}, {"extra-guest-fee": 25, "extra-guest-threshold": None}),
        (EXTRA_GUEST_FEES, {"extra-guest-threshold": 4}, {"extra-guest-fee": None, "extra-guest-threshold": 4}),
        (MIN_MAX_PRICES, {"min-price": 80.49}, {"min-price": 80, "max-price": None}),
        (MIN_MAX_PRICES, {"min-price": 80.5, "max-price": 80.5}, {"min-price": 81, "max-price": 81}),
        (MIN_STAYS, {"min-stay": 3}, {"min-stay": 3}),
    ],
)
def test_the_listing_shows_the_customization_in_whole_units(
    partner: Partner,
    listing: Listing,
    customization: Customization,
    attributes: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    customization.patch(partner, listing, attributes)

    assert shown(partner, listing).items() >= expected.items()


def test_clearing_a_customization_clears_it_on_the_listing(partner: Partner, listing: Listing) -> None:
    MIN_MAX_PRICES.patch(partner, listing, {"min-price": 80, "max-price": 300})
    MIN_STAYS.patch(partner, listing, {"min-stay": 3})

    MIN_MAX_PRICES.patch(partner, listing, {"min-price": None, "max-price": None})
    MIN_STAYS.patch(partner, listing, {"min-stay": None})

    attributes = shown(partner, listing)
    assert [attributes[name] for name in ("min-price", "max-price", "min-stay")] == [None, None, None]


@pytest.mark.parametrize(
    ("customization", "name", "stamp"),
    [(BASE_PRICE, "base-price", "base_price_updated_at"), (MIN_MAX_PRICES, "min-price", "min_price_updated_at")],
)
def test_the_listing_shows_the_time_of_the_last_price_change(
    partner: Partner, customization: Customization, name: str, stamp: str
) -> None:
    listing = ListingFactory(owner__application=partner.application, **{stamp: LONG_AGO})

    customization.patch(partner, listing, {name: 90})
    listing.refresh_from_db()
    changed_at = getattr(listing, stamp)
    customization.patch(partner, listing, {name: 90})
    listing.refresh_from_db()

    assert changed_at > LONG_AGO
    assert getattr(listing, stamp) == changed_at


def test_a_base_price_set_by_the_user_is_no_longer_automatic(partner: Partner, listing: Listing) -> None:
    BASE_PRICE.patch(partner, listing, {"base-price": listing.base_price})

    listing.refresh_from_db()
    assert not listing.base_price_is_automatic


def test_the_minimum_price_of_an_activation_changes_the_customization(partner: Partner, listing: Listing) -> None:
    MIN_MAX_PRICES.patch(partner, listing, {"min-price": 80.25, "max-price": 300})

    assert activate(partner, listing, **{"min-price": 95.5}).status == 200

    assert MIN_MAX_PRICES.get(partner, listing).attributes["min-price"] == 96
    assert shown(partner, listing)["min-price"] == 96


def test_an_activation_whose_minimum_exceeds_the_maximum_changes_nothing(partner: Partner, listing: Listing) -> None:
    MIN_MAX_PRICES.patch(partner, listing, {"max-price": 300})

    answer = activate(partner, listing, **{"min-price": 301})

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": "/data/attributes/min-price"}
    assert MIN_MAX_PRICES.get(partner, listing).attributes["min-price"] is None
    assert shown(partner, listing)["enabled"] is False


def test_customizations_do_not_affect_other_listings(partner: Partner, listing: Listing) -> None:
    neighbour = ListingFactory(owner=listing.owner)

    MIN_MAX_PRICES.patch(partner, listing, MIN_MAX_PRICES.full)

    assert MIN_MAX_PRICES.get(partner, neighbour).attributes == MIN_MAX_PRICES.empty
    assert not PricingRules.objects.filter(listing=neighbour).exists()


class TestPush:
    """A change to an enabled listing is pushed to its channels."""

    @pytest.fixture
    def enabled(self, partner: Partner) -> Listing:
        return ListingFactory(owner__application=partner.application, enabled=True)

    @pytest.mark.parametrize(
        ("customization", "attributes"),
        [
            (BASE_PRICE, {"base-price": 150}),
            (MIN_MAX_PRICES, {"seasonal-prices": [SUMMER | {"min-price": 99}]}),
            (MAX_STAYS, {"max-stay": 14}),
        ],
    )
    def test_a_change_is_pushed(
        self, partner: Partner, enabled: Listing, customization: Customization, attributes: dict[str, Any]
    ) -> None:
        customization.patch(partner, enabled, attributes)

        job = Job.objects.get()
        assert (job.kind, job.arguments) == ("push_listing", {"listing_id": enabled.pk})

    def test_two_changes_share_one_queued_job(self, partner: Partner, enabled: Listing) -> None:
        BASE_PRICE.patch(partner, enabled, {"base-price": 150})
        BASE_PRICE.patch(partner, enabled, {"base-price": 160})

        assert Job.objects.count() == 1

    def test_a_request_that_changes_nothing_is_not_pushed(self, partner: Partner, enabled: Listing) -> None:
        MAX_STAYS.patch(partner, enabled, {"max-stay": None})

        assert not Job.objects.exists()

    def test_a_refused_change_is_not_pushed(self, partner: Partner, enabled: Listing) -> None:
        MIN_MAX_PRICES.patch(partner, enabled, {"min-price": 90, "max-price": 80})

        assert not Job.objects.exists()

    def test_a_disabled_listing_is_not_pushed(self, partner: Partner, listing: Listing) -> None:
        BASE_PRICE.patch(partner, listing, {"base-price": 150})

        assert not Job.objects.exists()


@pytest.mark.parametrize(("column", "changes"), [(None, {"base_price": 150}), ("min_stays", {"min_stay": 3})])
def test_a_listing_that_is_deleted_before_it_is_locked_is_not_found(
    listing: Listing, column: str | None, changes: dict[str, int]
) -> None:
    """A listing may be deleted between the view's check and the service's lock."""
    delete_user(listing.owner, now=EPOCH)

    with pytest.raises(NotThere, match=f"Listing {listing.pk} not found"), transaction.atomic():
        customize(Listing.objects.all(), listing.pk, column, changes, now=EPOCH)

    listing.refresh_from_db()
    assert listing.base_price == 120
    assert not PricingRules.objects.exists()
