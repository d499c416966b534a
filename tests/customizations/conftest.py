import pytest

from listings.models import Listing
from tests.factories import ListingFactory
from tests.partner import Partner


@pytest.fixture
def listing(partner: Partner) -> Listing:
    """A listing of the partner without customizations."""
    return ListingFactory(owner__application=partner.application)
