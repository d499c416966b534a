"""The configuration of the Hostaway connector."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class HostawayConfiguration:
    """`base_url` has no slash at its end. `requests_per_10s` is the limit for all requests from our address.

    Hostaway documents that a new token is usable after one second; `token_settles` adds a margin for differing clocks.
    Stays that ended before `history` are not read, because pricing does not use them. The most pages are limits of
    one run, which says so if it reaches them.
    """

    base_url: str
    requests_per_10s: int = 15
    token_settles: timedelta = timedelta(seconds=1.1)
    history: timedelta = timedelta(days=3 * 365)
    most_listing_pages: int = 1_000
    most_reservation_pages: int = 5_000
