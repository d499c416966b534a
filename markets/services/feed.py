"""The daily import from a feed (MARKET_FEED_URL): an index of cities and days, and the files of each.

`<feed>/` is a JSON object, `Index` below. The files of a day are `<feed>/<path>/<date>/listings.csv.gz` and
`calendar.csv.gz`. What is not newer than the city's newest import is left out.
"""

import logging
from collections.abc import Iterator
from datetime import date
from typing import Annotated

import httpx
from django.conf import settings
from iso4217 import Currency
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from jobs.one_by_one import one_by_one
from jobs.running import GiveUp, RunningJob, TryLater
from markets.fetching import CannotFetch, client, fetched, fetched_bytes
from markets.models import Scrape
from markets.services.importing import City, Files, ImportRefused, Steps, import_scrape
from markets.sources import SOURCES
from markets.sources.tables import BadFile

logger = logging.getLogger(__name__)

LARGEST_INDEX = 4 << 20  # bytes


def _known_source(name: str) -> str:
    if name not in SOURCES:
        raise ValueError(f"must be one of {', '.join(SOURCES)}")
    return name


Name = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f]*$")]
CurrencyCode = Annotated[str, AfterValidator(lambda code: Currency(code).code)]


class OfferedMarket(BaseModel):
    city: Name
    country: Name
    currency: CurrencyCode
    path: str = Field(pattern=r"^[a-z0-9-]{1,100}$")
    dates: list[date] = Field(max_length=1000)


class Index(BaseModel):
    source: Annotated[str, AfterValidator(_known_source)]
    markets: list[OfferedMarket] = Field(max_length=1000)


def import_markets(job: RunningJob) -> None:
    """Handle the daily job `import_markets`: import what the feed has and the server has not, oldest first.

    After a crash, or after giving way, it continues with the first scrape that is not complete. A file that is damaged
    or missing for good is left out; if a file cannot be fetched now, the city waits for the next run.
    """
    feed = settings.ENVIRONMENT.market_feed_url
    if not feed:
        return
    most_bytes = settings.ENVIRONMENT.market_file_max_mb << 20
    with client(redirects=False) as http:
        index = _read_index(http, feed)

        postponed: list[str] = []

        def import_city(offered: OfferedMarket) -> int:
            city = City(index.source, offered.city, offered.country, offered.currency)
            imported = 0
            try:
                for day in _missing(city, offered.dates):
                    job.give_way_if_others_wait()
                    imported += _import_day(job, http, city, day, f"{feed}/{offered.path}/{day}", most_bytes)
            except CannotFetch as error:  # later days wait too, as an older one is refused after them
                postponed.append(str(error))
            return imported

        one_by_one(job, index.markets, import_city, counted_as="scrapes")
    if postponed:
        raise TryLater(f"{len(postponed)} of {len(index.markets)} cities wait. {postponed[0]}")


def _read_index(http: httpx.Client, feed: str) -> Index:
    try:
        return Index.model_validate_json(fetched_bytes(http, f"{feed}/", most_bytes=LARGEST_INDEX))
    except CannotFetch as error:
        raise (TryLater if error.later else GiveUp)(str(error)) from error
    except ValidationError as errors:
        first = errors.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise GiveUp(f"The index at {feed}/ cannot be used: {place}: {first['msg']}.") from None


def _missing(city: City, offered: list[date]) -> Iterator[date]:
    scrapes = Scrape.objects.filter(market__source=city.source, market__city=city.city, market__country=city.country)
    newest = scrapes.order_by("day").last()
    for day in sorted(set(offered)):
        if newest is None or day > newest.day or (day == newest.day and newest.imported_at is None):
            yield day


def _import_day(job: RunningJob, http: httpx.Client, city: City, day: date, url: str, most_bytes: int) -> int:
    """1 if the day was imported; 0 if its files cannot be used. Raises CannotFetch if another attempt can succeed."""
    try:
        with (
            fetched(http, f"{url}/listings.csv.gz", most_bytes=most_bytes, tick=job.keep_lease) as listings,
            fetched(http, f"{url}/calendar.csv.gz", most_bytes=most_bytes, tick=job.keep_lease) as calendar,
        ):
            summary = import_scrape(
                city, day, Files(listings, calendar, most_bytes), now=job.now(),
                steps=Steps(fence=job.fence, step=lambda what, count: job.keep_lease()),
            )  # fmt: skip
    except (BadFile, ImportRefused) as error:
        logger.warning("%s on %s is not imported: %s", city.city, day, error)
        return 0
    except CannotFetch as error:
        if error.later:
            raise
        logger.warning("%s on %s is not imported: %s", city.city, day, error)
        return 0
    logger.info(
        "%s on %s: %d listings, %d nights, %d newly booked", city.city, day, summary.listings, summary.nights,
        summary.newly_booked,
    )  # fmt: skip
    return 1
