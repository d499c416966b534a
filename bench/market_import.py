"""The import of public market data: a city of many listings, at its first scrape and at one a month later."""

import gzip
import resource
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection

from markets.services.importing import City, Files, import_scrape

NIGHTS = 365
CITY = City("inside-airbnb", "Benchmark", "Nowhere", "EUR")
SCRAPES = {"first scrape": date(2026, 9, 1), "scrape a month later": date(2026, 10, 1)}
NOW = datetime(2026, 11, 1, tzinfo=UTC)
MOST_BYTES = 4 << 30


def measure(listings: int) -> list[dict[str, Any]]:
    """Return `{name, database, nights, seconds, core_seconds, peak_mb}` for each scrape of that many listings.

    `core_seconds` is this process's processor time, without the time of a database server.
    """
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, day in SCRAPES.items():
            files = Files(Path(folder) / "listings.csv.gz", Path(folder) / "calendar.csv.gz", MOST_BYTES)
            write_listings(files.listings, listings)
            assert files.calendar is not None
            write_calendar(files.calendar, listings, day)
            begun, begun_core = time.monotonic(), time.process_time()
            summary = import_scrape(CITY, day, files, now=NOW)
            seconds, core_seconds = time.monotonic() - begun, time.process_time() - begun_core
            assert summary.nights == listings * NIGHTS
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            found.append(
                {
                    "name": name,
                    "database": connection.vendor,
                    "nights": summary.nights,
                    "seconds": round(seconds, 1),
                    "core_seconds": round(core_seconds, 1),
                    "peak_mb": peak,
                }
            )
    return found


def write_listings(path: Path, count: int) -> None:
    head = "id,name,description,host_id,neighbourhood_cleansed,latitude,longitude,property_type,room_type,accommodates"
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8", newline="") as file:
        file.write(f"{head},bathrooms_text,bedrooms,price,minimum_nights,number_of_reviews,reviews_per_month\n")
        for number in range(count):
            file.write(
                f'{public_id(number)},"Flat ""{number}"", with view","Line\nbreak",{number // 3},Old Town,'
                f"60.{number:06d},5.{number:06d},Entire rental unit,Entire home/apt,4,1.5 baths,2,"
                f'"$1,{number % 900 + 100}.00",2,12,0.6\n'
            )


def write_calendar(path: Path, count: int, day: date) -> None:
    """Fewer nights are available at the later scrape."""
    dice = Random(str(day))
    dates = [(day + timedelta(days=index)).isoformat() for index in range(NIGHTS)]
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8", newline="") as file:
        file.write("listing_id,date,available,price,adjusted_price,minimum_nights,maximum_nights\n")
        for number in range(count):
            head, price, free = public_id(number), 60 + number % 200, dice.getrandbits(NIGHTS)
            file.write(
                "".join(
                    f"{head},{night},{'ft'[free >> index & 1]},${price + index % 7}.00,,2,365\n"
                    for index, night in enumerate(dates)
                )
            )


def public_id(number: int) -> int:
    return 400_000 + number if number % 2 else 1_000_000_000_000_000_000 + number
