"""The store of clients' writes: what is remembered in memory says the same as the file."""

from functools import reduce
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sandbox.store import NightChange, Store

LISTING, FIRST, LAST = 7, 100, 104
changes = some.builds(
    NightChange, price=some.none() | some.sampled_from([80.0, 90.0]), min_stay=some.none() | some.integers(1, 3)
)
writes = some.tuples(some.integers(1, 9), some.lists(some.tuples(some.integers(FIRST, LAST), changes), max_size=4))


def combined(written: list[tuple[int, list[tuple[int, NightChange]]]], at: int) -> dict[int, NightChange]:
    """The changes up to an instant, one after the other; those of the same instant in the order of writing."""
    found: dict[int, list[NightChange]] = {}
    for _, part in sorted((write for write in written if write[0] <= at), key=lambda write: write[0]):
        for night, change in part:
            found.setdefault(night, []).append(change)
    return {night: reduce(NightChange.then, parts) for night, parts in found.items()}


@given(some.lists(writes, max_size=6), some.booleans())
@settings(max_examples=200)
def test_nights_are_the_combined_changes_up_to_the_instant(
    written: list[tuple[int, list[tuple[int, NightChange]]]], is_asked_between: bool
) -> None:
    store = Store(":memory:")
    for number, (at, part) in enumerate(written, 1):
        store.change_nights(LISTING, part, at=at)
        if is_asked_between:
            assert store.nights(LISTING, FIRST, LAST, at=9) == combined(written[:number], 9)

    for at in range(10):
        assert store.nights(LISTING, FIRST, LAST, at=at) == combined(written, at)
    instants = [at for at, part in written if part]
    assert store.first_night_change(LISTING) == min(instants, default=None)
    assert store.nights(LISTING + 1, FIRST, LAST, at=9) == {}
    store.close()


def test_another_process_goes_on_where_the_file_ends(tmp_path: Path) -> None:
    path = str(tmp_path / "sandbox.sqlite3")
    for at, price in ((1, 80.0), (2, 90.0)):
        store = Store(path)
        store.change_nights(LISTING, [(FIRST, NightChange(price=price))], at=at)
        store.close()

    store = Store(path)

    assert store.nights(LISTING, FIRST, LAST, at=2) == {FIRST: NightChange(price=90.0)}
    assert store.nights(LISTING, FIRST, LAST, at=1) == {FIRST: NightChange(price=80.0)}
    store.clear()
    assert store.nights(LISTING, FIRST, LAST, at=2) == {}
    assert store.first_night_change(LISTING) is None
    store.close()


def test_a_refused_write_changes_nothing() -> None:
    store = Store(":memory:")
    store.change_nights(LISTING, [(FIRST, NightChange(price=80.0))], at=1)

    with pytest.raises(Exception, match="type"):
        store.change_nights(LISTING, [(FIRST, NightChange(price=90.0)), (LAST, NightChange(price=object()))], at=2)  # type: ignore[arg-type]

    assert store.nights(LISTING, FIRST, LAST, at=2) == {FIRST: NightChange(price=80.0)}
    store.close()
