"""What-if: the calendar that customizations would make, beside today's."""

from typing import Any

import pytest
from django.forms.models import model_to_dict
from pytest_django import DjangoAssertNumQueries

from jobs.models import Job
from listings.models import Listing, PricingRules
from tests.factories import ChannelListingFactory, CredentialFactory, MarketFactory
from tests.partner import Answer, Partner
from webhooks.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(partner: Partner) -> Listing:
    shown = ChannelListingFactory(
        listing__owner__application=partner.application,
        listing__market=MarketFactory(active=True),
        listing__in_active_market=True,
        listing__enabled=True,
        listing__base_price=100,
    )
    PricingRules.objects.create(listing=shown.listing, min_max_prices={"min_price": 60})
    return Listing.objects.get(pk=shown.listing_id)


def try_out(partner: Partner, listing: Listing, **attributes: Any) -> Answer:
    return partner.post(f"/listings/{listing.pk}/price-preview/", "price-previews", **attributes)


def calendar(partner: Partner, listing: Listing) -> list[dict[str, Any]]:
    answer = partner.get(f"/listings/{listing.pk}/calendar/", {"page[size]": 100})
    return [entry["attributes"] for entry in answer.data]


def test_the_preview_is_the_calendar_that_the_same_patches_make(partner: Partner, listing: Listing) -> None:
    tried: dict[str, dict[str, Any]] = {
        "base-price": {"base-price": 240},
        "min-max-prices": {"min-price": 80, "max-price": 300},
        "min-stays": {"min-stay": 3},
        "checkin-checkout-days": {"checkin-days": ["friday"]},
    }
    before = calendar(partner, listing)

    nights = try_out(partner, listing, **tried).attributes["nights"]

    for name, attributes in tried.items():
        path = f"/listings/{listing.pk}/customizations/{name}/"
        kind = {"checkin-checkout-days": "checkin-checkout-day"}.get(name, name).removesuffix("s")
        kinds = {"base-price": "base-price", "min-max-price": "min-max-prices", "min-stay": "min-stay"}
        resource = f"{kinds.get(kind, kind)}-customizations"
        assert partner.patch(path, partner.get(path).data["type"] or resource, listing.pk, **attributes).status == 200
    after = calendar(partner, listing)
    assert len(nights) == 366
    for night, was, now in zip(nights, before, after, strict=False):
        assert night["current"] == {name: was[name] for name in night["current"]}
        assert night["new"] == {name: now[name] for name in night["new"]}
        assert night["price-difference"] == now["price"] - was["price"] != 0
        assert night["is-changed"] is True


def test_nothing_is_stored_queued_or_told(partner: Partner, listing: Listing) -> None:
    def stored() -> Any:
        rows = model_to_dict(Listing.objects.get()), model_to_dict(PricingRules.objects.get())
        return rows, Job.objects.count(), Event.objects.count()

    before = stored()

    try_out(partner, listing, **{"base-price": {"base-price": 240}, "min-max-prices": {"min-price": 80}})

    assert stored() == before


def test_without_customizations_nothing_would_change(partner: Partner, listing: Listing) -> None:
    answer = try_out(partner, listing)

    assert answer.status == 200
    assert answer.attributes["changed-nights"] == 0
    assert {night["price-difference"] for night in answer.attributes["nights"]} == {0}


def test_null_clears_an_attribute_as_in_a_patch(partner: Partner, listing: Listing) -> None:
    answer = try_out(partner, listing, **{"base-price": {"base-price": 50}, "min-max-prices": {"min-price": None}})

    assert {night["current"]["effective-min-price"] for night in answer.attributes["nights"]} == {6000}
    assert {night["new"]["effective-min-price"] for night in answer.attributes["nights"]} != {6000}


def test_a_listing_without_a_base_price_has_no_current_prices(partner: Partner, listing: Listing) -> None:
    Listing.objects.update(base_price=0)

    (night,) = try_out(
        partner, listing, **{"base-price": {"base-price": 90}, "start-date": "2031-05-01", "end-date": "2031-05-01"}
    ).attributes["nights"]

    assert (night["current"], night["price-difference"], night["is-changed"]) == (None, None, True)
    assert try_out(partner, listing).status == 422


@pytest.mark.parametrize(
    ("attributes", "status", "pointer"),
    [
        ({"base-price": {"base-price": 5}}, 400, "/data/attributes/base-price/base-price"),
        ({"min-max-prices": {"max-price": 50}}, 400, "/data/attributes/min-max-prices/max-price"),
        ({"min-max-prices": {"price": 50}}, 400, "/data/attributes/min-max-prices/price"),
        ({"pets": {}}, 400, "/data/attributes/pets"),
        ({"start-date": "2031-05-02", "end-date": "2031-05-01"}, 422, "/data/attributes/end-date"),
        ({"start-date": "2031-05-01", "end-date": "2033-06-01"}, 422, "/data/attributes/end-date"),
        ({"start-date": "2099-01-01"}, 422, "/data/attributes/start-date"),
        ({"start-date": "soon"}, 400, "/data/attributes/start-date"),
    ],
)
def test_a_bad_value_is_named(
    partner: Partner, listing: Listing, attributes: dict[str, Any], status: int, pointer: str
) -> None:
    answer = try_out(partner, listing, **attributes)

    assert (answer.status, answer.errors[0]["source"]["pointer"]) == (status, pointer)


def test_a_listing_outside_an_active_market_is_refused(partner: Partner, listing: Listing) -> None:
    Listing.objects.update(in_active_market=False)

    assert try_out(partner, listing).status == 400


def test_a_listing_of_another_partner_is_not_there(partner: Partner, other_partner: Partner, listing: Listing) -> None:
    assert try_out(other_partner, listing).status == 404
    assert try_out(other_partner, listing, pets={}).status == 404
    assert try_out(partner.as_user(CredentialFactory(user=listing.owner)), listing).status == 200


def test_the_queries_do_not_depend_on_the_range(
    partner: Partner, listing: Listing, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for end in ("2031-05-01", "2032-04-30"):
        with django_assert_num_queries(6):  # the token, the listing, and twice the channel's values and the stays
            try_out(partner, listing, **{"start-date": "2031-05-01", "end-date": end})
