"""The section *Import public data* of docs/markets.md: its examples are executed, and its lists are complete."""

import json
import re
import shlex
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from markets.management.commands.import_market import MEANINGS
from markets.merging import KEPT_DAYS, LONGEST_GAP
from markets.models import Scrape
from markets.review_estimate import HIGHEST_OCCUPANCY, NIGHTS_OF_A_STAY, REVIEW_RATE
from markets.services.feed import Index
from tests.documented import DOCS, blocks
from tests.markets.public_files import SAMPLE, import_texts, listings_text, nights_of

PAGE = (DOCS / "markets.md").read_text()
SECTION = PAGE[PAGE.index("## Import public data") : PAGE.index("## Comp sets")]


def block(language: str) -> str:
    return next(text for found, text in blocks("markets.md") if found == language)


def run(command: str) -> str:
    _, _, name, *arguments = shlex.split(command.replace("\\\n", " "))
    output = StringIO()
    call_command(name, *arguments, stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_the_command_prints_what_the_page_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLE)
    command = next(text for language, text in blocks("markets.md") if "import_market Bergen" in text)

    assert run(command) == next(text for _, text in blocks("markets.md") if text.startswith("Bergen on 2026-11-05"))
    assert Scrape.objects.get().nights == 120


@pytest.mark.django_db
def test_the_calendar_of_the_page_can_be_imported(tmp_path: Path) -> None:
    import_texts(tmp_path, listings_text({}), block("csv"))

    assert list(nights_of("397657").prices) == [10_000, 12_000, 120_000]


def test_the_index_of_the_page_is_valid() -> None:
    index = next(text for language, text in blocks("markets.md") if language == "json" and '"dates"' in text)

    assert Index.model_validate(json.loads(index)).markets[0].city == "Lisbon"


def test_every_reason_is_explained() -> None:
    assert dict(re.findall(r"^\| `((?:listing|night)-[\w-]+)` \| (.*) \|$", SECTION, re.MULTILINE)) == MEANINGS
    source = "".join(path.read_text() for path in Path("markets").rglob("*.py"))
    assert set(re.findall(r'skipped\["([\w-]+)"\]', source)) == MEANINGS.keys()


def test_the_assumptions_are_those_of_the_code() -> None:
    words = " ".join(SECTION.split())
    assert f"at least {LONGEST_GAP - 1} others" in words
    assert f"A gap of {LONGEST_GAP} nights or more" in words
    assert f"a review rate of {REVIEW_RATE:.0%}, times three nights" in words
    assert f"at most {HIGHEST_OCCUPANCY:.0%} of all nights" in words
    assert (NIGHTS_OF_A_STAY, KEPT_DAYS // 366) == (3, 3)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"--currency": "kroner"}, "kroner is not a currency code of ISO 4217."),
        ({"--listings": "none.csv"}, "none.csv cannot be read: No such file or directory."),
        ({"--listings": "http://127.0.0.1:9/listings.csv"}, "http://127.0.0.1:9/listings.csv does not answer"),
        ({"--listings": "https://"}, "https://"),
        ({"--date": "2999-01-01"}, "2999-01-01 has not come yet"),
        ({"--date": "today"}, "invalid fromisoformat value: 'today'"),
        ({"--source": "nobody"}, "invalid choice: 'nobody'"),
    ],
)
def test_what_cannot_be_imported_is_said_in_one_line(
    changes: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(SAMPLE)
    options = {
        "--country": "Norway", "--currency": "NOK", "--date": "2026-11-05", "--listings": "listings.csv",
        "--calendar": "calendar.csv",
    }  # fmt: skip

    with pytest.raises(CommandError, match=re.escape(message)):
        call_command("import_market", "Bergen", *(word for pair in (options | changes).items() for word in pair))
