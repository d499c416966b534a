"""When deliveries are tried again."""

from datetime import timedelta

import pytest

from tests.factories import EPOCH
from webhooks.retrying import LONGEST_REST, WAITS, rest_after, retry_after, wait_after


def test_the_waits_take_three_days_together() -> None:
    assert timedelta(days=3) < sum(WAITS, timedelta(0)) < timedelta(days=3.2)
    assert list(WAITS) == sorted(WAITS)


def test_a_wait_is_varied_upwards_by_a_tenth() -> None:
    waits = {wait_after(2) for _ in range(50)}

    assert len(waits) > 10
    assert all(wait is not None and WAITS[1] <= wait <= WAITS[1] * 1.1 for wait in waits)


def test_after_the_last_attempt_there_is_no_wait() -> None:
    assert wait_after(len(WAITS)) is not None
    assert wait_after(len(WAITS) + 1) is None


def test_a_receiver_may_ask_for_a_longer_wait_only() -> None:
    assert wait_after(1, retry_after=timedelta(minutes=20)) == timedelta(minutes=20)
    assert (wait_after(3, retry_after=timedelta(seconds=1)) or timedelta(0)) >= WAITS[2]


@pytest.mark.parametrize(
    ("stated", "wait"),
    [
        ("0", timedelta(0)), (" 90 ", timedelta(seconds=90)), ("99999999999999999", timedelta(hours=1)),
        ("Tue, 01 Jan 2030 00:10:00 GMT", timedelta(minutes=10)), ("Tue, 01 Jan 2030 00:10:00", timedelta(minutes=10)),
        ("Mon, 31 Dec 2029 00:00:00 GMT", timedelta(0)), ("Wed, 01 Jan 2031 00:00:00 GMT", timedelta(hours=1)),
        ("", None), (None, None), ("soon", None), ("-5", None), ("1.5", None), ("٣", None),
        ("Tue, 99 Jan 2030 00:10:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms(stated: str | None, wait: timedelta | None) -> None:
    assert retry_after(stated, EPOCH) == wait


def test_a_rest_grows_with_the_time_of_failing() -> None:
    assert timedelta(seconds=5) <= rest_after(timedelta(0)) <= timedelta(seconds=5.5)
    assert timedelta(seconds=60) <= rest_after(timedelta(minutes=10)) <= timedelta(seconds=66)
    assert LONGEST_REST <= rest_after(timedelta(days=2)) <= LONGEST_REST * 1.1
