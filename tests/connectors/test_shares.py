"""Fair shares of the limit of our address. The clock stands still in the middle of a slice."""

import time
from collections.abc import Callable

import pytest
from limits.storage import Storage

from connectors.pacing import Pace
from connectors.shares import LONGEST_TURNED_AWAY, ShareUsedUp
from connectors.wire import RateLimit

LIMIT = RateLimit(15, 60, "address")
PaceOf = Callable[..., Pace]


@pytest.fixture(autouse=True)
def not_at_the_end_of_a_slice() -> None:
    if LIMIT.seconds - time.time() % LIMIT.seconds < 5:
        time.sleep(5.1)


@pytest.fixture
def of(storage: Storage) -> PaceOf:
    def make(application: str, account: str = "1", limit: RateLimit = LIMIT, **kind: bool) -> Pace:
        return Pace([limit], channel="seaside", account=account, storage=storage, application=application, **kind)

    return make


def taken(pace: Pace, most: int = 100) -> int:
    """How many requests may be sent now."""
    return next((number for number in range(most) if pace.take() > 0), most)


def test_background_work_that_is_alone_leaves_only_what_people_may_need(of: PaceOf) -> None:
    assert taken(of("a", in_background=True)) == 13
    assert taken(of("b")) == 2


def test_applications_that_ask_together_get_equal_shares(of: PaceOf) -> None:
    paces = [of(application, in_background=True) for application in ("a", "b")]
    counts = [0, 0]
    for _ in range(15):
        for number, pace in enumerate(paces):
            counts[number] += pace.take() == 0

    assert sum(counts) == 13
    assert max(counts) - min(counts) <= 1


def test_who_comes_second_finds_room(of: PaceOf) -> None:
    """The first has its share and most of the rest, but not all of it."""
    second = of("b", in_background=True)
    second.take()
    first = taken(of("a", in_background=True))

    assert first < 12
    assert second.take() == 0


def test_once_others_need_it_everybody_keeps_to_its_share(of: PaceOf) -> None:
    limit = RateLimit(20, 2, "address")
    pace, other = of("a", limit=limit, in_background=True), of("b", limit=limit, in_background=True)
    time.sleep(2 - time.time() % 2)
    assert taken(pace) == 18
    assert other.take() > 0
    time.sleep(2 - time.time() % 2 + 0.1)
    assert other.take() == 0  # It is known to ask in this slice too.

    assert taken(pace) <= 11
    assert taken(other) >= 6


def test_the_accounts_of_an_application_share_its_part(of: PaceOf) -> None:
    paces = [of("a", account, in_background=True) for account in ("1", "2", "3")] + [of("b", in_background=True)]
    counts = [0] * 4
    for _ in range(15):
        for number, pace in enumerate(paces):
            counts[number] += pace.take() == 0

    assert sum(counts) == 13
    assert counts[3] >= 4
    assert min(counts[:3]) >= 2


def test_connects_of_one_application_leave_half_to_the_others(of: PaceOf) -> None:
    """One partner posts wrong credentials, on as many connections as it likes."""
    guesses = sum(taken(of("a", "connecting")) for _ in range(4))

    assert guesses == 7
    assert [of(application, "connecting").take() for application in "bcdefghi"] == [0.0] * 8


def test_people_leave_a_third_to_background_work(of: PaceOf) -> None:
    background = of("z", in_background=True)
    assert background.take() == 0
    people = sum(taken(of(application, "connecting")) for application in "abcd")

    assert people == 10
    assert taken(background) == 2  # the rest, without the spare requests


def test_background_work_starts_for_as_many_accounts_as_the_limit_serves(of: PaceOf) -> None:
    started = 0
    waits = []
    for number in range(40):
        try:
            of("a", str(number), in_background=True).take()
            started += 1
        except ShareUsedUp as used_up:
            waits.append(used_up.wait)

    assert started == 13
    assert all(2 <= wait <= LONGEST_TURNED_AWAY for wait in waits)
    assert waits[-1] > 7


def test_an_application_whose_accounts_wait_does_not_keep_another_waiting(of: PaceOf) -> None:
    for number in range(13):
        of("a", str(number), in_background=True).take()

    of("b", in_background=True).take()  # starts


def test_urgent_work_is_not_turned_away(of: PaceOf) -> None:
    for number in range(13):
        of("a", str(number), in_background=True).take()

    of("a", "urgent", in_background=True, is_urgent=True).take()


def test_work_that_has_started_is_not_turned_away(of: PaceOf) -> None:
    limit = RateLimit(10, 2, "address")
    started = [of("a", str(number), limit=limit, in_background=True) for number in range(8)]
    for pace in started:
        pace.take()
    time.sleep(2 - time.time() % 2 + 0.1)
    with pytest.raises(ShareUsedUp):
        of("a", "new", limit=limit, in_background=True).take()

    for pace in started:
        pace.take()
