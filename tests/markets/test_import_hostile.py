"""Files that are damaged, enormous or something else: a clear error, and nothing is written."""

import gzip
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest

from markets.models import PublicCalendar, PublicListing, PublicMarket, Scrape
from markets.services.importing import Files, ImportRefused, import_scrape
from markets.sources.tables import LARGEST_CELL, BadFile
from tests.markets.public_files import (
    BERGEN,
    DAY,
    NOW,
    import_files,
    import_texts,
    listings_text,
    nights_of,
    nights_text,
    write,
)

pytestmark = pytest.mark.django_db

GOOD = listings_text({})
NIGHTS = nights_text({"397657": "tft"})


def refused(folder: Path, listings: str | bytes, calendar: str | bytes | None = NIGHTS, *, packed: bool = False) -> str:
    """The message of the error. Nothing may be written."""
    suffix = ".csv.gz" if packed else ".csv"
    files = [
        None if content is None else write(folder, name + suffix, content)
        for name, content in (("listings", listings), ("calendar", calendar))
    ]
    assert files[0] is not None
    with pytest.raises(BadFile) as error:
        import_files(files[0], files[1])
    assert not any(model.objects.exists() for model in (PublicMarket, Scrape, PublicListing, PublicCalendar))
    return str(error.value)


def test_an_empty_file(tmp_path: Path) -> None:
    assert refused(tmp_path, "") == "listings.csv is empty."


def test_a_file_of_columns_only(tmp_path: Path) -> None:
    assert refused(tmp_path, GOOD.splitlines()[0]) == "listings.csv has no listing that can be read."


@pytest.mark.parametrize("content", ["<!doctype html>\n<p>Not found</p>\n", '{"id": 1}\n', NIGHTS, "a;b;c\n1;2;3\n"])
def test_something_else_than_listings(tmp_path: Path, content: str) -> None:
    assert "listings.csv is not a file of listings: it has no column " in refused(tmp_path, content)


def test_listings_in_place_of_a_calendar(tmp_path: Path) -> None:
    message = refused(tmp_path, GOOD, GOOD)

    assert message == "calendar.csv is not a calendar: it has no column listing_id and no date and no available."


def test_a_calendar_without_a_readable_night(tmp_path: Path) -> None:
    nights = nights_text({"x": "tft"})

    assert refused(tmp_path, GOOD, nights) == "calendar.csv has no night that can be read."


def test_a_packed_file_that_ends_in_the_middle(tmp_path: Path) -> None:
    nights = gzip.compress(nights_text({str(number): "tft" * 100 for number in range(1, 300)}).encode())
    path = tmp_path / "calendar.csv.gz"
    path.write_bytes(nights[: len(nights) // 2])

    with pytest.raises(BadFile, match=r"calendar\.csv\.gz ends in the middle"):
        import_files(write(tmp_path, "listings.csv", GOOD), path)

    assert not PublicListing.objects.exists()


def test_a_packed_file_with_a_wrong_byte(tmp_path: Path) -> None:
    nights = bytearray(gzip.compress(nights_text({str(number): "tft" * 30 for number in range(1, 99)}).encode()))
    nights[-6] ^= 0xFF  # of the checksum, at the very end
    path = tmp_path / "calendar.csv.gz"
    path.write_bytes(nights)

    with pytest.raises(BadFile, match=r"calendar\.csv\.gz is a damaged gzip file"):
        import_files(write(tmp_path, "listings.csv", GOOD), path)

    assert not PublicListing.objects.exists()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text.replace(b"Studio", b"Stud\xefo"), "listings.csv is not a text in UTF-8, after line "),
        (lambda text: text.replace(b"Studio", b"Stud\0io"), "listings.csv has NUL bytes"),
        (lambda text: text.decode().encode("utf-16"), "listings.csv has NUL bytes"),
        (lambda text: b"PK\x03\x04" + text, "listings.csv is a ZIP archive"),
        (lambda text: text.replace(b"Studio", b"x" * (LARGEST_CELL + 1)), "field larger than field limit"),
        (lambda text: text.replace(b"Studio", b'"' + b"x\n" * LARGEST_CELL), "field larger than field limit"),
        (lambda text: b"c," * 2000 + text, "listings.csv has "),
    ],
)
def test_texts_that_are_none(tmp_path: Path, spoil: Callable[[bytes], bytes], message: str) -> None:
    assert message in refused(tmp_path, spoil(GOOD.encode()))


def test_a_file_that_inflates_without_end(tmp_path: Path) -> None:
    listings, bomb = write(tmp_path, "listings.csv", GOOD), tmp_path / "calendar.csv.gz"
    with gzip.open(bomb, "wb", compresslevel=1) as file:
        file.write(NIGHTS.encode())
        for _ in range(40):
            file.write(b"397657,2026-11-05,t,,,1,1\n" * 40_000)

    with pytest.raises(BadFile, match=r"calendar.csv.gz is larger than 8 MB when unpacked \(MARKET_FILE_MAX_MB\)"):
        import_scrape(BERGEN, DAY, Files(listings, bomb, 8 << 20), now=NOW)

    assert not PublicListing.objects.exists()


