"""One scrape after another: bookings, repeats, and imports that are killed in the middle."""

import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from django.db import connection

from jobs.models import Job
from markets.models import PublicCalendar, PublicListing, PublicMarket, Scrape
from markets.services import importing
from markets.services.importing import ImportRefused, Steps
from markets.services.insights import REFRESH_INSIGHTS
from tests.markets.public_files import (
    DAY,
    import_files,
    import_texts,
    listings_text,
    nights_of,
    nights_text,
    write,
)

pytestmark = pytest.mark.django_db
WEEK_LATER = DAY + timedelta(days=7)
IDS = [str(number) for number in range(1, 31)]


class Killed(BaseException):
    """Ends an import at once, as the end of its process does."""


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 4)


def calendars(day: date, seed: int) -> dict[str, str]:
    dice = Random(seed)
    return {public_id: "".join(dice.choice("ttf") for _ in range(90)) for public_id in IDS}


def everything() -> list[object]:
    """All rows, without keys, which depend on the order of imports."""
    listings = PublicListing.objects.order_by("public_id").values_list(
        "public_id", "price", "first_seen_on", "last_seen_on"
    )
    rows = PublicCalendar.objects.order_by("listing__public_id").values_list(
        "listing__public_id", "first_night", "states", "prices", "min_stays", "booked_on"
    )
    nights = [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows]
    scrapes = Scrape.objects.order_by("day").values_list("day", "imported_at", "listings", "nights", "skipped")
    return [list(listings), nights, list(scrapes)]


def test_the_insights_are_added_up_soon_after_imports(tmp_path: Path) -> None:
    for day in (DAY, WEEK_LATER):
        import_texts(tmp_path, listings_text({}), nights_text({"397657": "t" * 20}, day), day)

    queued = Job.objects.get(kind=REFRESH_INSIGHTS)
    assert queued.due_at - queued.created_at == timedelta(seconds=30)


def test_what_became_unavailable_was_booked_at_the_last_price_seen(tmp_path: Path) -> None:
    import_texts(tmp_path, listings_text({}), nights_text({"397657": "t" * 20}, price="$100.00"))

    summary = import_texts(
        tmp_path, listings_text({}), nights_text({"397657": "tff" + "t" * 17}, WEEK_LATER, price="$150.00"), WEEK_LATER
    )

    nights = nights_of("397657")
    first = WEEK_LATER + timedelta(days=1)
    assert (summary.newly_booked, summary.newly_blocked) == (2, 0)
    assert (nights.state(first), nights.price(first), nights.booked_on(first)) == ("b", 10_000, WEEK_LATER)
    assert (nights.state(WEEK_LATER), nights.price(WEEK_LATER)) == ("a", 15_000)
    assert (nights.first_night, nights.state(DAY)) == (DAY, "a")


def test_listings_that_vanish_keep_their_history(tmp_path: Path) -> None:
    import_texts(tmp_path, listings_text({}, {"id": "2"}), nights_text({"397657": "tft", "2": "ttt"}))
    import_texts(
        tmp_path, listings_text({"id": "2"}), nights_text({"397657": "ttt", "2": "fff"}, WEEK_LATER), WEEK_LATER
    )

    gone, here = PublicListing.objects.get(public_id="397657"), PublicListing.objects.get(public_id="2")
    assert (gone.first_seen_on, gone.last_seen_on) == (DAY, DAY)
    assert (here.first_seen_on, here.last_seen_on) == (DAY, WEEK_LATER)
    assert nights_of("397657").states == "aua"
    assert Scrape.objects.get(day=WEEK_LATER).skipped == {"night-listing-not-seen": 3}


def test_an_older_scrape_is_refused(tmp_path: Path) -> None:
    import_texts(tmp_path, listings_text({}), nights_text({"397657": "tft"}, WEEK_LATER), WEEK_LATER)
    before = everything()

    with pytest.raises(ImportRefused, match=r"Bergen has a scrape of 2026-11-12 already\. "):
        import_texts(tmp_path, listings_text({"price": "$1.00"}), nights_text({"397657": "ttt"}))

    assert everything() == before


def test_a_corrected_file_of_the_same_day_replaces_what_was_read_from_the_first(tmp_path: Path) -> None:
    import_texts(tmp_path, listings_text({}), nights_text({"397657": "ttt"}))
    import_texts(tmp_path, listings_text({}), nights_text({"397657": "fft"}, DAY), WEEK_LATER)

    import_texts(tmp_path, listings_text({}), nights_text({"397657": "tft"}, DAY), WEEK_LATER)

    assert nights_of("397657").states == "aba"
    assert Scrape.objects.count() == 2


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path, small_batches: None) -> None:
    listings = listings_text(*({"id": public_id} for public_id in IDS))
    first, second = nights_text(calendars(DAY, 1)), nights_text(calendars(WEEK_LATER, 2), WEEK_LATER)
    import_texts(tmp_path, listings, first)
    import_texts(tmp_path, listings, second, WEEK_LATER)
    in_order = everything()
    PublicMarket.objects.all().delete()

    import_texts(tmp_path, listings, shuffled(first))
    import_texts(tmp_path, listings, shuffled(second), WEEK_LATER)

    assert everything() == in_order


