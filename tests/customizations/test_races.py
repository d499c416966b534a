"""Changes of one listing that are asked for at the same moment."""

import threading
from typing import Any

import pytest
from django.db import connection

from customizations.services import customize
from jsonapi.refusals import InvalidValues
from listings.models import Listing, PricingRules
from tests.factories import EPOCH, ListingFactory


def at_once(listing_id: int, *changes: dict[str, Any]) -> list[str]:
    """Each of the changes to the price limits from a thread of its own; what became of them, sorted."""
    start = threading.Barrier(len(changes))
    outcomes: list[str] = []

    def change(attributes: dict[str, Any]) -> None:
        start.wait()
        try:
            customize(Listing.objects.all(), listing_id, "min_max_prices", attributes, now=EPOCH)
            outcomes.append("stored")
        except InvalidValues:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=[attributes]) for attributes in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_neither_change_is_lost():
    listing = ListingFactory()

    outcomes = at_once(listing.pk, {"min_price": 80.0}, {"max_price": 300.0}, {"monthly_min_price": 1800.0})

    assert outcomes == ["stored", "stored", "stored"]
    assert PricingRules.objects.get().min_max_prices == {
        "min_price": 80.0,
        "max_price": 300.0,
        "monthly_min_price": 1800.0,
    }


@pytest.mark.django_db(transaction=True)
def test_a_minimum_and_a_maximum_that_do_not_fit_cannot_both_be_stored():
    listing = ListingFactory()

    assert at_once(listing.pk, {"min_price": 200.0}, {"max_price": 100.0}) == ["refused", "stored"]
