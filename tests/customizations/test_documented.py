"""docs/customizations.md is correct: its examples are executed, and its limits are compared with the code."""

import json
import re
from pathlib import Path

from customizations import fields
from customizations.serializers.prices import MOST_GUESTS
from listings.services.prices import LARGEST_PRICE
from tests.documented import shows
from tests.factories import ListingFactory, MarketFactory
from tests.partner import Partner

DOCUMENT = (Path(__file__).parents[2] / "docs/customizations.md").read_text()
EXAMPLE = re.compile(r"```http\n(GET|PATCH) /api/v1(\S+)\n(.*?)```\n.*?```json\n(.*?)```", re.DOTALL)


def test_every_example_returns_the_documented_response(partner: Partner) -> None:
    listing = ListingFactory(owner__application=partner.application, pk=42)
    examples = EXAMPLE.findall(DOCUMENT)

    for method, path, body, expected in examples:
        answer = partner.call(method, path, body)

        assert shows(json.loads(expected), answer.document)

    assert len(examples) == DOCUMENT.count("```http")
    assert str(listing.pk) in examples[0][1]


def test_the_documented_preview_works(partner: Partner) -> None:
    listing = ListingFactory(
        owner__application=partner.application, market=MarketFactory(active=True), in_active_market=True
    )
    (body,) = re.findall(r"```json\n(\{\n  \"data\": \{\n    \"type\": \"price-previews\".*?)```", DOCUMENT, re.DOTALL)

    answer = partner.call("POST", f"/listings/{listing.pk}/price-preview/", body)

    assert [night["is-changed"] for night in answer.attributes["nights"]] == [True, True]


def test_the_documented_limits_equal_the_limits_of_the_code() -> None:
    for number in (LARGEST_PRICE, MOST_GUESTS, fields.LONGEST, fields.LONGEST_LIST):
        assert f"| {number:,} |" in DOCUMENT
    assert f"between {fields.FIRST_DATE} and {fields.LAST_DATE}" in DOCUMENT
