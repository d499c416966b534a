"""The pair of files in `sample/`, which has the traps of real files in it."""

import gzip
from pathlib import Path

import pytest

from markets.models import PublicCalendar, PublicListing, PublicMarket, Scrape
from tests.markets.public_files import DAY, NOW, SAMPLE, import_files, nights_of, write

pytestmark = pytest.mark.django_db


def import_sample() -> None:
    import_files(SAMPLE / "listings.csv", SAMPLE / "calendar.csv")


def test_the_rows_that_can_be_read_are_imported_and_the_others_counted() -> None:
    import_sample()

    scrape = Scrape.objects.get()
    assert (scrape.day, scrape.imported_at, scrape.listings, scrape.nights) == (DAY, NOW, 7, 120)
    assert scrape.skipped == {
        "listing-id-rounded": 1, "listing-not-seen": 1, "listing-twice": 1, "night-availability": 1, "night-date": 1,
    }  # fmt: skip
    assert set(PublicListing.objects.values_list("public_id", flat=True)) == {
        "397657", "1098765432109876543", "397659", "397660", "397662", "397663", "397664",
    }  # fmt: skip
    assert PublicMarket.objects.get().currency == "NOK"


def test_a_listing_has_what_its_row_says() -> None:
    import_sample()

    flat = PublicListing.objects.get(public_id="1098765432109876543")
    assert (flat.title, flat.neighborhood, flat.room_type) == (
        "Flat, two rooms; “quiet”", "Old Town", "Entire home/apt",
    )  # fmt: skip
    assert (flat.latitude, flat.longitude, flat.bedrooms, flat.bathrooms) == (60.3950, 5.3283, 2, 1.0)
    assert (flat.price, flat.min_stay, flat.person_capacity) == (123_400, 2, 4)
    assert (flat.reviews_count, flat.reviews_per_month, flat.rating) == (12, 0.6, None)
    assert (flat.first_seen_on, flat.last_seen_on, flat.channel) == (DAY, DAY, "airbnb")


def test_texts_with_line_breaks_and_markup_become_one_line() -> None:
    import_sample()

    assert PublicListing.objects.get(public_id="397660").title == "Line break & 🏠"


def test_bathrooms_come_from_the_text_if_the_number_is_missing() -> None:
    import_sample()

    found = dict(PublicListing.objects.values_list("public_id", "bathrooms"))
    assert (found["397662"], found["397663"]) == (1.5, 0.5)


def test_of_a_listing_that_is_there_twice_the_last_row_counts() -> None:
    import_sample()

    listing = PublicListing.objects.get(public_id="397664")
    assert (listing.title, listing.latitude, listing.price) == ("Twice in the file", 60.3953, 8_800)


def test_hosts_are_told_apart_but_not_named() -> None:
    import_sample()

    hosts = dict(PublicListing.objects.values_list("public_id", "host"))
    assert hosts["397663"] == hosts["1098765432109876543"] != hosts["397657"]
    assert all(len(host) == 64 for host in hosts.values())


def test_the_nights_have_prices_in_minor_units() -> None:
    import_sample()

    nights = nights_of("397657")
    assert (nights.first_night, len(nights), nights.states[:6]) == (DAY, 30, "uaauaa")
    assert (nights.prices[0], nights.prices[1], nights.min_stays[0]) == (10_000, 12_000, 2)
    assert nights_of("397660").price(DAY) is None
    assert nights_of("1098765432109876543").price(DAY) == 120_000


def test_importing_it_again_changes_nothing() -> None:
    import_sample()
    before = [list(model.objects.order_by("pk").values()) for model in (PublicListing, PublicCalendar, Scrape)]

    import_sample()

    assert before == [list(model.objects.order_by("pk").values()) for model in (PublicListing, PublicCalendar, Scrape)]


def test_packed_files_are_the_same(tmp_path: Path) -> None:
    listings, calendar = ((SAMPLE / name).read_bytes() for name in ("listings.csv", "calendar.csv"))

    import_files(write(tmp_path, "listings.csv.gz", listings), write(tmp_path, "calendar.csv.gz", calendar))

    assert Scrape.objects.get().nights == 120
    assert gzip.decompress((tmp_path / "listings.csv.gz").read_bytes()) == listings
