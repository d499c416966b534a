"""docs/calendar.md is correct: its examples are executed, and its limits are compared with the code."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from jobs.worker import MAX_FAILURES
from listings import calendar
from listings.models import Listing, PostedNights, Recommendation
from listings.services.recommendations import EXPIRES_AFTER, SAME_WITHIN
from pricing.market import ACTIVE_FROM_BOOKED_NIGHTS
from sync.rates import ANY_STAY, HORIZON
from tests.factories import ChannelListingFactory, ListingFactory, MarketFactory
from tests.partner import Partner

DOCUMENT = (Path(__file__).parents[2] / "docs/calendar.md").read_text()
EXAMPLE = re.compile(r"```http\nGET /api/v1(\S+)\n```\n\n```json\n(.*?)```", re.DOTALL)


@pytest.fixture
def listing_42(partner: Partner) -> Listing:
    listing = ListingFactory(
        pk=42, owner__application=partner.application, title="Flat with a view", in_active_market=True, min_price=90,
        market=MarketFactory(active=True),
    )  # fmt: skip
    PostedNights.objects.create(
        channel_listing=ChannelListingFactory(listing=listing, min_stay=2),
        nights={str(date(2030, 12, 31)): [15000, None, None, None, None]},
        pushed_at=datetime(2030, 6, 3, 12, tzinfo=UTC),
    )
    Recommendation.objects.create(
        pk=7,
        listing=listing,
        category="base_price",
        suggested_base_price=96,
        expected_gain=138,
        initial_base_price=120,
        initial_min_price=90,
        recommendations="12% of the next 60 nights are booked, against 32% in the market. A base price of 96 EUR "
        "instead of 120 EUR is expected to earn about 140 EUR more on the vacant nights among them.",
        created_at=datetime(2030, 6, 3, 12, tzinfo=UTC),
    )
    return listing


def test_every_example_returns_the_documented_response(partner: Partner, listing_42: Listing) -> None:
    examples = EXAMPLE.findall(DOCUMENT)

    for path, expected in examples:
        answer = partner.get(path)

        shown = json.loads(expected)
        assert {member: answer.document[member] for member in shown} == shown

    assert len(examples) == DOCUMENT.count("```http") == 2


@pytest.mark.parametrize(
    "sentence",
    [
        f"ends {calendar.DEFAULT_DAYS} days after its start",
        f"longer than {calendar.MOST_DAYS} days",
        f"more than {calendar.FARTHEST_DAYS:,} days from today",
        f"together have at least {ACTIVE_FROM_BOOKED_NIGHTS} booked nights",
        f"keeps the next {HORIZON} nights up to date",
        f"its max stay ({ANY_STAY} nights if it has none)",
        f"The server tries the whole push up to {MAX_FAILURES} times",
        f"for {EXPIRES_AFTER.days} days",
        f"moves by more than {SAME_WITHIN:.0%}".replace("%", " percent"),
    ],
)
def test_the_documented_limits_equal_the_limits_of_the_code(sentence: str) -> None:
    assert sentence in " ".join(DOCUMENT.split())
