"""A market with few owners starts from the public data of its city."""

from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from django.db.models import Max, Min

from listings.models import Listing
from listings.services.base_price import refresh_automatic
from listings.services.places import Place
from markets.models import PublicListing
from markets.services.importing import City
from markets.services.pricing_start import homes_of
from pricing import minor_units_per_unit
from pricing.public_data import PAID_TO_ASKED
from sandbox.server import RunningSandbox
from tests.connectors.sandbox_connection import NOW as SANDBOX_NOW
from tests.factories import ChannelListingFactory, ListingFactory
from tests.markets.public_files import DAY, NOW, import_files, import_texts, listings_text, write

pytestmark = pytest.mark.django_db

BERGEN = Place("bergen", "NO", "NOK")


def home(number: int, **cells: str) -> dict[str, str]:
    return {"id": str(397657 + number), "host_id": str(number), "price": "$1,100.00", **cells}


def newcomer(city: str = "Bergen", country: str = "NO", currency: str = "NOK") -> Listing:
    facts = ListingFactory(base_price=0, city=city, country=country, currency=currency, bedrooms=1)
    return ChannelListingFactory(listing=facts, price=None).listing


def test_a_new_listing_has_a_price_from_the_homes_around_it(tmp_path: Path) -> None:
    import_texts(tmp_path, listings_text(*(home(number) for number in range(6))), None)
    listing = newcomer()

    refresh_automatic([listing.pk], NOW)

    listing.refresh_from_db()
    assert listing.in_active_market
    assert listing.market.statistics["usual_levels"][1] == PAID_TO_ASKED * 1100
    assert 0.6 * 1100 < listing.base_price < 1100


@pytest.mark.parametrize(
    "cells",
    [
        {"host_id": "1"},
        {"room_type": "Private room"},
        {"minimum_nights": "30"},
        {"reviews_per_month": ""},
        {"price": ""},
    ],
)
def test_homes_that_tell_nothing_do_not_count(tmp_path: Path, cells: dict[str, str]) -> None:
    import_texts(tmp_path, listings_text(*(home(number, **cells) for number in range(6))), None)
    listing = newcomer()

    refresh_automatic([listing.pk], NOW)

    listing.refresh_from_db()
    assert (listing.base_price, listing.in_active_market) == (0, False)


def test_other_places_and_old_data_do_not_count(tmp_path: Path) -> None:
    import_texts(tmp_path, listings_text(*(home(number) for number in range(6))), None)

    assert len(list(homes_of(BERGEN, DAY))) == 6
    assert not list(homes_of(BERGEN._replace(city="oslo"), DAY))
    assert not list(homes_of(BERGEN._replace(currency="EUR"), DAY))
    assert not list(homes_of(BERGEN, DAY + timedelta(days=366)))


def test_homes_that_are_gone_do_not_count(tmp_path: Path) -> None:
    import_texts(tmp_path, listings_text(*(home(number) for number in range(6))), None)
    PublicListing.objects.filter(public_id="397657").update(last_seen_on=DAY - timedelta(days=46))

    assert len(list(homes_of(BERGEN, DAY))) == 5


def test_a_listing_in_a_city_of_the_sandbox_starts_from_its_published_homes(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    index = httpx.get(f"{sandbox.base_url}/market/").raise_for_status().json()
    offered = index["markets"][0]
    day = max(offered["dates"])
    answer = httpx.get(f"{sandbox.base_url}/market/{offered['path']}/{day}/listings.csv.gz").raise_for_status()
    city = City(index["source"], offered["city"], offered["country"], offered["currency"])
    import_files(write(tmp_path, "listings.csv", answer.content), None, date.fromisoformat(day), city=city)
    asked = PublicListing.objects.filter(price__gt=0).aggregate(least=Min("price"), most=Max("price"))
    listing = newcomer(offered["city"], offered["country"], offered["currency"])

    refresh_automatic([listing.pk], SANDBOX_NOW)

    listing.refresh_from_db()
    start = listing.market.statistics["usual_levels"][1]
    minor_units = minor_units_per_unit(offered["currency"])
    assert asked["least"] < start * minor_units < asked["most"]
    assert listing.base_price > 10
