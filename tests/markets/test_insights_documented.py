"""The tables of docs/markets.md are complete."""

import re

from listings.calendar import MOST_DAYS
from markets.exchange_rates import HOLDS_FOR
from markets.filters import MOST_VALUES
from markets.insight_answers import MOST_MARKETS, MOST_PARTS
from markets.insight_groups import OWNERS_TO_SPLIT
from markets.serializers.insights import MarketInsightsSerializer
from markets.views.insights import InsightFilters
from tests.documented import DOCS

SECTION = (DOCS / "markets.md").read_text().partition("## Market insights")[2]


def words(heading: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    table = SECTION.partition(heading)[2].partition("\n### ")[0]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(.*?)`", cell)}


def test_every_attribute_is_explained() -> None:
    fields = {name.replace("_", "-") for name in MarketInsightsSerializer().fields} - {"id"}

    assert words("### What the numbers mean") == fields


def test_every_filter_is_explained() -> None:
    filters = {f"filter[{name.replace('_', '-')}]" for name in InsightFilters.base_filters}

    assert words("### What to ask for") == filters


def test_the_limits_are_those_of_the_code() -> None:
    text = " ".join(SECTION.split())

    assert f"More than {MOST_PARTS} combinations" in text
    assert f"at least {OWNERS_TO_SPLIT} owners" in text
    assert f"at most {MOST_DAYS} days after the first" in text
    assert (MOST_VALUES, MOST_MARKETS, HOLDS_FOR.days) == (10, 10, 7)
