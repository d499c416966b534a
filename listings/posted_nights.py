"""The values of a night that a channel has confirmed, and their storage format."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class PostedNight:
    """The values of one night that the channel confirmed last.

    A stay rule is None if it was never sent. The price is None if the channel's present price is unknown.
    """

    price: int | None = None  # minor units of the listing's currency
    min_stay: int | None = None  # nights
    max_stay: int | None = None  # nights
    checkin_allowed: bool | None = None
    checkout_allowed: bool | None = None
    free_units: int | None = None  # None for channels that receive no units

    def without_price(self) -> "PostedNight":
        return replace(self, price=None)


NEVER_POSTED = PostedNight()
_FIELDS = tuple(PostedNight.__dataclass_fields__)


def read_posted(stored: Mapping[str, Any]) -> dict[date, PostedNight]:
    """Read the JSON of models.PostedNights: for each ISO date, the values in the order of PostedNight's fields.

    The last value, `free_units`, may be missing.
    """
    return {date.fromisoformat(night): PostedNight(*values) for night, values in stored.items()}


def write_posted(nights: Mapping[date, PostedNight]) -> dict[str, list[Any]]:
    """Return the JSON for models.PostedNights. The inverse of `read_posted`."""
    return {night.isoformat(): _values(posted) for night, posted in nights.items()}


def posted_prices(stored: Mapping[str, Any], nights: Iterable[date]) -> dict[date, int | None]:
    """The posted price, in minor units, of each of `nights` that is stored."""
    found = {night: stored.get(night.isoformat()) for night in nights}
    return {night: values[0] for night, values in found.items() if values is not None}


def _values(posted: PostedNight) -> list[Any]:
    values = [getattr(posted, name) for name in _FIELDS]
    return values if posted.free_units is not None else values[:-1]
