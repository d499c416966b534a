"""Where a channel is reached, and the limits that it documents."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A documented limit: `requests` in any `seconds`, for all requests from one address or for one account."""

    requests: int
    seconds: int
    per: Literal["address", "account"]


@dataclass(frozen=True, slots=True)
class Wire:
    """The address and rate limits of a channel. `base_url` has no slash at its end.

    `named_by_partner`: the address comes with the credentials, so only this partner's accounts are there.
    `public_only`: it must not lead into our own networks. `words` are the segments of paths that are the same for all
    accounts. Other segments, such as ids, are kept out of logs and metrics (connectors/observing.py).
    """

    base_url: str
    limits: tuple[RateLimit, ...] = ()
    named_by_partner: bool = False
    public_only: bool = False
    words: frozenset[str] = frozenset()
