"""`manage.py import_market`: imports one scrape of a city from files or URLs. docs/markets.md has examples."""

from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from iso4217 import Currency

import clock
from markets.fetching import CannotFetch, client, fetched
from markets.import_progress import Progress
from markets.services.importing import City, Files, ImportRefused, Steps, import_scrape
from markets.sources import SOURCES
from markets.sources.tables import BadFile

MEANINGS = {
    "listing-cells": "rows of listings with another number of cells than columns",
    "listing-id": "listings without a readable id",
    "listing-id-rounded": "listings whose id a spreadsheet has rounded",
    "listing-not-seen": "listings that the scrape took over from the previous one",
    "listing-price": "listings imported without their price, which cannot be read",
    "listing-twice": "listings that are there again; the last row counts",
    "night-availability": "nights without a readable availability",
    "night-cells": "rows of nights with another number of cells than columns",
    "night-date": "nights whose date does not exist or is far from the scrape",
    "night-listing-id": "nights without a readable, exact id of their listing",
    "night-listing-not-seen": "nights of listings that are not among the imported ones",
    "night-price": "nights whose price cannot be read",
}
"""Of the reasons under which rows are counted."""


class Command(BaseCommand):
    help = (
        "Imports public market data of one city and day. The same scrape may be imported again; an older one than the "
        "newest is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("city", help="name of the city, as comp sets show it")
        parser.add_argument("--country", required=True)
        parser.add_argument("--currency", required=True, help="ISO 4217 code of all amounts in the files")
        parser.add_argument("--date", required=True, type=date.fromisoformat, help="day of the scrape, YYYY-MM-DD")
        parser.add_argument("--listings", required=True, help="path or URL of listings.csv or listings.csv.gz")
        parser.add_argument("--calendar", help="path or URL of calendar.csv or calendar.csv.gz")
        parser.add_argument("--source", choices=sorted(SOURCES), default="inside-airbnb", help="form of the files")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            currency = Currency(options["currency"].upper()).code
        except ValueError:
            raise CommandError(f"{options['currency']} is not a currency code of ISO 4217.") from None
        city = City(options["source"], options["city"].strip(), options["country"].strip(), currency)
        most_bytes = settings.ENVIRONMENT.market_file_max_mb << 20
        progress = Progress(self.stdout)
        try:
            with ExitStack() as stack:
                listings = self._local(stack, options["listings"], most_bytes)
                calendar = self._local(stack, options["calendar"], most_bytes) if options["calendar"] else None
                files = Files(listings, calendar, most_bytes)
                summary = import_scrape(city, options["date"], files, now=clock.now(), steps=Steps(step=progress.show))
        except (BadFile, CannotFetch, ImportRefused) as error:
            raise CommandError(str(error)) from error
        finally:
            progress.end()
        self.stdout.write(f"{city.city} on {options['date']}: {summary.listings:,} listings, {summary.nights:,} nights")
        self.stdout.write(f"  {summary.newly_booked:,} nights newly booked, {summary.newly_blocked:,} newly blocked")
        for reason, count in sorted(summary.skipped.items()):
            self.stdout.write(f"  {reason} {count:,}: {MEANINGS.get(reason, 'not imported')}")

    def _local(self, stack: ExitStack, place: str, most_bytes: int) -> Path:
        if place.startswith(("http://", "https://")):
            http = stack.enter_context(client(redirects=True))
            return stack.enter_context(fetched(http, place, most_bytes=most_bytes))
        return Path(place)
