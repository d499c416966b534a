"""Where a channel is reached, and the limits that it documents."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A documented limit: `requests` in any `seconds`, for all that comes from one address or for one account."""

    requests: int
    seconds: int
    per: Literal["address", "account"]


@dataclass(frozen=True, slots=True)
class Wire:
    """Where a channel is reached and how fast it may be asked. `base_url` has no slash at its end.

    `public_only`: the address came from a partner, so nothing on our own networks may be reached through it.
    """

    base_url: str
    limits: tuple[RateLimit, ...] = ()
    public_only: bool = False
