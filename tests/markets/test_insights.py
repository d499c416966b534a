"""GET /api/v1/users/<id>/market-insights/: parameters, attributes, and who may read them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from markets.models import ExchangeRate
from tests.factories import ApplicationFactory, CredentialFactory, UserFactory
from tests.markets.insight_world import NIGHT, NOW, Reader, lisbon, listing_of, market_of, owners, refresh, stay
from tests.partner import Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(partner: Partner) -> Reader:
    """A user without listings."""
    return Reader(partner)


class TestRange:
    def test_by_default_it_is_90_days_back_and_365_ahead(self, reader: Reader) -> None:
        answer = reader.get(start_date="", end_date="")

        today = timezone.now().date()
        assert answer.document["meta"]["pagination"] == {"count": 456, "page": 1, "pages": 19}
        assert answer.data[0]["attributes"]["date"] == str(today - timedelta(days=90))
        last = reader.partner.get(reader.path, {"page[number]": 19}).data[-1]
        assert last["attributes"]["date"] == str(today + timedelta(days=365))

    def test_each_date_is_a_resource(self, reader: Reader) -> None:
        answer = reader.get(start_date="2030-07-01", end_date="2030-07-03")

        assert [(each["type"], each["id"]) for each in answer.data] == [
            ("market-insights", f"{reader.user.pk}-2030-07-0{day}") for day in (1, 2, 3)
        ]

    def test_pages_continue_the_range(self, reader: Reader) -> None:
        query = {"filter[start-date]": "2030-07-01", "filter[end-date]": "2030-07-05", "page[size]": "2"}

        found = [reader.partner.get(reader.path, query | {"page[number]": str(page)}) for page in (1, 2, 3)]

        days = [each["attributes"]["date"][-2:] for answer in found for each in answer.data]
        assert days == ["01", "02", "03", "04", "05"]
        assert reader.partner.get(reader.path, query | {"page[number]": "4"}).status == 404

    @pytest.mark.parametrize(
        ("start", "end", "parameter"),
        [
            ("2030-07-02", "2030-07-01", "filter[end-date]"),
            ("2030-01-01", "2032-01-02", "filter[end-date]"),
            ("1990-01-01", "1990-01-02", "filter[start-date]"),
            ("9999-12-31", "9999-12-31", "filter[start-date]"),
        ],
    )
    def test_a_range_that_is_not_possible_is_422(self, reader: Reader, start: str, end: str, parameter: str) -> None:
        answer = reader.get(start_date=start, end_date=end)

        assert (answer.status, answer.error["source"]) == (422, {"parameter": parameter})

    def test_the_longest_range_has_731_dates(self, reader: Reader) -> None:
        answer = reader.get(start_date="2030-01-01", end_date="2032-01-01")

        assert answer.document["meta"]["pagination"]["count"] == 731

    @pytest.mark.parametrize("day", ["2030-7-1", "tomorrow", "2030-02-30"])
    def test_a_malformed_date_is_400(self, reader: Reader, day: str) -> None:
        answer = reader.get(start_date=day)

        assert (answer.status, answer.error["source"]) == (400, {"parameter": "filter[start-date]"})

    @pytest.mark.parametrize("day", ["2028-02-29", "2032-02-29"])
    def test_a_leap_day_has_a_year_ago(self, reader: Reader, day: str) -> None:
        assert reader.at(date.fromisoformat(day))["year-ago-volume"] == 0


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "listings"),
        [
            ({"markets": "PT/Lisbon"}, 6),
            ({"markets": "PT/Lisboa"}, 6),
            ({"markets": "portugal/LISBON"}, 6),
            ({"markets": "Lisbon"}, 6),
            ({"markets": "PT"}, 13),
            ({"markets": "Portugal"}, 13),
            ({"markets": "PT/Lisbon,PT/Porto"}, 13),
            ({"markets": "ES"}, 0),
            ({"markets": "ES/Lisbon"}, 0),
            ({"markets": "Atlantis"}, 0),
            ({"markets": "", "cities": "Lisboa"}, 6),
            ({"markets": "", "cities": "Lisbon,Porto"}, 13),
            ({"markets": "PT", "cities": "Porto"}, 7),
            ({"markets": "PT/Lisbon", "cities": "Porto"}, 0),
            ({"markets": "ES", "cities": "Porto"}, 0),
            ({"markets": "PT/Lisbon", "clusters": "Alfama"}, 6),
            ({"markets": "PT", "clusters": "alfama,Baixa"}, 13),
            ({"markets": "PT", "clusters": "Baixa"}, 7),
            ({"markets": "PT/Lisbon", "clusters": "Baixa"}, 0),
            ({"bedrooms": "2"}, 6),
            ({"bedrooms": "0,1,2,3"}, 6),
            ({"bedrooms": "3"}, 0),
            ({"clusters": "Alfama", "bedrooms": "2"}, 6),
        ],
    )
    def test_they_select_the_listings(self, reader: Reader, query: Any, listings: int) -> None:
        market_of(6)
        market_of(7, market=lisbon(city="porto"), neighborhood="Baixa")
        refresh()

        assert reader.at(**query)["listing-count"] == listings

    def test_without_them_the_markets_of_the_users_listings_are_shown(self, partner: Partner) -> None:
        market_of(6)
        own = listing_of(UserFactory(application=partner.application))
        reader = Reader(partner, own.owner)
        refresh()

        assert reader.at(markets="")["listing-count"] == 6  # too few owners would be left besides the other application
        assert Reader(partner).at(markets="")["listing-count"] == 0

    def test_a_market_with_too_few_owners_is_replaced_by_its_country(self, partner: Partner) -> None:
        market_of(6)
        own = listing_of(UserFactory(application=partner.application), market=lisbon(city="evora"))
        reader = Reader(partner, own.owner)
        refresh()

        assert reader.at(markets="PT/Evora")["listing-count"] == 0
        assert reader.at(markets="")["listing-count"] == 6

    def test_towns_with_few_owners_are_counted_together_in_their_country(self, reader: Reader) -> None:
        application = ApplicationFactory()
        for town in ("evora", "beja", "elvas"):
            for owner in owners(2, application=application):
                listing_of(owner, market=lisbon(city=town))
        refresh()

        assert reader.at(markets="PT")["listing-count"] == 6
        assert reader.at(markets="PT/Evora")["listing-count"] == 0

    def test_six_bedrooms_stand_for_more(self, reader: Reader) -> None:
        market_of(6, bedrooms=9)
        refresh()

        assert [reader.at(bedrooms=number)["listing-count"] for number in (6, 8, 5)] == [6, 6, 0]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("bedrooms", "two"),
            ("bedrooms", "-1"),
            ("bedrooms", "1,,2"),
            ("bedrooms", "1.5"),
            ("bedrooms", "1000000000000"),
            ("cities", ",".join(f"city {number}" for number in range(11))),
            ("clusters", "Alfama,"),
            ("markets", "PT/"),
            ("markets", "/Lisbon"),
            ("markets", "x" * 4001),
            ("currency", "euro"),
            ("currency", "XYZ"),
        ],
    )
    def test_a_value_that_is_not_valid_is_400(self, reader: Reader, name: str, value: str) -> None:
        answer = reader.get(**{name: value})

        assert (answer.status, answer.error["source"]) == (400, {"parameter": f"filter[{name}]"})

    def test_an_empty_filter_is_400(self, reader: Reader) -> None:
        assert reader.partner.get(reader.path, {"filter[cities]": ""}).status == 400

    def test_too_many_combinations_are_422(self, reader: Reader) -> None:
        market_of(5)
        refresh()

        answer = reader.get(
            markets="Lisbon", clusters=",".join(["Alfama", *map(str, range(9))]), bedrooms="0,1,2,3,4,5"
        )

        assert answer.status == 422

    def test_an_unknown_parameter_is_400(self, reader: Reader) -> None:
        assert reader.partner.get(reader.path, {"filter[owner]": "1"}).status == 400
        assert reader.partner.get(reader.path, {"sort": "date"}).status == 400

    def test_sparse_fieldsets_leave_the_other_attributes_out(self, reader: Reader) -> None:
        answer = reader.partner.get(reader.path, {"fields[market-insights]": "date,volume", "page[size]": "1"})

        assert answer.data[0]["attributes"].keys() == {"date", "volume"}
        assert reader.partner.get(reader.path, {"fields[market-insights]": "price"}).status == 400


class TestFigures:
    def test_an_empty_installation_answers_zeros(self, reader: Reader) -> None:
        refresh()

        attributes = reader.at(markets="")

        assert len(attributes) == 52
        assert {value for name, value in attributes.items() if name != "date"} == {0}

    def test_amounts_are_whole_units(self, reader: Reader) -> None:
        market_of(6)
        refresh()

        attributes = reader.at()

        assert {name: value for name, value in attributes.items() if value} == {
            "date": "2030-07-01",
            "listing-count": 6,
            "total-count-by-stay-date": 6,
            "checkin-date-count": 6,
            "volume-by-checkin-date": 600,
            "billable-volume-by-checkin-date": 600,
            "sum-lead-time": 180,
            "sum-stay-length": 6,
            "median-lead-time": 32.5,  # the middle of 30 to 35
            "median-stay-length": 1,
            "volume": 600,
            "billable-volume": 600,
            "occupied-days-count": 6,
        }

    def test_yen_have_no_decimals(self, reader: Reader) -> None:
        listings = market_of(5, market=lisbon("JPY"), currency="JPY")
        refresh()

        assert reader.at()["volume"] == 5 * 10000
        assert listings[0].currency == "JPY"

    @pytest.mark.parametrize(
        ("word", "night"),
        [
            ("week-ago", date(2030, 6, 24)),
            ("year-ago", date(2029, 7, 1)),
            ("two-years-ago", date(2028, 7, 1)),
            ("three-years-ago", date(2027, 7, 1)),
            ("four-years-ago", date(2026, 7, 1)),
            ("five-years-ago", date(2025, 7, 1)),
            ("six-years-ago", date(2024, 7, 1)),
        ],
    )
    def test_earlier_dates_are_shown(self, reader: Reader, word: str, night: date) -> None:
        for listing in market_of(5):
            stay(listing, night)
        refresh()

        attributes = reader.at()

        assert attributes[f"{word}-volume"] == 500
        assert attributes[f"{word}-occupied-days-count"] == 5
        if word != "week-ago":
            assert attributes[f"{word}-billable-volume"] == 500
            assert attributes[f"median-lead-time-{word.replace('year-', 'one-year-', word == 'year-ago')}"] == 32.5
        others = {name for name, value in attributes.items() if "ago" in name and value}
        assert all(word in name or "one-year" in name for name in others)

    def test_the_users_own_nights_are_exact(self, partner: Partner) -> None:
        """They are shown however few owners the market has, and before it was ever added up."""
        own = listing_of(UserFactory(application=partner.application))
        stay(own, NIGHT, total=12345)
        stay(own, NIGHT - timedelta(days=366), nights=2, total=20000)
        stay(own, NIGHT, status="held", total=10000, units=2)
        stay(own, NIGHT, status="cancelled")
        stay(own, NIGHT, status="owner")
        stay(own, NIGHT, currency="USD", total=5000)
        stay(listing_of(own.owner, bedrooms=1, neighborhood="Baixa"), total=7000)
        stay(listing_of(UserFactory(application=partner.application)))
        reader = Reader(partner, own.owner)

        def shown(**query: Any) -> tuple[Any, ...]:
            found = reader.at(**query)
            names = ("owner-nights", "owner-volume", "year-ago-owner-nights", "year-ago-owner-volume")
            return tuple(found[name] for name in names)

        assert shown() == shown(markets="") == (5, 293.45, 1, 100)
        assert shown(bedrooms="1") == (1, 70, 0, 0)
        assert shown(clusters="Alfama") == (4, 223.45, 1, 100)
        assert shown(cities="Lisbon", markets="") == shown(markets="PT") == shown()
        assert shown(markets="PT/Porto") == (0, 0, 0, 0)

    def test_own_listings_in_another_currency_are_left_out_unless_one_is_asked_for(self, partner: Partner) -> None:
        own = listing_of(UserFactory(application=partner.application))
        stay(own)
        for number in range(2):
            stay(listing_of(own.owner, market=lisbon("USD"), currency="USD"), total=number)
        reader = Reader(partner, own.owner)

        assert reader.at()["owner-nights"] == reader.at(markets="")["owner-nights"] == 2
        assert reader.get(markets="PT/Lisbon", currency="EUR").status == 422

    def test_a_deleted_listing_is_not_the_users_any_more(self, partner: Partner) -> None:
        own = listing_of(UserFactory(application=partner.application), deleted_at=NOW)
        stay(own)

        assert Reader(partner, own.owner).at()["owner-nights"] == 0


class TestCurrency:
    @pytest.fixture(autouse=True)
    def rates(self) -> None:
        """Two dollars per euro today, and three on a Friday in 2024. A hundred yen per euro today."""
        today = timezone.now().date()
        for day, currency, rate in ((today, "USD", 2), (today, "JPY", 100), (date(2024, 6, 28), "USD", 3)):
            ExchangeRate.objects.create(day=day, currency=currency, per_euro=Decimal(rate))

    def test_amounts_of_coming_nights_are_converted_at_the_newest_rate(self, reader: Reader) -> None:
        market_of(5)
        refresh()

        attributes = reader.at(currency="usd")

        assert (attributes["volume"], attributes["occupied-days-count"]) == (1000, 5)
        assert reader.at()["volume"] == reader.at(currency="EUR")["volume"] == 500

    def test_each_amount_is_converted_at_the_rate_of_its_day(self, reader: Reader) -> None:
        for listing in market_of(5):
            stay(listing, date(2024, 7, 1))  # the Monday after
        refresh()

        attributes = reader.at(currency="USD")

        assert (attributes["volume"], attributes["six-years-ago-volume"]) == (1000, 1500)

    def test_two_currencies_are_converted_through_euros(self, reader: Reader) -> None:
        market_of(5, market=lisbon("JPY"), currency="JPY")
        refresh()

        assert reader.at(currency="USD")["volume"] == 50000 / 100 * 2

    def test_markets_of_several_currencies_are_shown_in_the_first_ones(self, reader: Reader) -> None:
        market_of(5)
        market_of(5, market=lisbon("USD", city="porto"), currency="USD")
        refresh()

        assert reader.at(markets="PT/Lisbon,PT/Porto")["volume"] == 500 + 250
        assert reader.at(markets="PT/Porto,PT/Lisbon")["volume"] == 500 + 1000

    @pytest.mark.parametrize("currency", ["GBP", "CHF"])
    def test_an_unknown_rate_is_422(self, reader: Reader, currency: str) -> None:
        market_of(5)
        refresh()

        answer = reader.get(markets="PT/Lisbon", currency=currency)

        assert (answer.status, answer.error["source"]) == (422, {"parameter": "filter[currency]"})
        assert currency in answer.error["detail"]

    def test_a_rate_holds_for_a_week(self, reader: Reader) -> None:
        for listing in market_of(5):
            stay(listing, date(2024, 7, 5))
            stay(listing, date(2024, 7, 6))
        refresh()

        assert reader.at(date(2024, 7, 5), currency="USD")["volume"] == 1500
        assert reader.get(
            markets="PT", currency="USD", start_date="2024-07-06", end_date="2024-07-06"
        ).status == 422  # fmt: skip

    def test_dates_without_amounts_need_no_rate(self, reader: Reader) -> None:
        market_of(5)
        refresh()

        assert reader.at(NIGHT + timedelta(days=3), currency="GBP")["listing-count"] == 5

    def test_the_users_own_amounts_are_converted(self, partner: Partner) -> None:
        own = listing_of(UserFactory(application=partner.application))
        stay(own)
        reader = Reader(partner, own.owner)

        assert reader.at(currency="USD")["owner-volume"] == 200
        assert reader.get(markets="PT", currency="GBP").status == 422


class TestAccess:
    @pytest.mark.parametrize("scopes", [("user:read",), ("insights:read",), ("listings:read",)])
    def test_both_scopes_are_needed(self, reader: Reader, scopes: tuple[str, ...]) -> None:
        assert reader.partner.with_scopes(*scopes).get(reader.path).status == 403
        assert reader.partner.with_scopes("user:read", "insights:read").get(reader.path).status == 200

    def test_an_app_level_token_reads_those_of_its_users(self, partner: Partner, other_partner: Partner) -> None:
        user = UserFactory(application=partner.application)
        path = f"/users/{user.pk}/market-insights/"

        assert partner.get(path).status == 200
        assert other_partner.get(path).status == 404
        another = CredentialFactory(user__application=partner.application)
        assert partner.as_user(another).get(path).status == 404

    def test_those_of_a_deleted_user_are_not_found(self, partner: Partner) -> None:
        user = UserFactory(application=partner.application, deleted_at=NOW)

        assert partner.get(f"/users/{user.pk}/market-insights/").status == 404


class TestCost:
    @pytest.mark.parametrize("size", ["1", "100"])
    def test_a_page_takes_six_queries(self, size: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        listings = market_of(6)
        reader = Reader(Partner(listings[0].application), listings[0].owner)
        refresh()
        reader.at()  # the first request of a user is recorded as a login

        # the token, the user, the user's markets, the places, their years, the user's stays
        with django_assert_num_queries(6):
            answer = reader.partner.get(
                reader.path,
                {"filter[start-date]": "2030-06-20", "filter[end-date]": "2031-06-20", "page[size]": size},
            )

        assert answer.status == 200

    def test_a_conversion_takes_one_more(
        self, reader: Reader, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        ExchangeRate.objects.create(day=timezone.now().date(), currency="USD", per_euro=Decimal(2))
        market_of(5)
        refresh()
        reader.at()  # the first request of a user is recorded as a login

        # the token, the user, the places, their years, the user's stays, the rates
        with django_assert_num_queries(6):
            assert reader.at(currency="USD")["volume"] == 1000
