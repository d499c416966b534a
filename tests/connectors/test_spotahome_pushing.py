"""Prices and stay rules sent to Spotahome, and read back through its own API."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from connectors.errors import ChannelRefused, ChannelUnavailable, CredentialsRefused, UnknownListings
from connectors.values import NightRate, Push
from tests.connectors.sandbox_connection import MEDIUM, NOW, Connect

FLAT, UNIT_OF_A_RESIDENCE = "400030001", "400400004"
TODAY = NOW.date()
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


class Flat:
    """A listing in the sandbox, read through Spotahome's own API and written by our connector."""

    def __init__(self, at: Any, listing_id: str) -> None:
        self.at, self.id = at, listing_id

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.at.ask(method, f"/api{path}", json=body, headers={"Authorization": self.at.credentials["token"]})
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def shown(self) -> Any:
        return self.ask("GET", f"/listings/{self.id}")

    def put(self, path: str, body: Any) -> None:
        self.ask("PUT", f"/listings/{self.id}/{path}", body)

    def set_switches(self, **switches: Any) -> None:
        self.at.ask("POST", "/_switches", json=switches).raise_for_status()

    def pushed(self, rates: list[NightRate], **changes: Any) -> dict[date, NightRate]:
        """Push the rates as the push job does, and return the nights that Spotahome confirmed."""
        details = self.at.channel.listing(self.at.connection, self.id).details
        sold = self.at.channel.as_sold(rates, "EUR", details)
        push = Push(self.id, "EUR", sold, frozenset(rate.night for rate in sold), details)
        self.at.sandbox.log.clear()
        return dict(self.at.channel.push(self.at.connection, replace(push, **changes)))

    def written(self) -> list[str]:
        """Paths of the writes since the push began."""
        return [str(request["path"]) for request in self.at.sandbox.log.matching(method="PUT")]


@pytest.fixture
def flat(connect: Connect) -> Flat:
    return Flat(connect("spotahome"), FLAT)


def year(price: int = 4000, first: date = TODAY, **stays: Any) -> list[NightRate]:
    """365 nights. The nightly price rises by 100 euros with each calendar month."""
    nights = [first + timedelta(days=ahead) for ahead in range(365)]
    return [NightRate(night, price + 10_000 * (night.month - 1), **stays) for night in nights]


def test_365_nights_are_pushed_as_rents_by_day_in_whole_currency_units(flat: Flat) -> None:
    confirmed = flat.pushed(year())

    shown = flat.shown()["monthlyPrice"]
    assert shown["type"] == "byDay"
    assert [len(shown["pricesByDay"][month]) for month in MONTHS] == LENGTHS
    assert set(shown["pricesByDay"]["jan"]) == {1200}  # 40 euros a night
    assert set(shown["pricesByDay"]["dec"]) == {1200 + 11 * 3000}
    assert all(type(rent) is int for month in MONTHS for rent in shown["pricesByDay"][month])
    assert confirmed == {rate.night: rate for rate in year()}


def test_rents_are_unchanged_when_prices_are_read_and_pushed_again(flat: Flat) -> None:
    """Confusing currency units with minor units would multiply the rents by 100."""
    flat.put("price", {"priceType": "byMonth", "pricesByMonth": [900 + 10 * month for month in range(12)]})
    before = flat.shown()

    for _ in range(3):
        listing = flat.at.channel.listing(flat.at.connection, FLAT)
        nights = flat.at.channel.calendar(flat.at.connection, listing, TODAY, TODAY + timedelta(days=364))
        flat.pushed([NightRate(night.night, night.price) for night in nights])

    after = flat.shown()
    assert after["price"] == before["price"]
    assert before["monthlyPrice"]["pricesByMonth"]
    for month, rent in before["monthlyPrice"]["pricesByMonth"].items():
        assert set(after["monthlyPrice"]["pricesByDay"][month]) == {rent}


def test_days_of_the_year_that_are_not_pushed_keep_their_rent(flat: Flat) -> None:
    flat.put("price", {"priceType": "byMonth", "pricesByMonth": [900 + 10 * month for month in range(12)]})

    flat.pushed(year()[:30])  # 15 June to 14 July

    by_day = flat.shown()["monthlyPrice"]["pricesByDay"]
    assert by_day["jun"] == [950] * 14 + [1200 + 5 * 3000] * 16
    assert by_day["jul"] == [1200 + 6 * 3000] * 14 + [960] * 17
    assert by_day["feb"] == [910] * 29


def test_a_push_does_not_write_the_occupancies(flat: Flat) -> None:
    before = flat.shown()

    flat.pushed(year())

    assert flat.shown()["occupancies"] == before["occupancies"]
    assert flat.written() == [f"/api/listings/{FLAT}/price"]


def test_rents_that_spotahome_already_has_are_not_sent_again(flat: Flat) -> None:
    flat.pushed(year())

    confirmed = flat.pushed(year())

    assert confirmed == {rate.night: rate for rate in year()}
    assert flat.written() == []


def test_only_prices_that_spotahome_shows_after_the_push_are_confirmed(flat: Flat) -> None:
    flat.set_switches(deaf=["S4"])

    assert flat.pushed(year()) == {}


