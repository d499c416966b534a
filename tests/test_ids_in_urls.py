"""Each resource has one URL: its id in the spelling that documents use."""

import re
from typing import Any

import pytest

from tests.factories import ChannelListingFactory, CompsetFactory
from tests.partner import Partner
from tests.test_access import CASES, Case

OF_ONE = [case for case in CASES if "<int:" in case.pattern]


@pytest.fixture
def ids(partner: Partner) -> dict[str, int]:
    shown = ChannelListingFactory(listing__owner__application=partner.application)
    compset = CompsetFactory(owner=shown.listing.owner)
    of_user = {"user_id": shown.listing.owner_id, "account_id": shown.account_id}
    of_application = {"endpoint_id": 1, "event_id": 1, "delivery_id": 1}  # no such rows: zeros are refused before
    return of_user | of_application | {"listing_id": shown.listing_id, "compset_id": compset.pk}


@pytest.mark.parametrize("case", OF_ONE, ids=lambda case: case.operation.id)
def test_an_id_with_leading_zeros_is_not_found(partner: Partner, ids: dict[str, Any], case: Case) -> None:
    path = case.pattern.removeprefix("/api/v1")
    names = re.findall("<int:([a-z_]+)>", path)
    assert names

    for zeros in ("0", "00"):
        for wrong in names:
            called = path
            for name in names:
                called = called.replace(f"<int:{name}>", f"{zeros if name == wrong else ''}{ids[name]}")
            answer = partner.call(case.method, called, {"data": {}} if case.method in ("PATCH", "POST") else None)
            assert answer.status == 404, called


def test_zero_is_not_found(partner: Partner, ids: dict[str, int]) -> None:
    answer = partner.get("/users/0/")

    assert (answer.status, answer.error["detail"]) == (404, "User 0 not found")
