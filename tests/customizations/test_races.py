"""Concurrent changes to one listing."""

import threading
from typing import Any

import pytest
from django.db import connection

from customizations.services import customize
from jsonapi.refusals import InvalidValues
from listings.models import Listing, PricingRules
from tests.factories import EPOCH, ListingFactory


def change_concurrently(listing_id: int, *changes: dict[str, Any]) -> list[str]:
    """Make each change to the price limits in its own thread; return the sorted outcomes."""
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
def test_concurrent_changes_are_all_stored() -> None:
    listing = ListingFactory()

    outcomes = change_concurrently(listing.pk, {"min_price": 80.0}, {"max_price": 300.0}, {"monthly_min_price": 1800.0})

    assert outcomes == ["stored", "stored", "stored"]
    assert PricingRules.objects.get().min_max_prices == {
        "min_price": 80.0,
        "max_price": 300.0,
        "monthly_min_price": 1800.0,
    }


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_contradictory_concurrent_changes_is_stored() -> None:
    listing = ListingFactory()

    assert change_concurrently(listing.pk, {"min_price": 200.0}, {"max_price": 100.0}) == ["refused", "stored"]