def shuffled(text: str) -> str:
    head, *rows = text.splitlines()
    Random(1).shuffle(rows)
    return "\n".join([head, *rows])


def killed_at(number: int) -> Callable[[], None]:
    """A fence that ends the import in its n-th transaction."""
    left = iter(range(number))

    def fence() -> None:
        if next(left, None) is None:
            raise Killed

    return fence


def test_an_import_that_was_killed_anywhere_is_finished_by_a_repeat(tmp_path: Path, small_batches: None) -> None:
    listings = write(tmp_path, "listings.csv", listings_text(*({"id": public_id} for public_id in IDS)))
    first = write(tmp_path, "first.csv", nights_text(calendars(DAY, 1)))
    second = write(tmp_path, "second.csv", nights_text(calendars(WEEK_LATER, 2), WEEK_LATER))

    def import_both(fences: Iterator[Callable[[], None]]) -> None:
        for calendar, day in ((first, DAY), (second, WEEK_LATER)):
            for fence in fences:
                try:
                    import_files(listings, calendar, day, steps=Steps(fence=fence))
                except Killed:
                    continue
                break

    import_both(iter([lambda: None] * 2))
    expected = everything()
    PublicMarket.objects.all().delete()
    transactions = 2 + 8 + 8
    for number in range(1, transactions):
        import_both(killed_at(at) for at in (number, 99, number, 99))

        assert everything() == expected
        PublicMarket.objects.all().delete()


def test_a_scrape_that_was_begun_is_not_overtaken_by_an_older_one(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        import_files(
            write(tmp_path, "listings.csv", listings_text({})), None, WEEK_LATER, steps=Steps(fence=killed_at(1))
        )
    assert Scrape.objects.get().imported_at is None

    with pytest.raises(ImportRefused):
        import_texts(tmp_path, listings_text({}), None, DAY)


def test_an_import_that_is_overtaken_by_a_newer_one_ends(tmp_path: Path) -> None:
    listings, newer = write(tmp_path, "listings.csv", listings_text({})), iter([0, 0, 1])

    def fence() -> None:
        if next(newer, 0):
            Scrape.objects.create(market=PublicMarket.objects.get(), day=WEEK_LATER)

    with pytest.raises(ImportRefused):
        import_files(listings, None, steps=Steps(fence=fence))

    assert Scrape.objects.get(day=DAY).imported_at is None


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_scrape_at_once_have_the_result_of_one(tmp_path: Path, small_batches: None) -> None:
    listings = write(tmp_path, "listings.csv", listings_text(*({"id": public_id} for public_id in IDS)))
    calendar = write(tmp_path, "calendar.csv", nights_text(calendars(DAY, 1)))
    import_files(listings, calendar)
    expected = everything()
    PublicMarket.objects.all().delete()
    errors: list[Exception] = []

    def run() -> None:
        try:
            import_files(listings, calendar)
        except Exception as error:  # noqa: BLE001  the test shows it
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert everything() == expected


@pytest.mark.slow
@pytest.mark.parametrize("ordered", [True, False])
def test_the_memory_does_not_grow_with_the_file(tmp_path: Path, ordered: bool) -> None:
    def peak_of(count: int) -> int:
        ids = [str(number) for number in range(1, count + 1)]
        text = nights_text(dict.fromkeys(ids, "tf" * 30))
        listings = write(tmp_path, "listings.csv.gz", listings_text(*({"id": public_id} for public_id in ids)))
        calendar = write(tmp_path, "calendar.csv.gz", text if ordered else shuffled(text))
        tracemalloc.start()
        import_files(listings, calendar, steps=Steps())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_of(10)
    small, large = peak_of(250), peak_of(1_250)

    assert large < small + (4 << 20)  # bytes; the nights of the larger file have 15 MB as objects


@pytest.mark.slow
def test_the_command_is_killed_and_repeated(tmp_path: Path) -> None:
    """Over a real process and a database of its own."""
    ids = [str(number) for number in range(1, 601)]
    write(tmp_path, "listings.csv", listings_text(*({"id": public_id} for public_id in ids)))
    write(tmp_path, "calendar.csv", nights_text(dict.fromkeys(ids, "tf" * 40)))
    environment = {
        "PROFILE": "development", "DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
    }  # fmt: skip
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, check=True)
    command = [
        sys.executable, "manage.py", "import_market", "Bergen", "--country", "Norway", "--currency", "nok", "--date",
        "2026-11-05", "--listings", f"{tmp_path}/listings.csv", "--calendar", f"{tmp_path}/calendar.csv",
    ]  # fmt: skip

    for seconds in (1.5, 2.0, 2.5):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603

    assert "Bergen on 2026-11-05: 600 listings, 48,000 nights\n" in done.stdout
