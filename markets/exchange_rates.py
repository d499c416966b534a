"""Rates of exchange: which one holds on a day, and the import of a published table of them."""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import IO

from django.db.models import Q

from markets.models import ExchangeRate

EURO = "EUR"
# No rates are published on weekends and holidays: the last one holds until the next, but no longer than this.
HOLDS_FOR = timedelta(days=7)
_ROWS_PER_WRITE = 1000


class UnknownRate(Exception):
    """No rate is known for the currency on the day."""

    def __init__(self, currency: str, day: date) -> None:
        super().__init__(f"No rate of {currency} is known for {day}.")


class UnreadableRates(Exception):
    """The file is not a table of rates. The text says where."""


class Rates:
    """The rates of some currencies around some days. `today` is the last day whose rate can be known."""

    def __init__(self, per_euro: Mapping[str, Mapping[date, Decimal]], today: date) -> None:
        self._per_euro, self._today = per_euro, today

    @classmethod
    def around(cls, days: Collection[date], currencies: Collection[str], today: date) -> "Rates":
        """Read with one query; without one if there is nothing to convert."""
        found: dict[str, dict[date, Decimal]] = {}
        if days and len(set(currencies)) > 1:
            wanted = Q()
            for first, last in _ranges({min(day, today) for day in days}):
                wanted |= Q(day__range=(first - HOLDS_FOR, last))
            rows = ExchangeRate.objects.filter(wanted, currency__in=set(currencies) - {EURO})
            for currency, day, per_euro in rows.values_list("currency", "day", "per_euro"):
                found.setdefault(currency, {})[day] = per_euro
        return cls(found, today)

    def factor(self, source: str, target: str, day: date) -> float:
        """What one unit of `source` was worth in `target` on the day; in the future, what it is worth now.

        Raises UnknownRate.
        """
        if source == target:
            return 1.0
        day = min(day, self._today)
        return float(self._of(target, day) / self._of(source, day))

    def _of(self, currency: str, day: date) -> Decimal:
        if currency == EURO:
            return Decimal(1)
        known = self._per_euro.get(currency, {})
        for back in range(HOLDS_FOR.days + 1):
            if (rate := known.get(day - timedelta(days=back))) is not None:
                return rate
        raise UnknownRate(currency, day)


def _ranges(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """The days as ranges, with gaps of more than HOLDS_FOR between them."""
    ordered = sorted(days)
    first = last = ordered[0]
    for day in ordered[1:]:
        if day - last > HOLDS_FOR:
            yield first, last
            first = day
        last = day
    yield first, last


def import_rates(file: IO[str]) -> int:
    """Store the rates of a table as the European Central Bank publishes it, and return how many they are.

    The first column is `Date`, each other one is named for a currency and says what one euro costs in it; `N/A` and
    empty cells are skipped. Rates of the same day and currency are replaced. Raises UnreadableRates; rows before the
    unreadable one may have been stored.
    """
    table = csv.reader(file)
    head = [name.strip() for name in next(table, [])]
    if not head or head[0].lower() != "date":
        raise UnreadableRates("The first column of the first line must be Date.")
    # A statement may not write a row twice.
    rates: dict[tuple[str, date], ExchangeRate] = {}
    stored = 0
    for line, cells in enumerate(table, start=2):
        if any(cell.strip() for cell in cells):
            rates |= {(rate.currency, rate.day): rate for rate in _rates_of(head, cells, line)}
        if len(rates) >= _ROWS_PER_WRITE:
            stored += _store(rates.values())
            rates = {}
    return stored + _store(rates.values())


def _rates_of(head: list[str], cells: list[str], line: int) -> Iterator[ExchangeRate]:
    try:
        day = date.fromisoformat(cells[0].strip())
    except ValueError:
        raise UnreadableRates(f"Line {line} must begin with a date in the form YYYY-MM-DD.") from None
    for currency, cell in zip(head[1:], cells[1:], strict=False):
        text = cell.strip()
        if not currency or text in ("", "N/A"):
            continue
        try:
            rate = Decimal(text)
        except InvalidOperation:
            rate = Decimal(0)
        if not rate.is_finite() or not Decimal("1e-8") <= rate < Decimal("1e12") or len(currency) != 3:
            raise UnreadableRates(f"Line {line} has no rate in the column {currency}.")
        yield ExchangeRate(day=day, currency=currency.upper(), per_euro=rate)


def _store(rates: Collection[ExchangeRate]) -> int:
    ExchangeRate.objects.bulk_create(
        rates, update_conflicts=True, unique_fields=["currency", "day"], update_fields=["per_euro"], batch_size=500
    )
    return len(rates)
