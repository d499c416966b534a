"""A rough occupancy from reviews, for listings that only one scrape has seen."""

from dataclasses import dataclass

REVIEW_RATE = 0.5
"""Share of stays after which a guest writes a review: an assumption, as published estimates from reviews make it."""
NIGHTS_OF_A_STAY = 3.0
HIGHEST_OCCUPANCY = 0.7
"""Few listings are booked more than this all year, so that higher estimates are cut."""
DAYS_OF_A_MONTH = 365 / 12


@dataclass(frozen=True, slots=True)
class OccupancyEstimate:
    occupancy: float
    """Share of nights, from 0 to HIGHEST_OCCUPANCY."""
    provenance: str
    """Says where the number comes from, and belongs into each answer that shows it."""


def occupancy_by_reviews(
    reviews_per_month: float | None, min_stay: int | None, *, review_rate: float = REVIEW_RATE
) -> OccupancyEstimate | None:
    """Reviews per month, divided by the review rate, times the nights of a stay. None without a number of reviews.

    A stay has three nights, or the minimum stay if that is longer, up to a month.
    """
    if reviews_per_month is None or reviews_per_month < 0:
        return None
    nights = min(max(NIGHTS_OF_A_STAY, min_stay or 0), DAYS_OF_A_MONTH)
    occupancy = min(reviews_per_month / review_rate * nights / DAYS_OF_A_MONTH, HIGHEST_OCCUPANCY)
    return OccupancyEstimate(
        occupancy, f"estimated from reviews per month, if {review_rate:.0%} of stays of {nights:g} nights are reviewed"
    )
