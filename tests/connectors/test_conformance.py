"""Every registered channel passes the conformance checks."""

import pytest

from connectors import registry
from tests.connectors.conformance import ChannelConformance
from tests.sync.account_conformance import AccountConformance


@pytest.mark.parametrize("slug", sorted(registry.SUPPORTED))
class TestEveryChannel(ChannelConformance):
    pass


@pytest.mark.parametrize("slug", sorted(registry.SUPPORTED))
class TestAccountsOnEveryChannel(AccountConformance):
    pass
