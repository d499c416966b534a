"""How comparable two homes are."""

from dataclasses import replace

import pytest

from markets.comparing import Box, Home, difference, distance_km, is_same_home, room_type_of

HOME = Home(38.7, -9.1, title="Casa do Rio", bedrooms=2, room_type="entire_home", price=100, currency="EUR")


def test_a_degree_of_latitude_is_about_111_km() -> None:
    assert distance_km(38, -9, 39, -9) == pytest.approx(111.2, abs=0.1)
    assert distance_km(60, 10, 60, 11) == pytest.approx(55.6, abs=0.1)
    assert distance_km(10, 179.9, 10, -179.9) == pytest.approx(21.9, abs=0.1)


def test_equal_homes_at_one_place_do_not_differ() -> None:
    assert difference(HOME, HOME, 0) == 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"bedrooms": 4}, 3.0),
        ({"bedrooms": None}, 0.75),
        ({"room_type": "Private room"}, 4.0),
        ({"room_type": None}, 1.0),
        ({"room_type": "Entire home/apt"}, 0.0),
        ({"price": 200}, 2.0),
        ({"price": 50}, 2.0),
        ({"price": None}, 0.5),
        ({"price": 0}, 0.5),
        ({"currency": "USD"}, 0.5),
    ],
)
def test_each_difference_has_a_weight_in_kilometres(changes: dict[str, object], expected: float) -> None:
    other = replace(HOME, **changes)  # type: ignore[arg-type]

    assert difference(HOME, other, 0) == pytest.approx(expected)
    assert difference(other, HOME, 0) == pytest.approx(expected)
    assert difference(HOME, other, 1.5) == pytest.approx(expected + 1.5)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Entire home/apt", "whole"),
        ("entire_home", "whole"),
        ("Apartment", "whole"),
        ("Private room", "private"),
        ("private_room", "private"),
        ("Shared room", "shared"),
        ("Hotel room", "hotel"),
        ("Room", "private"),
        ("igloo", None),
        ("", None),
        (None, None),
    ],
)
def test_channels_words_for_room_types_are_understood(words: str | None, expected: str | None) -> None:
    assert room_type_of(words) == expected


def test_a_home_is_recognised_by_its_title_near_its_place() -> None:
    assert is_same_home(HOME, replace(HOME, title="casa  do RIO"), 0.2)
    assert not is_same_home(HOME, HOME, 0.4)
    assert not is_same_home(HOME, replace(HOME, title="Casa do Mar"), 0)
    assert not is_same_home(HOME, replace(HOME, bedrooms=3), 0)
    assert not is_same_home(replace(HOME, title=""), replace(HOME, title=""), 0)


@pytest.mark.parametrize("latitude", [0, 38.7, -60, 85])
@pytest.mark.parametrize("km", [0.25, 10])
def test_a_box_contains_every_point_within_its_distance(latitude: float, km: float) -> None:
    box = Box.around(latitude, 20, km)

    assert distance_km(latitude, 20, box.north, 20) >= km * 0.999
    assert distance_km(latitude, 20, latitude, box.east) >= km * 0.999
    assert distance_km(latitude, 20, box.north, box.east) >= km
