"""How comparable two homes are: pure functions of what is known about them.

The difference of two homes is a sum of weighted differences; 0 means equal. docs/markets.md documents the weights.
"""

import math
from dataclasses import dataclass

# The weights say how many kilometres of distance a difference is worth.
PER_BEDROOM = 1.5
OTHER_ROOM_TYPE = 4.0
PER_DOUBLED_PRICE = 2.0  # for a price that is twice or half the other
# What is unknown about either home counts as a small difference, so that complete homes come first.
UNKNOWN_BEDROOMS, UNKNOWN_ROOM_TYPE, UNKNOWN_PRICE = 0.75, 1.0, 0.5

EARTH_RADIUS_KM = 6371.0088
KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180  # of latitude

SAME_HOME_KM = 0.3  # Public coordinates are moved by up to 150 m.

WHOLE, PRIVATE, SHARED, HOTEL = "whole", "private", "shared", "hotel"
# The words are looked for in this order: an "entire hotel apartment" is a whole home.
_ROOM_TYPES = (
    (WHOLE, ("entire", "whole", "apartment", "house", "villa", "studio", "home", "flat")),
    (SHARED, ("shared", "dorm", "bed ")),
    (HOTEL, ("hotel",)),
    (PRIVATE, ("private", "room")),
)


@dataclass(frozen=True, slots=True)
class Home:
    """What is compared. Coordinates are degrees, `price` is whole units of `currency` a night, None is unknown."""

    latitude: float
    longitude: float
    title: str = ""
    bedrooms: int | None = None
    room_type: str | None = None
    price: float | None = None
    currency: str | None = None


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The great-circle distance (haversine) of two points in degrees."""
    one, other = math.radians(latitude), math.radians(other_latitude)
    east = math.radians(other_longitude - longitude)
    chord = math.sin((other - one) / 2) ** 2 + math.cos(one) * math.cos(other) * math.sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def room_type_of(words: str | None) -> str | None:
    """WHOLE, PRIVATE, SHARED or HOTEL from a channel's words, such as "Entire home/apt". None if they say neither."""
    plain = f"{words or ''} ".lower().replace("_", " ")
    return next((name for name, parts in _ROOM_TYPES if any(part in plain for part in parts)), None)


def difference(one: Home, other: Home, km: float) -> float:
    """How different the homes are, in kilometres of distance; `km` is their distance, so the result is not less."""
    total = km
    if one.bedrooms is None or other.bedrooms is None:
        total += UNKNOWN_BEDROOMS
    else:
        total += PER_BEDROOM * abs(one.bedrooms - other.bedrooms)
    types = room_type_of(one.room_type), room_type_of(other.room_type)
    if None in types:
        total += UNKNOWN_ROOM_TYPE
    elif types[0] != types[1]:
        total += OTHER_ROOM_TYPE
    if one.price and other.price and one.currency == other.currency:
        total += PER_DOUBLED_PRICE * abs(math.log2(one.price / other.price))
    else:
        total += UNKNOWN_PRICE
    return total


def is_same_home(one: Home, other: Home, km: float) -> bool:
    """Whether both are taken for the same home on two channels: one title and about one place."""
    title = _plain(one.title)
    rooms = one.bedrooms is None or other.bedrooms is None or one.bedrooms == other.bedrooms
    return bool(title) and km <= SAME_HOME_KM and rooms and title == _plain(other.title)


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees around a point. It contains every point within `km`, and may contain others."""

    south: float
    north: float
    west: float
    east: float

    @classmethod
    def around(cls, latitude: float, longitude: float, km: float) -> "Box":
        up = km / KM_PER_DEGREE
        narrowest = math.cos(math.radians(min(89.0, abs(latitude) + up)))
        aside = min(180.0, up / narrowest)
        return cls(latitude - up, latitude + up, longitude - aside, longitude + aside)
