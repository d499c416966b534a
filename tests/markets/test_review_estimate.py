import pytest

from markets.review_estimate import occupancy_by_reviews


@pytest.mark.parametrize(
    ("reviews_per_month", "min_stay", "occupancy"),
    [(0.0, None, 0.0), (1.0, None, 6 * 12 / 365), (1.0, 5, 10 * 12 / 365), (9.0, 1, 0.7), (0.1, 365, 0.2)],
)
def test_occupancy_by_reviews(reviews_per_month: float, min_stay: int | None, occupancy: float) -> None:
    found = occupancy_by_reviews(reviews_per_month, min_stay)

    assert found is not None
    assert found.occupancy == pytest.approx(occupancy)
    assert found.provenance.startswith("estimated from reviews per month, if 50% of stays of ")


def test_without_reviews_there_is_no_estimate() -> None:
    assert occupancy_by_reviews(None, 2) is None
