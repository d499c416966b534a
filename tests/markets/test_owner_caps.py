"""No owner has more than a fifth of a published sum, also for an application that subtracts what it knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markets.owner_caps import NOTHING, Cap, Contributions, cap_of

# Whole numbers, as amounts in minor units are: their sums are exact.
AMOUNTS = st.lists(st.integers(1, 10**9).map(float), max_size=12)
BY_APPLICATION = st.dictionaries(st.integers(1, 4), AMOUNTS.filter(bool), max_size=4)
# Of errors of rounding.
SLACK = 1 + 1e-9


def cap(amounts: dict[int, list[float]]) -> Cap:
    return cap_of({application: Contributions.of(some) for application, some in amounts.items()})


def counted(amounts: dict[int, list[float]]) -> dict[int, list[float]]:
    """What counts of each amount."""
    found = cap(amounts)
    return {
        application: [min(amount, found.amount) for amount in some]
        for application, some in amounts.items()
        if found.application in (None, application) and found != NOTHING
    }


def flat(amounts: dict[int, list[float]]) -> list[float]:
    return [amount for some in amounts.values() for amount in some]


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ({}, 0),
        ({1: [1.0] * 4}, 0),
        ({1: [1.0] * 5}, 5),
        ({1: [1.0] * 4 + [1000.0]}, 5),
        ({1: [1.0] * 9 + [1000.0]}, 9 + 9 / 4),
        ({1: [2.0] * 5, 2: [2.0] * 5}, 20),
        ({1: [2.0] * 5, 2: [2.0] * 4}, 10),  # the first could tell what the four have
        ({1: [2.0] * 4, 2: [2.0] * 4}, 0),
        ({1: [1.0] * 5, 2: [1000.0] * 6}, 6005),  # nobody has much of what either can tell
        ({1: [1.0] * 4 + [1000.0], 2: [1000.0] * 9}, 14),
    ],
)
def test_sums(amounts: dict[int, list[float]], expected: float) -> None:
    assert sum(flat(counted(amounts))) == pytest.approx(expected)


@given(BY_APPLICATION)
def test_nobody_has_more_than_a_fifth(amounts: dict[int, list[float]]) -> None:
    some = flat(counted(amounts))

    assert len(some) == 0 or len(some) >= 5
    assert all(amount <= sum(some) / 5 * SLACK for amount in some)


@given(BY_APPLICATION)
def test_nobody_has_more_than_a_fifth_of_what_is_left_without_an_application(amounts: dict[int, list[float]]) -> None:
    shown = counted(amounts)

    for application in shown:
        others = flat({name: some for name, some in shown.items() if name != application})
        assert len(others) == 0 or len(others) >= 5
        assert all(amount <= sum(others) / 5 * SLACK for amount in others)


@given(AMOUNTS.filter(lambda amounts: len(amounts) >= 5), st.integers(1, 10**12).map(float))
def test_an_owner_can_raise_a_sum_by_a_quarter_of_what_the_others_have(others: list[float], own: float) -> None:
    """However large the owner's amount is. And it never lowers the sum."""
    without, with_own = sum(flat(counted({1: others}))), sum(flat(counted({1: [*others, own]})))

    assert without <= with_own * SLACK
    assert with_own <= sum(others) * 1.25 * SLACK


@given(BY_APPLICATION)
def test_the_cap_is_as_high_as_it_may_be(amounts: dict[int, list[float]]) -> None:
    """Where nobody has more than a fifth, nothing is cut."""
    without_one = [
        flat({name: some for name, some in amounts.items() if name != application}) for application in amounts
    ]
    is_even = all(
        len(some) >= 5 and max(some) <= sum(some) / 5 / SLACK for some in [*without_one, flat(amounts)] if some
    )
    if amounts and is_even and (len(amounts) == 1 or all(without_one)):
        assert sum(flat(counted(amounts))) == pytest.approx(sum(flat(amounts)))
