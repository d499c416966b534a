"""The time zone of a listing is an IANA name, whatever its channel sends."""

import logging
from datetime import UTC, datetime

import pytest

from connectors.timezones import iana_names
from listings.stays import timezone_of
from listings.timezones import MOST_NAMES, OTHERS, UNKNOWN_TIMEZONES, timezone_at, zone_of_place

NO_ZONES = [
    "localtime",
    "posixrules",
    "Factory",
    "Mars/Olympus",
    "europe/lisbon",
    "",
    " ",
    "../../etc/passwd",
    "GMT+25",
]


@pytest.mark.parametrize("name", NO_ZONES)
def test_a_name_that_is_no_iana_zone_is_never_stored(name: str) -> None:
    assert name not in iana_names()
    assert timezone_at(name, None, None) == "UTC"
    assert timezone_at(name, "Portugal", "Lisbon") == "Europe/Lisbon"
    assert datetime.now(timezone_of(name)).utcoffset() == datetime.now(UTC).utcoffset()


@pytest.mark.parametrize("name", ["Europe/Lisbon", "UTC", "America/Argentina/Buenos_Aires", "Asia/Calcutta"])
def test_an_iana_zone_is_kept_whatever_the_place(name: str) -> None:
    assert timezone_at(name, "DE", "Berlin") == name


@pytest.mark.parametrize(
    ("country", "city", "zone"),
    [
        ("FR", "Lyon", "Europe/Paris"),  # the country has one zone
        ("Portugal", "Porto", "Europe/Lisbon"),  # nearly all of the country has it
        ("Spain", "Ceuta", "Africa/Ceuta"),  # named after the city
        ("USA", "New York", "America/New_York"),
        ("BR", "São Paulo", "America/Sao_Paulo"),
        (None, "Lisbon", "Europe/Lisbon"),
        ("US", "Boston", None),  # the country has several zones
        ("ZZ", "Lisbon", None),
        (None, "Springfield", None),
        (None, None, None),
    ],
)
def test_the_zone_of_a_place_is_told_only_where_it_is_known(
    country: str | None, city: str | None, zone: str | None
) -> None:
    assert zone_of_place(country, city) == zone


def test_an_unknown_zone_is_logged_once_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    before = UNKNOWN_TIMEZONES.counts().get("Moon/Tycho", 0)

    for _ in range(3):
        timezone_at("Moon/Tycho", None, None)

    assert UNKNOWN_TIMEZONES.counts()["Moon/Tycho"] == before + 3
    assert caplog.text.count("Moon/Tycho") == 1


def test_unknown_zones_cannot_fill_memory_or_log(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(3 * MOST_NAMES):
        timezone_at(f"{number}\n" + "x" * 10_000, None, None)

    assert len(UNKNOWN_TIMEZONES.counts()) <= MOST_NAMES + 1
    assert UNKNOWN_TIMEZONES.counts()[OTHERS] > 0
    assert len(caplog.records) <= MOST_NAMES