def test_prices_that_spotahome_already_had_are_confirmed_even_if_it_ignores_the_write(flat: Flat) -> None:
    flat.put("price", {"priceType": "fixed", "fixedPrice": 1200})
    flat.set_switches(deaf=["S4"])

    confirmed = flat.pushed(year())

    assert {night.month for night in confirmed} == {1}  # the push has higher prices for the other months


# Stay rules


def test_a_stay_rule_for_the_whole_year_is_set_for_the_property(flat: Flat) -> None:
    rates = year(min_stay=45, max_stay=180)

    confirmed = flat.pushed(rates)

    shown = flat.shown()
    assert (shown["minStay"], shown["maxStay"]) == (45, 180)
    assert confirmed == {rate.night: rate for rate in rates}
    assert flat.written() == [
        f"/api/listings/{FLAT}/price",
        f"/api/listings/legacy/properties/{FLAT}/stay-rules",
    ]


def test_the_maximum_stay_is_kept_if_only_a_minimum_stay_is_pushed(flat: Flat) -> None:
    flat.ask("PUT", f"/listings/legacy/properties/{FLAT}/stay-rules", {"minStay": 30, "maxStay": 200})

    flat.pushed(year(min_stay=60))

    assert (flat.shown()["minStay"], flat.shown()["maxStay"]) == (60, 200)


def test_stay_rules_that_differ_between_nights_are_not_pushed(flat: Flat) -> None:
    before = flat.shown()
    rates = [replace(rate, min_stay=30 + number % 2) for number, rate in enumerate(year())]

    confirmed = flat.pushed(rates)

    assert (flat.shown()["minStay"], flat.shown()["maxStay"]) == (before["minStay"], before["maxStay"])
    assert {rate.min_stay for rate in confirmed.values()} == {None}


def test_a_push_to_a_unit_of_a_residence_does_not_write_the_shared_stay_rules(connect: Connect) -> None:
    unit = Flat(connect("spotahome", MEDIUM), UNIT_OF_A_RESIDENCE)

    confirmed = unit.pushed(year(min_stay=90))

    assert unit.written() == [f"/api/listings/{UNIT_OF_A_RESIDENCE}/price"]
    assert len(confirmed) == 365
    assert {rate.min_stay for rate in confirmed.values()} == {None}


def test_prices_are_pushed_even_if_the_stay_rules_are_refused(flat: Flat) -> None:
    confirmed = flat.pushed(year(min_stay=90, max_stay=60))

    assert flat.shown()["minStay"] == 30
    assert {(rate.min_stay, rate.max_stay) for rate in confirmed.values()} == {(None, None)}
    assert len(confirmed) == 365


@pytest.mark.parametrize("status", [404, 422, 500])
def test_prices_are_confirmed_if_the_stay_rules_fail_and_the_rules_are_tried_again(flat: Flat, status: int) -> None:
    rates = year(min_stay=45, max_stay=180)
    flat.set_switches(refuse={"S21": status})

    confirmed = flat.pushed(rates)

    assert confirmed == {rate.night: rate for rate in year()}
    flat.set_switches(refuse={})
    assert flat.pushed(rates) == {rate.night: rate for rate in rates}
    assert flat.written() == [f"/api/listings/legacy/properties/{FLAT}/stay-rules"]


def test_a_token_that_is_refused_for_the_stay_rules_is_an_error(flat: Flat) -> None:
    flat.set_switches(refuse={"S21": 401})

    with pytest.raises(CredentialsRefused):
        flat.pushed(year(min_stay=45))


# Failures


def test_prices_in_another_currency_are_refused_before_anything_is_written(flat: Flat) -> None:
    before = flat.shown()

    with pytest.raises(ChannelRefused, match=r"priced in EUR at Spotahome, not in GBP") as refused:
        flat.pushed(year(), currency="GBP")

    assert not isinstance(refused.value, UnknownListings)
    assert flat.written() == []
    assert flat.shown() == before


def test_the_error_names_a_listing_that_no_longer_exists(flat: Flat) -> None:
    with pytest.raises(UnknownListings) as unknown:
        flat.pushed(year(), channel_listing_id="400039999")

    assert unknown.value.channel_listing_ids == ("400039999",)


CONFLICT = "The request could not be completed due to a conflict with the current state of the resource"


@pytest.mark.parametrize(
    ("status", "error", "text"),
    [
        (401, CredentialsRefused, "Spotahome does not accept this token."),
        (404, ChannelRefused, "Spotahome refused (HTTP 404): The resource was not found"),
        (409, ChannelRefused, f"Spotahome refused (HTTP 409): {CONFLICT}"),
        (500, ChannelUnavailable, "Spotahome failed (HTTP 500)."),
    ],
)
def test_the_error_states_why_a_price_was_refused(flat: Flat, status: Any, error: Any, text: Any) -> None:
    flat.set_switches(refuse={"S4": status})

    with pytest.raises(error) as refused:
        flat.pushed(year())

    assert str(refused.value) == text


def test_the_error_quotes_spotahomes_message_about_a_field(flat: Flat) -> None:
    too_much = [NightRate(TODAY, 10**12)]

    with pytest.raises(ChannelRefused) as refused:
        flat.pushed(too_much)

    assert str(refused.value) == "Spotahome refused (HTTP 422): pricesByDay: A number is expected"
