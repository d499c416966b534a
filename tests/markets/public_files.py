"""Writes small public files for tests, and imports them."""

import csv
import gzip
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from markets.models import PublicListing
from markets.public_nights import PublicNights, unpacked
from markets.services.importing import City, Files, Steps, Summary, import_scrape

SAMPLE = Path(__file__).parent / "sample"
BERGEN = City("inside-airbnb", "Bergen", "Norway", "NOK")
DAY = date(2026, 11, 5)
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
MOST_BYTES = 64 << 20

LISTING = {
    "id": "397657", "source": "city scrape", "name": "Studio", "host_id": "1", "host_name": "Nobody",
    "neighbourhood_cleansed": "Old Town", "latitude": "60.39", "longitude": "5.32", "property_type": "Rental unit",
    "room_type": "Entire home/apt", "accommodates": "2", "bathrooms": "1.0", "bathrooms_text": "1 bath",
    "bedrooms": "1", "price": "$110.00", "minimum_nights": "2", "number_of_reviews": "12",
    "review_scores_rating": "4.8", "reviews_per_month": "0.6",
}  # fmt: skip


def csv_text(rows: Iterable[Mapping[str, Any]]) -> str:
    rows = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def listings_text(*changes: Mapping[str, str]) -> str:
    """A file with a listing for each of `changes`."""
    return csv_text({**LISTING, **change} for change in changes)


def nights_text(states: Mapping[str, str], first: date = DAY, price: str = "$100.00") -> str:
    """A calendar from `first` on: for each id a text of `t` and `f`."""
    return csv_text(
        {
            "listing_id": public_id, "date": first + timedelta(days=index), "available": state, "price": price,
            "adjusted_price": "", "minimum_nights": "2", "maximum_nights": "365",
        }
        for public_id, text in states.items()
        for index, state in enumerate(text)
    )  # fmt: skip


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def import_files(
    listings: Path, calendar: Path | None, day: date = DAY, *, city: City = BERGEN, steps: Steps | None = None
) -> Summary:
    return import_scrape(city, day, Files(listings, calendar, MOST_BYTES), now=NOW, steps=steps)


def import_texts(folder: Path, listings: str, nights: str | None, day: date = DAY) -> Summary:
    calendar = None if nights is None else write(folder, "calendar.csv", nights)
    return import_files(write(folder, "listings.csv", listings), calendar, day)


def nights_of(public_id: str) -> PublicNights:
    return unpacked(PublicListing.objects.get(public_id=public_id).calendar)
