"""What counts in which figure: reservations of synced listings, and nights of public calendars."""

from array import array
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from jobs.models import Job
from jobs.queue import enqueue
from jobs.worker import JobWorker
from listings.models import ChannelCalendar, Listing, Market
from markets.insight_days import (
    LEAD_TIMES,
    ROWS,
    Figure,
    YearOfDays,
    lead_row,
    median_lead_time,
    median_stay_length,
    stay_row,
)
from markets.insight_sources import Stay, Window, count_listing
from markets.models import InsightPlace, InsightYear, PublicCalendar, PublicListing, PublicMarket, Scrape
from markets.public_nights import DAY_OFFSET, PublicNights
from markets.services.insights import know_places, refresh_insights, refresh_place
from tests.factories import UserFactory
from tests.markets.insight_world import NIGHT, NOW, TODAY, lisbon, listing_of, market_of, owners, refresh, stay, stored

YESTERDAY = NIGHT - timedelta(days=1)


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def listings(count: int = 5, **facts: Any) -> list[Listing]:
    first = UserFactory()
    return [listing_of(owner, **facts) for owner in [first, *owners(count - 1, application=first.application)]]


@pytest.mark.django_db
class TestStays:
    def figures(self, day: date = NIGHT) -> dict[str, float]:
        return {figure.name: value for figure in Figure if (value := stored(figure, day))}

    def all_stay(self, night: date = NIGHT, nights: int = 2, **facts: Any) -> None:
        for listing in listings():
            stay(listing, night, nights, **facts)
        refresh()

    def test_a_confirmed_stay(self) -> None:
        self.all_stay(booked_at=at(NIGHT - timedelta(days=10)))

        assert self.figures() == {
            "LISTINGS": 5, "TAKEN": 5, "VOLUME": 50000, "BILLABLE": 50000, "STAYS": 5, "CHECKINS": 5,
            "CHECKIN_VOLUME": 100000, "CHECKIN_BILLABLE": 100000, "LEAD_DAYS": 50, "STAY_NIGHTS": 10,
        }  # fmt: skip
        assert self.figures(NIGHT + timedelta(days=1)) == {
            "LISTINGS": 5, "TAKEN": 5, "VOLUME": 50000, "BILLABLE": 50000, "STAYS": 5,
        }  # fmt: skip
        assert self.figures(NIGHT + timedelta(days=2)) == {"LISTINGS": 5, "AVAILABLE": 5}
        assert self.figures(NIGHT - timedelta(days=10)) == {
            "LISTINGS": 5, "AVAILABLE": 5, "BOOKED": 5, "BOOKED_VOLUME": 100000, "BOOKED_BILLABLE": 100000, "MADE": 5,
        }  # fmt: skip

    def test_a_reservation_on_hold_is_not_billable(self) -> None:
        self.all_stay(nights=1, status="held")

        found = self.figures()
        assert (found["TAKEN"], found["VOLUME"], found["CHECKIN_VOLUME"]) == (5, 50000, 50000)
        assert not found.keys() & {"BILLABLE", "CHECKIN_BILLABLE"}

    def test_a_cancelled_reservation(self) -> None:
        self.all_stay(status="cancelled", cancelled_at=at(YESTERDAY), booked_at=at(YESTERDAY))

        assert self.figures() == {"LISTINGS": 5, "AVAILABLE": 5, "STAYS": 5, "CANCELLED_STAYS": 5}
        assert self.figures(YESTERDAY) == {
            "LISTINGS": 5, "AVAILABLE": 5, "MADE": 5, "CANCELLED_MADE": 5, "CANCELLED": 5,
        }  # fmt: skip

    def test_a_stay_of_the_owner_only_takes_its_nights(self) -> None:
        self.all_stay(status="owner")

        assert self.figures() == {"LISTINGS": 5}

    def test_a_payment_in_another_currency_counts_as_nothing(self) -> None:
        self.all_stay(nights=1, currency="USD")

        assert "VOLUME" not in self.figures()
        assert self.figures()["TAKEN"] == 5

    def test_a_stay_over_new_year_counts_in_both_years(self) -> None:
        self.all_stay(date(2029, 12, 31))

        assert stored(Figure.VOLUME, date(2029, 12, 31)) == stored(Figure.VOLUME, date(2030, 1, 1)) == 50000

    def test_closed_nights_are_not_available(self) -> None:
        for listing in listings():
            ChannelCalendar.objects.create(listing=listing, first_night=NIGHT, availability="xab")
        refresh()

        nights = [NIGHT + timedelta(days=day) for day in range(-1, 4)]
        assert [stored(Figure.AVAILABLE, night) for night in nights] == [5, 0, 5, 0, 5]

    def test_units_are_counted(self) -> None:
        for listing in listings(units=4):
            stay(listing, units=3)
        refresh()

        assert (stored(Figure.TAKEN), stored(Figure.AVAILABLE), stored(Figure.STAYS)) == (15, 5, 5)

    def test_a_listing_is_known_from_its_first_stay_on(self) -> None:
        added = NIGHT - timedelta(days=20)
        for listing in listings(created_at=at(added)):
            stay(listing, added - timedelta(days=5))
        refresh()

        known = [stored(Figure.LISTINGS, added - timedelta(days=day)) for day in (6, 5, 0)]
        assert known == [0, 5, 5]
        assert [stored(Figure.ADDED, day) for day in (added, added + timedelta(days=1))] == [5, 0]

    def test_days_are_those_of_the_listing(self) -> None:
        for listing in listings(timezone="Pacific/Auckland"):
            stay(listing, booked_at=at(YESTERDAY, 20))  # the next day there
        refresh()

        assert (stored(Figure.BOOKED, YESTERDAY), stored(Figure.BOOKED, NIGHT)) == (0, 5)

    def test_a_stay_without_nights_or_of_years_is_an_error_of_its_channel(self) -> None:
        numbers: dict[int, float] = {}
        window = Window.of(2030, until=date(2030, 12, 31))
        stays = [
            Stay("booked", NIGHT, NIGHT + timedelta(days=days), 1, 100, "EUR", NOW, None) for days in (-1, 0, 1001)
        ]

        count_listing(numbers, window, listing_of(UserFactory()), stays, None, None)

        assert {position // 366 for position in numbers} == {Figure.AVAILABLE, Figure.LISTINGS}


@pytest.mark.django_db
class TestPublicListings:
    def public(self, states: str, taken_on: list[int] | None = None, **facts: Any) -> PublicListing:
        """A public listing whose nights begin at NIGHT and cost 90.00, as in Lisbon's file."""
        market, _ = PublicMarket.objects.get_or_create(
            source="inside-airbnb", city="Lisboa", country="Portugal", currency="EUR"
        )
        number = PublicListing.objects.count()
        facts = {"bedrooms": 2, "neighborhood": "Alfama", "first_seen_on": YESTERDAY, "last_seen_on": NIGHT} | facts
        listing = PublicListing.objects.create(market=market, public_id=str(number), **facts)
        nights = PublicNights(
            NIGHT,
            states,
            array("q", [9000] * len(states)),
            array("H", [0] * len(states)),
            array("H", taken_on or [0] * len(states)),
        )
        PublicCalendar.objects.create(listing=listing, **nights.packed())
        return listing

    def test_their_figures_are_exact(self) -> None:
        seen = DAY_OFFSET - 20
        self.public("bba?x", [seen, seen, 0, 0, 0])
        refresh()

        days = [NIGHT + timedelta(days=day) for day in range(5)]
        assert [stored(Figure.TAKEN, day) for day in days] == [1, 1, 0, 0, 0]
        assert [stored(Figure.AVAILABLE, day) for day in days] == [0, 0, 1, 0, 0]
        assert [stored(Figure.LISTINGS, day) for day in days] == [1, 1, 1, 0, 1]
        assert [stored(Figure.VOLUME, day) for day in days[:2]] == [9000, 9000]
        assert (stored(Figure.CHECKINS), stored(Figure.CHECKIN_VOLUME)) == (1, 18000)
        assert (stored(Figure.LEAD_DAYS), stored(Figure.STAY_NIGHTS)) == (20, 2)
        booked_on = NIGHT - timedelta(days=20)
        assert (stored(Figure.BOOKED, booked_on), stored(Figure.BOOKED_VOLUME, booked_on)) == (1, 18000)
        assert stored(Figure.ADDED, YESTERDAY) == 1
        assert [stored(figure) for figure in (Figure.BILLABLE, Figure.CHECKIN_BILLABLE, Figure.CANCELLED)] == [0, 0, 0]

    def test_nights_that_two_scrapes_found_booked_are_two_stays(self) -> None:
        self.public("bbb", [DAY_OFFSET - 20, DAY_OFFSET - 20, DAY_OFFSET - 10])
        refresh()

        assert [stored(Figure.CHECKINS, NIGHT + timedelta(days=day)) for day in range(3)] == [1, 0, 1]

    def test_they_are_shown_beside_few_synced_listings(self) -> None:
        market_of(4)
        self.public("b")
        refresh()

        assert stored(Figure.TAKEN) == 1

    def test_they_are_added_to_synced_listings(self) -> None:
        market_of(5)
        self.public("b")
        refresh()

        assert (stored(Figure.TAKEN), stored(Figure.VOLUME), stored(Figure.BILLABLE)) == (6, 59000, 50000)
        assert stored(Figure.TAKEN, city="") == 6

    def test_every_part_is_shown(self) -> None:
        self.public("b")
        self.public("b", bedrooms=None, neighborhood="")
        refresh()

        parts = InsightYear.objects.filter(place__city="lisbon", year=2030).values_list("bedrooms", "cluster")
        assert set(parts) == {(-1, ""), (2, ""), (-1, "alfama"), (2, "alfama")}
        assert (stored(Figure.TAKEN), stored(Figure.TAKEN, bedrooms=2, cluster="alfama")) == (2, 1)

    def test_an_import_makes_its_place_due(self) -> None:
        listing = self.public("b")
        refresh()
        later = NOW + timedelta(hours=1)
        Scrape.objects.create(market=listing.market, day=TODAY, imported_at=later)
        PublicListing.objects.all().delete()

        enqueue("refresh_insights", now=later)
        JobWorker(clock=lambda: later).run_one()

        assert not InsightYear.objects.exists()


@pytest.mark.django_db
class TestRefreshing:
    def run(self, now: datetime = NOW) -> Job:
        job = enqueue("refresh_insights", now=now)
        JobWorker(clock=lambda: now).run_one()
        job.refresh_from_db()
        return job

    def test_the_job_adds_up_every_place(self) -> None:
        market_of(5)

        job = self.run()

        assert (job.state, job.progress) == ("succeeded", {"places": 2})
        assert stored(Figure.TAKEN) == stored(Figure.TAKEN, city="") == 5

    def test_a_fresh_place_is_left_alone(self) -> None:
        market_of(5)
        self.run()

        assert self.run(NOW + timedelta(hours=1)).progress == {"places": 0}
        assert self.run(NOW + timedelta(hours=21)).progress == {"places": 2}

    def test_a_second_run_changes_nothing(self) -> None:
        market_of(5)
        refresh()
        before = sorted(InsightYear.objects.values_list("place", "bedrooms", "cluster", "year", "days"))

        refresh()

        assert sorted(InsightYear.objects.values_list("place", "bedrooms", "cluster", "year", "days")) == before

    def test_the_batch_size_changes_nothing(self) -> None:
        market_of(7)
        refresh()
        before = stored(Figure.VOLUME)
        place = InsightPlace.objects.get(city="lisbon")

        refresh_place(place, NOW, batch_size=2)

        assert stored(Figure.VOLUME) == before == 70000

    def test_places_that_have_gone_are_removed(self) -> None:
        market_of(5)
        refresh()
        Market.objects.all().delete()

        know_places()

        assert not InsightPlace.objects.exists()

    def test_a_job_gives_way_after_each_place(self) -> None:
        market_of(5)
        lisbon(city="porto")
        runs: list[int] = []

        class Waited:
            """A job that is asked to give way."""

            def __init__(self) -> None:
                self.now = lambda: NOW

            def keep_lease(self) -> None: ...
            def fence(self) -> None: ...
            def report(self, **progress: Any) -> None: ...
            def give_way_if_others_wait(self) -> None:
                runs.append(InsightPlace.objects.exclude(refreshed_at=None).count())

        refresh_insights(Waited())  # type: ignore[arg-type]

        assert runs == [1, 2, 3]


class TestDays:
    def test_a_year_survives_packing(self) -> None:
        days = YearOfDays()
        days.numbers[0], days.numbers[-1] = 1.5, 7

        assert YearOfDays.unpack(days.pack()).numbers == days.numbers
        assert len(days.day(365)) == ROWS

    @pytest.mark.parametrize(
        ("leads", "median"), [([], 0), ([3], 3), ([1, 2], 1.5), ([0, 5, 300], 5), ([8, 9], 8.5), ([700], 355)]
    )
    def test_medians_of_lead_times(self, leads: list[int], median: float) -> None:
        rows = [0.0] * ROWS
        for lead in leads:
            rows[lead_row(lead)] += 1

        assert median_lead_time(rows) == median
        assert median_stay_length(rows) == 0

    def test_medians_are_near_the_exact_ones(self) -> None:
        for days in range(LEAD_TIMES[-1]):
            rows = [0.0] * ROWS
            rows[lead_row(days)] = 3
            assert abs(median_lead_time(rows) - days) <= max(0.5, days * 0.11)

    def test_medians_of_stays(self) -> None:
        rows = [0.0] * ROWS
        for nights in (1, 2, 2, 7):
            rows[stay_row(nights)] += 1

        assert median_stay_length(rows) == 2
