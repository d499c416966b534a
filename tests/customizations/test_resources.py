"""The endpoints of the seven customizations and of their aggregate (contract, *Customizations*)."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from listings.models import Listing
from tests.customizations.documents import (
    ALL,
    BASE_PRICE,
    CHECKIN_CHECKOUT_DAYS,
    EXTRA_GUEST_FEES,
    MIN_MAX_PRICES,
    MIN_STAYS,
    SUMMER,
    TIME_BASED_ADJUSTMENTS,
    Customization,
)
from tests.factories import CredentialFactory, ListingFactory
from tests.partner import Partner

each = pytest.mark.parametrize("customization", ALL, ids=lambda customization: customization.name)
each_clearable = pytest.mark.parametrize(
    "customization", [found for found in ALL if found is not BASE_PRICE], ids=lambda customization: customization.name
)


@each
def test_an_uncustomized_listing_shows_empty_attributes(
    partner: Partner, listing: Listing, customization: Customization
) -> None:
    answer = customization.get(partner, listing)

    assert answer.status == 200
    assert answer.data == {
        "type": customization.type,
        "id": str(listing.pk),
        "attributes": customization.empty,
    }


@each
def test_a_change_is_returned_and_can_be_read(partner: Partner, listing: Listing, customization: Customization) -> None:
    answer = customization.patch(partner, listing, customization.full)

    assert answer.status == 200
    assert answer.data == {"type": customization.type, "id": str(listing.pk), "attributes": customization.full}
    assert customization.get(partner, listing).data == answer.data


@each
def test_an_attribute_that_is_not_sent_does_not_change(
    partner: Partner, listing: Listing, customization: Customization
) -> None:
    customization.patch(partner, listing, customization.full)

    for name, value in customization.full.items():
        assert customization.patch(partner, listing, {name: value}).attributes == customization.full


@each_clearable
def test_null_clears_only_its_attribute(partner: Partner, listing: Listing, customization: Customization) -> None:
    customization.patch(partner, listing, customization.full)
    expected = dict(customization.full)

    for name in customization.full:
        expected[name] = customization.empty[name]
        assert customization.patch(partner, listing, {name: None}).attributes == expected


@each_clearable
def test_an_empty_patch_changes_nothing(partner: Partner, listing: Listing, customization: Customization) -> None:
    customization.patch(partner, listing, customization.full)

    assert customization.patch(partner, listing, {}).attributes == customization.full


def test_a_list_replaces_the_stored_list(partner: Partner, listing: Listing) -> None:
    MIN_MAX_PRICES.patch(partner, listing, MIN_MAX_PRICES.full)
    only = [SUMMER | {"rollover": False, "min-price": 99.0, "max-price": None}]

    answer = MIN_MAX_PRICES.patch(partner, listing, {"seasonal-prices": only})

    assert answer.attributes["seasonal-prices"] == only


def test_an_object_replaces_the_stored_object(partner: Partner, listing: Listing) -> None:
    MIN_STAYS.patch(partner, listing, {"gap-fill-min-stay": {"enabled": True, "gaps": 3, "buffer": 1}})

    answer = MIN_STAYS.patch(partner, listing, {"gap-fill-min-stay": {"enabled": True}})

    assert answer.attributes["gap-fill-min-stay"] == {"enabled": True, "gaps": None, "buffer": None}


def test_missing_members_of_an_entry_get_their_defaults(partner: Partner, listing: Listing) -> None:
    answer = MIN_STAYS.patch(partner, listing, {"seasonal-min-stays": [SUMMER | {"min-stay": 2}]})

    (season,) = answer.attributes["seasonal-min-stays"]
    assert season == SUMMER | {"rollover": False, "min-stay": 2, "min-stay-locked": False}


def test_the_checkin_days_of_a_season_may_be_null(partner: Partner, listing: Listing) -> None:
    season = SUMMER | {"rollover": False, "checkin-days": None, "checkout-days": ["monday"]}

    answer = CHECKIN_CHECKOUT_DAYS.patch(partner, listing, {"seasonal-checkin-checkout-days": [season]})

    assert answer.attributes["seasonal-checkin-checkout-days"] == [season | {"checkin-days": []}]


def test_both_spellings_of_names_are_accepted(partner: Partner, listing: Listing) -> None:
    season = {"start_date": "2030-06-01", "end-date": "2030-08-31", "min_price": 99}

    answer = MIN_MAX_PRICES.patch(partner, listing, {"min_price": 80, "seasonal_prices": [season]})

    assert answer.attributes["min-price"] == 80
    assert answer.attributes["seasonal-prices"] == [SUMMER | {"rollover": False, "min-price": 99.0, "max-price": None}]


def test_a_discount_of_100_percent_is_accepted(partner: Partner, listing: Listing) -> None:
    last_minute = {"days": 1, "percentage": -100, "direction": "within"}

    answer = TIME_BASED_ADJUSTMENTS.patch(partner, listing, {"time-based-adjustments": [last_minute]})

    assert answer.attributes["time-based-adjustments"] == [last_minute]


def test_a_listing_without_a_base_price_shows_0(partner: Partner) -> None:
    listing = ListingFactory(owner__application=partner.application, base_price=0)

    assert BASE_PRICE.get(partner, listing).attributes == {"base-price": 0}


def test_the_aggregate_contains_all_customizations(partner: Partner, listing: Listing) -> None:
    for customization in ALL:
        customization.patch(partner, listing, customization.full)

    answer = partner.get(f"/listings/{listing.pk}/customizations/")

    assert answer.data == {
        "type": "listing-customizations",
        "id": str(listing.pk),
        "attributes": {customization.name: customization.full for customization in ALL},
    }


def test_the_aggregate_of_an_uncustomized_listing_has_empty_attributes(partner: Partner, listing: Listing) -> None:
    answer = partner.get(f"/listings/{listing.pk}/customizations/")

    assert answer.attributes == {customization.name: customization.empty for customization in ALL}


def test_the_aggregate_cannot_be_changed(partner: Partner, listing: Listing) -> None:
    answer = partner.patch(f"/listings/{listing.pk}/customizations/", "listing-customizations", listing.pk)

    assert answer.status == 405


@pytest.mark.parametrize("spelling", ["min-price,seasonal-prices", "min_price,seasonal_prices"])
def test_only_the_requested_fields_are_returned(partner: Partner, listing: Listing, spelling: str) -> None:
    answer = partner.get(MIN_MAX_PRICES.path(listing), {"fields[min-max-price-customizations]": spelling})

    assert answer.attributes == {"min-price": None, "seasonal-prices": []}


def test_only_the_requested_customizations_are_returned(partner: Partner, listing: Listing) -> None:
    answer = partner.get(
        f"/listings/{listing.pk}/customizations/", {"fields[listing-customizations]": "max-stays,base-price"}
    )

    assert answer.attributes == {
        "base-price": {"base-price": 120},
        "max-stays": {"max-stay": None, "seasonal-max-stays": []},
    }


def test_an_unknown_field_is_refused(partner: Partner, listing: Listing) -> None:
    answer = partner.get(MIN_MAX_PRICES.path(listing), {"fields[min-max-price-customizations]": "shoe-size"})

    assert answer.status == 400
    assert answer.error["source"] == {"parameter": "fields[min-max-price-customizations]"}


@pytest.mark.parametrize(("type_", "id_"), [("min-stay-customizations", None), (BASE_PRICE.type, 1_000_000)])
def test_type_and_id_must_match_the_url(partner: Partner, listing: Listing, type_: Any, id_: int | None) -> None:
    answer = partner.patch(BASE_PRICE.path(listing), type_, id_ or listing.pk, **BASE_PRICE.full)

    assert answer.status == 409


class TestAccess:
    @each
    def test_the_listing_of_another_partner_is_not_found(
        self, partner: Partner, other_partner: Partner, listing: Listing, customization: Customization
    ) -> None:
        reading = customization.get(other_partner, listing)
        writing = customization.patch(other_partner, listing, customization.full)

        assert (reading.status, writing.status) == (404, 404)
        assert reading.error["detail"] == writing.error["detail"] == f"Listing {listing.pk} not found"
        assert customization.get(partner, listing).attributes == customization.empty

    def test_the_listing_of_another_user_is_not_found(self, partner: Partner, listing: Listing) -> None:
        stranger = partner.as_user(CredentialFactory(user__application=partner.application))

        assert EXTRA_GUEST_FEES.get(stranger, listing).status == 404
        assert EXTRA_GUEST_FEES.patch(stranger, listing, {"extra-guest-fee": 5}).status == 404
        assert stranger.get(f"/listings/{listing.pk}/customizations/").status == 404

    def test_a_view_credential_can_read_but_not_write(self, partner: Partner, listing: Listing) -> None:
        viewer = partner.as_user(CredentialFactory(user=listing.owner, global_permissions="view"))

        assert EXTRA_GUEST_FEES.get(viewer, listing).status == 200
        assert EXTRA_GUEST_FEES.patch(viewer, listing, {"extra-guest-fee": 5}).status == 403

    def test_reading_and_writing_need_different_scopes(self, partner: Partner, listing: Listing) -> None:
        reader, writer = partner.with_scopes("listings:read"), partner.with_scopes("listings:write")

        assert EXTRA_GUEST_FEES.get(reader, listing).status == 200
        assert EXTRA_GUEST_FEES.patch(reader, listing, {"extra-guest-fee": 5}).status == 403
        assert EXTRA_GUEST_FEES.get(writer, listing).status == 403
        assert EXTRA_GUEST_FEES.patch(writer, listing, {"extra-guest-fee": 5}).status == 200


class TestCost:
    @each
    def test_reading_takes_two_queries(
        self,
        partner: Partner,
        listing: Listing,
        customization: Customization,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        customization.patch(partner, listing, customization.full)

        with django_assert_num_queries(2):  # the token; the listing with its rules
            customization.get(partner, listing)

    def test_reading_everything_takes_two_queries(
        self, partner: Partner, listing: Listing, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(2):  # the token; the listing with its rules
            partner.get(f"/listings/{listing.pk}/customizations/")

    def test_the_number_of_queries_does_not_depend_on_the_length_of_a_list(
        self, partner: Partner, listing: Listing
    ) -> None:
        MIN_MAX_PRICES.patch(partner, listing, MIN_MAX_PRICES.full)

        def queries_to_write(number_of_seasons: int) -> int:
            months = [f"{2030 + n // 12}-{n % 12 + 1:02}" for n in range(number_of_seasons)]
            seasons = [{"start-date": f"{month}-01", "end-date": f"{month}-28"} for month in months]
            with CaptureQueriesContext(connection) as queries:
                answer = MIN_MAX_PRICES.patch(partner, listing, {"seasonal-prices": seasons})
            assert answer.status == 200
            return len(queries)

        assert queries_to_write(200) == queries_to_write(1)
