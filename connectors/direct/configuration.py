"""The configuration of the direct connector."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DirectConfiguration:
    """`base_url`: the operator's own system, for accounts that name none; empty if there is none. No slash at its end.

    `public_only`: base URLs that partners name must be https and lead to public addresses, as in production.
    `most_listing_pages` and `most_reservation_pages` are limits of one run. A list of listings that has more says so;
    reservations go on with the next run.
    """

    base_url: str = ""
    requests_per_10s: int = 100
    public_only: bool = True
    most_listing_pages: int = 1_000
    most_reservation_pages: int = 5_000