@pytest.mark.slow
@pytest.mark.parametrize("unit", [b"x", b'"x\n",', b","])
def test_a_row_that_does_not_end_takes_no_memory(tmp_path: Path, unit: bytes) -> None:
    bomb = tmp_path / "listings.csv.gz"
    with gzip.open(bomb, "wb", compresslevel=1) as file:
        file.write(GOOD.encode())
        for _ in range(40):
            file.write(unit * (1_000_000 // len(unit)))
    tracemalloc.start()
    with suppress(BadFile):
        import_files(bomb, None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 400 << 20


def test_a_file_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read: No such file or directory"):
        import_files(tmp_path / "listings.csv", None)


def test_rows_of_another_width_are_counted(tmp_path: Path) -> None:
    import_texts(tmp_path, GOOD + "1,2,3\n\n", NIGHTS + "397657,2026-11-09,t\n")

    assert Scrape.objects.get().skipped == {"listing-cells": 1, "night-cells": 1}


def test_what_cannot_be_read_is_counted_by_reason(tmp_path: Path) -> None:
    listings = listings_text({}, {"id": "x"}, {"id": "5", "price": "$x"}, {"id": "6", "latitude": "x", "bedrooms": "?"})
    nights = NIGHTS + "\n".join(
        f"{row},2,365"
        for row in (
            "x,2026-11-05,t,,", "1.2E+18,2026-11-05,t,,", "397657,2026-13-05,t,,", "397657,9999-01-01,t,,",
            "397657,2026-11-05,?,,", "397657,2026-11-05,t,$x,", "8,2026-11-05,t,,",
        )
    )  # fmt: skip

    import_texts(tmp_path, listings, nights)

    assert Scrape.objects.get().skipped == {
        "listing-id": 1, "listing-price": 1, "night-availability": 1, "night-date": 2, "night-listing-id": 2,
        "night-listing-not-seen": 1, "night-price": 1,
    }  # fmt: skip
    assert Scrape.objects.get().nights == 3
    assert PublicListing.objects.get(public_id="5").price is None
    found = PublicListing.objects.get(public_id="6")
    assert (found.latitude, found.longitude, found.bedrooms) == (None, None, None)


def test_columns_that_the_summary_lacks_are_unknown(tmp_path: Path) -> None:
    summary = (
        "id,name,host_id,host_name,neighbourhood_group,neighbourhood,latitude,longitude,room_type,price,"
        "minimum_nights,number_of_reviews,last_review,reviews_per_month,calculated_host_listings_count,"
        "availability_365,number_of_reviews_ltm,license\n"
        "397657,Studio,1,Nobody,,Old Town,60.39,5.32,Private room,95,3,12,2026-10-01,0.6,1,250,6,\n"
    )

    import_texts(tmp_path, summary, None)

    listing = PublicListing.objects.get()
    assert (listing.price, listing.neighborhood, listing.room_type) == (9_500, "Old Town", "Private room")
    assert (listing.bedrooms, listing.bathrooms, listing.property_type) == (None, None, "")
    assert (listing.min_stay, listing.reviews_per_month) == (3, 0.6)
    assert not PublicCalendar.objects.exists()


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    shuffled = "\ufeff,Available,DATE,new_column,listing_id\n0,t,2026-11-05,x,397657.0\n1,f,2026-11-06,y,397657.0\n"

    import_texts(tmp_path, listings_text({"price": "$70.00"}), shuffled)

    assert (nights_of("397657").states, list(nights_of("397657").prices)) == ("au", [7_000, 7_000])


def test_persons_are_not_imported(tmp_path: Path) -> None:
    import_texts(tmp_path, listings_text({"host_id": "31415926", "host_name": "Ola Nordmann"}), None)

    stored = str(list(PublicListing.objects.values()))
    assert "Nordmann" not in stored
    assert "31415926" not in stored


def test_ratings_up_to_100_become_stars(tmp_path: Path) -> None:
    import_texts(
        tmp_path, listings_text({"review_scores_rating": "96"}, {"id": "2", "review_scores_rating": "-3"}), None
    )

    assert set(PublicListing.objects.values_list("public_id", "rating")) == {("397657", 4.8), ("2", None)}


def test_a_day_that_has_not_come_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="has not come yet"):
        import_texts(tmp_path, GOOD, NIGHTS, NOW.date() + timedelta(days=2))

    assert not PublicMarket.objects.exists()


def test_another_currency_is_refused(tmp_path: Path) -> None:
    import_texts(tmp_path, GOOD, NIGHTS)
    listings = write(tmp_path, "listings.csv", GOOD)

    with pytest.raises(ImportRefused, match="Bergen is imported in NOK, not in EUR"):
        import_files(listings, None, date(2026, 11, 12), city=type(BERGEN)("inside-airbnb", "Bergen", "Norway", "EUR"))
