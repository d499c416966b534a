"""Every registered channel passes the conformance checks."""

import pytest

from connectors import registry
from tests.connectors.conformance import ChannelConformance
from tests.sync.account_conformance import AccountConformance

SHAPES = [
    *(pytest.param(slug, {}, id=slug) for slug in sorted(registry.SUPPORTED)),
    # Coliving's documentation shows no dates of stays. It may have them all the same.
    pytest.param("coliving", {"stay_dates": True}, id="coliving_with_stay_dates"),
    pytest.param("spotahome", {"unknown": "empty"}, id="spotahome_without_errors_for_unknown_ids"),
]


@pytest.mark.parametrize(("slug", "shape"), SHAPES)
class TestEveryChannel(ChannelConformance):
    pass


@pytest.mark.parametrize(("slug", "shape"), SHAPES)
class TestAccountsOnEveryChannel(AccountConformance):
    pass
