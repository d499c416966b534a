"""What two scrapes of a listing say about its nights. Days are counted from the first scrape."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from markets.merging import KEPT_DAYS, LONGEST_GAP, Seen, merged
from markets.public_nights import BLOCKED, BOOKED, PublicNights

FIRST = date(2026, 1, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def scrape(states: str, first: int = 0, price: int = 10_000, min_stay: int = 2) -> dict[int, Seen]:
    start = day(first).toordinal()
    return {start + index: (state == "t", price, min_stay) for index, state in enumerate(states)}


def merge(known: PublicNights | None, seen: dict[int, Seen], at: int, listing_price: int | None = None) -> PublicNights:
    return merged(known, seen, day=day(at), listing_price=listing_price)


def test_at_the_first_sight_nobody_knows_why_a_night_is_not_available() -> None:
    assert merge(None, scrape("ttfft"), 0).states == "aauua"


def test_a_night_that_vanishes_is_booked_at_the_last_price_at_which_it_was_available() -> None:
    first = merge(None, scrape("ttttt", price=10_000), 0)
    second = merge(first, scrape("tfft", first=1, price=15_000), 1)

    assert second.states == "aabba"
    assert list(second.prices) == [10_000, 15_000, 10_000, 10_000, 15_000]
    assert [second.booked_on(day(night)) for night in range(5)] == [None, None, day(1), day(1), None]
    assert (second.taken_at(day(1), BOOKED), second.taken_at(day(1), BLOCKED)) == (2, 0)


def test_a_booked_night_stays_booked_since_its_first_day() -> None:
    nights = merge(None, scrape("ttt"), 0)
    for at in (1, 2):
        nights = merge(nights, scrape("f", first=2, price=99_900), at)

    assert (nights.states, nights.price(day(2)), nights.booked_on(day(2))) == ("aab", 10_000, day(1))


def test_a_cancelled_night_is_available_again() -> None:
    nights = merge(merge(None, scrape("ttt"), 0), scrape("tft"), 1)
    nights = merge(nights, scrape("ttt", price=8_000), 2)

    assert (nights.states, nights.price(day(1)), nights.booked_on(day(1))) == ("aaa", 8_000, None)


def test_a_night_that_was_never_available_stays_unknown() -> None:
    nights = merge(merge(None, scrape("ff"), 0), scrape("ff", price=12_000), 1)

    assert (nights.states, nights.price(day(0))) == ("uu", 12_000)


def test_past_nights_are_kept_with_what_was_last_seen() -> None:
    nights = merge(merge(None, scrape("ttft"), 0), scrape("tt", first=30), 30)

    assert nights.states == "aaua" + "?" * 26 + "aa"


def test_nights_of_more_than_three_years_ago_are_forgotten() -> None:
    nights = merge(merge(None, scrape("tttt"), 0), scrape("t", first=KEPT_DAYS + 2), KEPT_DAYS + 2)

    assert (nights.first_night, nights.last_night) == (day(2), day(KEPT_DAYS + 2))


def test_a_long_gap_that_vanishes_at_once_is_blocked() -> None:
    nights = merge(merge(None, scrape("t" * 100), 0), scrape("t" * 20 + "f" * LONGEST_GAP + "t" * 20), 1)

    assert nights.states == "a" * 20 + "x" * LONGEST_GAP + "a" * 20
    assert (nights.booked_on(day(30)), nights.price(day(30))) == (None, 10_000)
    assert (nights.taken_at(day(1), BOOKED), nights.taken_at(day(1), BLOCKED)) == (0, LONGEST_GAP)


def test_a_shorter_gap_is_booked() -> None:
    nights = merge(merge(None, scrape("t" * 100), 0), scrape("t" * 20 + "f" * (LONGEST_GAP - 1) + "t" * 21), 1)

    assert nights.states.count("b") == LONGEST_GAP - 1


def test_bookings_within_a_season_that_is_closed_stay_booked() -> None:
    nights = merge(None, scrape("t" * 100), 0)
    nights = merge(nights, scrape("t" * 40 + "fff" + "t" * 57), 1)
    nights = merge(nights, scrape("t" * 10 + "f" * 90), 2)

    assert nights.states == "a" * 10 + "x" * 30 + "bbb" + "x" * 57


def test_a_listing_price_stands_for_prices_that_newer_calendars_lack() -> None:
    nights = merge(None, scrape("tt", price=-1), 0, listing_price=7_700)
    nights = merge(nights, scrape("tf", price=-1), 1, listing_price=9_900)

    assert list(nights.prices) == [9_900, 7_700]


def test_a_price_that_vanishes_from_the_file_is_not_forgotten() -> None:
    nights = merge(merge(None, scrape("tt"), 0), scrape("tt", price=-1, min_stay=0), 1)

    assert (list(nights.prices), list(nights.min_stays)) == ([10_000, 10_000], [2, 2])


def test_an_empty_scrape_changes_nothing() -> None:
    nights = merge(None, scrape("tf"), 0)

    assert merge(nights, {}, 1) == nights
    assert len(merge(None, {}, 1)) == 0


calendars = st.lists(st.tuples(st.integers(0, 5), st.text("tf", min_size=1, max_size=90)), min_size=1, max_size=4)


@given(calendars)
def test_merging_a_scrape_again_changes_nothing(scrapes: list[tuple[int, str]]) -> None:
    nights = None
    for at, (shift, states) in enumerate(scrapes):
        nights = merge(nights, scrape(states, first=at + shift), at)

        assert merge(nights, scrape(states, first=at + shift), at) == nights


@given(st.text("tf", min_size=90, max_size=90), st.integers(1, 89))
def test_a_scrape_that_was_merged_in_part_is_completed(states: str, cut: int) -> None:
    before = merge(None, scrape("t" * 90), 0)
    whole = scrape(states)
    part = dict(list(whole.items())[:cut])

    assert merge(merge(before, part, 1), whole, 1) == merge(before, whole, 1)
