"""Every registered channel passes the conformance checks."""

import pytest

from channels import registry
from tests.channels.account_conformance import AccountConformance
from tests.channels.conformance import ChannelConformance


@pytest.mark.parametrize("slug", sorted(registry.SUPPORTED))
class TestEveryChannel(ChannelConformance):
    pass


@pytest.mark.parametrize("slug", sorted(registry.SUPPORTED))
class TestAccountsOnEveryChannel(AccountConformance):
    pass
