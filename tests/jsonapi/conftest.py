import pytest

from tests.contract.example_world import example_partner
from tests.partner import Partner


@pytest.fixture
def host(db: None) -> Partner:
    """The partner of the examples' world: one user with an account, a listing and all that belongs to it."""
    return example_partner()
