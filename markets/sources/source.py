"""The protocol of a provider of public data.

A source reads the provider's files and yields typed rows. It never yields anything about persons: of the host only the
id, which the import replaces with a keyed hash.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from markets.sources.tables import Table


@dataclass(frozen=True, slots=True)
class SourceListing:
    """A listing as seen at the scrape. Amounts are minor units of the market's currency; None is unknown."""

    public_id: str
    """The id on the channel, all digits, without leading zeros."""
    host_id: str
    title: str
    neighborhood: str
    latitude: float | None
    longitude: float | None
    room_type: str
    property_type: str
    bedrooms: int | None
    bathrooms: float | None
    person_capacity: int | None
    price: int | None
    min_stay: int | None
    rating: float | None
    """From 0 to 5."""
    reviews_count: int | None
    reviews_per_month: float | None


class SourceNight(NamedTuple):
    """A night of a listing. There are millions of them, so the members are plain: a day ordinal, 0 for unknown."""

    public_id: str
    night: int
    available: bool
    price: int
    """Minor units; -1 if the file has none."""
    min_stay: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source needs to know of the scrape, and where it counts the rows that it skips, by reason."""

    day: date
    minor_units: int
    """Minor units of one unit of the market's currency: 100 for euros, 1 for yen."""
    skipped: Counter[str]


class Source(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def channel(self) -> str:
        """The channel of its listings, such as `airbnb`."""

    def listings(self, table: Table, reading: Reading) -> Iterator[SourceListing]:
        """The listings that were seen at this scrape. Raises BadFile for a file that is not of this form."""

    def nights(self, table: Table, reading: Reading) -> Iterator[SourceNight]:
        """The nights of all listings, in the order of the file. Raises BadFile for a file that is not of this form."""
