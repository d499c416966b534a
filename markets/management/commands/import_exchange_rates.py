"""`manage.py import_exchange_rates eurofxref-hist.csv`: rates for `filter[currency]` of market insights."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from markets.exchange_rates import UnreadableRates, import_rates


class Command(BaseCommand):
    help = "Imports rates of exchange from a table in the form of the European Central Bank: Date,USD,JPY,…"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                stored = import_rates(file)
        except (OSError, UnicodeDecodeError, csv.Error, UnreadableRates) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{stored} rates are stored.")
