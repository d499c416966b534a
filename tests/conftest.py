import pytest

from tests.factories import ApplicationFactory
from tests.partner import Partner


@pytest.fixture
def partner(db) -> Partner:
    """A partner with an app-level token of all scopes."""
    return Partner(ApplicationFactory())


@pytest.fixture
def other_partner(db) -> Partner:
    """Another partner, who must never see what belongs to the first."""
    return Partner(ApplicationFactory())
