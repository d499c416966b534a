"""Who counts how much in a market: nobody's listings decide the prices of others."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from pricing import (
    BookedStay,
    Contribution,
    Contributor,
    ListingFacts,
    MarketStatistics,
    MarketTally,
    Reader,
    Share,
    in_area,
    market_statistics,
    shares,
)
from pricing.market_shares import FEWEST_OWNERS, LARGEST_SHARE
from tests.pricing.test_market_estimate import TODAY, listings_of

Market = dict[Contributor, MarketTally]

HONEST, ATTACKER = 1, 99
FLAT = ListingFacts(currency="EUR", bedrooms=1, listed_on=date(2025, 1, 1))
ANYBODY = Reader()


def stays(nights: Iterable[date], rate: int) -> list[BookedStay]:
    """One-night stays, booked a month ahead, at a rate in whole units."""
    return [
        BookedStay(
            check_in=night,
            check_out=night + timedelta(days=1),
            booked_on=min(night - timedelta(days=30), TODAY),
            total=rate * 100,
        )
        for night in nights
    ]


@cache
def honest_owners() -> list[MarketTally]:
    """Six owners with four listings each."""
    listings = list(listings_of(24))
    return [tally_of(*listings[4 * owner : 4 * owner + 4]) for owner in range(6)]


def honest_market(*, applications: bool = False) -> Market:
    """The six owners: of one application, or each of an application of its own."""
    return {
        Contributor(owner if applications else HONEST, owner): tally
        for owner, tally in enumerate(honest_owners(), start=1)
    }


@cache
def invented(attack: str, *, owners: int) -> Market:
    """Five hundred listings of an attacker, spread over some users of one application."""
    one, several = tally_of((FLAT, ATTACKS[attack])), tally_of()
    several.merge(one, nights=500 / owners)
    return {Contributor(ATTACKER, 1000 + owner): several for owner in range(owners)}


def tally_of(*listings: tuple[ListingFacts, Iterable[BookedStay]]) -> MarketTally:
    tally = MarketTally(today=TODAY, currency="EUR")
    for facts, booked in listings:
        tally.add(facts, booked)
    return tally


@cache
def contribution(tally: MarketTally) -> Contribution:
    return Contribution.of(tally)


def estimate(market: Market, reader: Reader) -> MarketStatistics:
    counted = shares({each: contribution(tally) for each, tally in market.items()}, reader)
    whole = MarketTally(today=TODAY, currency="EUR")
    for each, share in counted.items():
        whole.merge(market[each], **share._asdict())
    return market_statistics(whole)


PAST = [TODAY - timedelta(days=day) for day in range(1, 731)]
COMING = [TODAY + timedelta(days=day) for day in range(366)]
ATTACKS = {
    "dear": stays(PAST, 10_000),
    "cheap": stays(PAST, 1),
    "empty": [],
    "booked out": stays([*PAST, *COMING], 100),
    "one dear week": stays([night for night in PAST if night.month == 3 and night.day <= 7], 900) + stays(PAST[:99], 9),
    "Mondays": stays([night for night in PAST if not night.weekday()], 900) + stays(PAST[1::7], 9),
}


@pytest.mark.parametrize("owners", [1, 500])
@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("reader", [Reader(HONEST), Reader(HONEST, 1), Reader(HONEST, 7)], ids=str)
def test_five_hundred_invented_listings_hardly_move_the_estimates_of_another_application(
    attack: str, owners: int, reader: Reader
) -> None:
    before = estimate(honest_market(), reader)

    after = estimate(honest_market() | invented(attack, owners=owners), reader)

    # A fifth of the nights, at twice the usual rate at most, and always sold.
    assert after.levels[1] == pytest.approx(before.levels[1], rel=0.26)
    assert after.season == pytest.approx(before.season, abs=0.3)
    # A fifth of the nights, at three times the usual rate at most.
    assert after.day_of_week == pytest.approx(before.day_of_week, abs=0.4)
    assert after.occupancy == pytest.approx(before.occupancy, abs=0.15)
    assert [night.ratio for night in after.pace] == pytest.approx([night.ratio for night in before.pace], abs=0.2)


@pytest.mark.parametrize("attack", ["dear", "empty", "booked out"])
def test_an_owner_counts_as_little_for_the_other_owners_of_the_application(attack: str) -> None:
    before = estimate(honest_market(), Reader(HONEST, 1))
    mate = {Contributor(HONEST, 7): invented(attack, owners=1)[Contributor(ATTACKER, 1000)]}

    after = estimate(honest_market() | mate, Reader(HONEST, 1))

    assert after.levels[1] == pytest.approx(before.levels[1], rel=0.25)
    assert after.occupancy == pytest.approx(before.occupancy, abs=0.15)


def contributions(amounts: dict[Contributor, float]) -> dict[Contributor, Contribution]:
    """Owners with the same amount in every group of nights."""
    size = len(Contribution.of(tally_of()).amounts)
    return {
        each: Contribution([amount] * size, booked=amount, past=amount, sold=amount, revenue=100 * amount)
        for each, amount in amounts.items()
    }


def test_no_application_has_more_than_a_fifth() -> None:
    amounts = {Contributor(application, application): 10_000.0 for application in range(1, 7)}
    amounts |= {Contributor(ATTACKER, owner): 10_000.0 for owner in range(100, 150)}

    counted = shares(contributions(amounts), ANYBODY)

    honest = sum(counted[each].nights * amounts[each] for each in counted if each.application != ATTACKER)
    theirs = sum(counted[each].nights * amounts[each] for each in counted if each.application == ATTACKER)
    assert honest == 60_000
    assert theirs / (honest + theirs) == pytest.approx(LARGEST_SHARE, abs=0.01)


def test_no_other_owner_has_more_than_a_fifth_but_the_readers_own_listings_count_in_full() -> None:
    large, own = Contributor(HONEST, 7), Contributor(HONEST, 8)
    amounts = {Contributor(HONEST, owner): 1000.0 for owner in range(1, 7)} | {large: 50_000.0, own: 50_000.0}

    counted = shares(contributions(amounts), Reader(HONEST, own.owner))

    assert counted[own] == Share(1.0)
    total = sum(counted[each].nights * amounts[each] for each in counted)
    assert counted[large].nights * amounts[large] / total == pytest.approx(LARGEST_SHARE, abs=0.01)


def test_others_count_from_five_owners_with_bookings_on() -> None:
    own = Contributor(HONEST, 1)
    others = [Contributor(HONEST, owner) for owner in range(2, 2 + FEWEST_OWNERS)]
    idle = replace(contributions({own: 1000.0})[own], booked=0)
    reader = Reader(HONEST, own.owner)

    few = contributions(dict.fromkeys([own, *others[:-1]], 1000.0)) | {others[-1]: idle}
    enough = contributions(dict.fromkeys([own, *others], 1000.0))

    assert shares(few, reader) == {own: Share(1.0)}
    assert shares(enough, reader).keys() == {own, *others}
    assert shares(few, Reader(HONEST, 77)).keys() == few.keys()


def test_a_rate_far_from_the_market_counts_as_twice_the_rate_of_the_market() -> None:
    several = contributions({Contributor(HONEST, owner): 1000.0 for owner in range(1, 8)})
    dear = Contributor(HONEST, 7)
    several[dear] = replace(several[dear], revenue=1_000_000.0)

    assert shares(several, Reader(HONEST))[dear].rates == pytest.approx(0.2)
    assert shares(several, Reader(*dear))[dear].rates == 1


def test_many_equal_owners_count_in_full() -> None:
    market = honest_market(applications=True)
    counted = shares({each: contribution(tally) for each, tally in market.items()}, ANYBODY)

    assert set(counted.values()) == {Share(1.0)}


def test_the_wider_area_completes_a_market_with_few_owners() -> None:
    area = estimate(honest_market(applications=True), ANYBODY)
    own = market_statistics(tally_of((FLAT, stays(PAST[::20], 250))), country="PT", city="lisbon")

    completed = in_area(own, area)

    assert completed.is_active
    assert completed.levels == own.levels
    assert completed.pace == own.pace
    assert (completed.country, completed.city) == ("PT", "lisbon")
    for ours, mixed, theirs in zip(own.season, completed.season, area.season, strict=True):
        assert min(ours, theirs) <= mixed <= max(ours, theirs)
    assert in_area(market_statistics(tally_of()), area).season == area.season
