"""The import of exchange rates."""

from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from markets.exchange_rates import import_rates
from markets.models import ExchangeRate

pytestmark = pytest.mark.django_db


def test_a_table_is_imported(tmp_path: Path) -> None:
    table = tmp_path / "eurofxref-hist.csv"
    table.write_text("Date,USD,JPY,CYP,\n2026-11-27,1.1634,181.21,N/A,\n2026-11-26,1.16, 180 ,,\n\n")
    told = StringIO()

    call_command("import_exchange_rates", str(table), stdout=told)

    assert told.getvalue() == "4 rates are stored.\n"
    assert set(ExchangeRate.objects.values_list("day", "currency", "per_euro")) == {
        (date(2026, 11, 27), "USD", Decimal("1.1634")),
        (date(2026, 11, 27), "JPY", Decimal("181.21")),
        (date(2026, 11, 26), "USD", Decimal("1.16")),
        (date(2026, 11, 26), "JPY", Decimal("180")),
    }


def test_a_second_import_replaces_the_rates() -> None:
    import_rates(StringIO("Date,USD\n2026-11-27,1.1\n2026-11-27,1.2\n"))
    import_rates(StringIO("Date,USD\n2026-11-27,1.3\n"))

    assert ExchangeRate.objects.get().per_euro == Decimal("1.3")


def test_a_long_table_is_stored_in_parts() -> None:
    days = [date.fromordinal(730_000 + day).isoformat() for day in range(1200)]

    assert import_rates(StringIO("Date,USD,CHF\n" + "".join(f"{day},1.1,0.9\n" for day in days))) == 2400
    assert ExchangeRate.objects.count() == 2400


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The first column"),
        ("Day,USD\n", "The first column"),
        ("Date,USD\n27.11.2026,1\n", "Line 2"),
        ("Date,USD\n2026-11-27,1\n2026-11-26,much\n", "Line 3"),
        ("Date,USD\n2026-11-27,0\n", "Line 2"),
        ("Date,USD\n2026-11-27,-1\n", "Line 2"),
        ("Date,USD\n2026-11-27,NaN\n", "Line 2"),
        ("Date,USD\n2026-11-27,1e12\n", "Line 2"),
        ("Date,Dollars\n2026-11-27,1\n", "Line 2"),
    ],
)
def test_a_file_that_is_no_table_of_rates_is_refused(tmp_path: Path, text: str, told: str) -> None:
    table = tmp_path / "rates.csv"
    table.write_text(text)

    with pytest.raises(CommandError, match=told):
        call_command("import_exchange_rates", str(table))
    assert not ExchangeRate.objects.exists()


def test_a_missing_file_is_told() -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_exchange_rates", "missing.csv")
