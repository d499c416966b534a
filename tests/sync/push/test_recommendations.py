"""An applied recommendation is completed when the channel has the change, and not before."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from audit.models import AuditEntry
from connectors.http import Patience
from jobs.models import Job
from listings.models import ChannelListing, Listing, Recommendation
from sandbox.server import RunningSandbox
from sync.channels import Tuning
from sync.services.pausing import pause_account
from tests.sync.push.at_hostaway import prices_at_the_channel, push, set_rules, switch, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def suggestion(shown: ChannelListing) -> Recommendation:
    """An open suggestion to change the base price from 120 to 150."""
    Listing.objects.update(has_suggestions=True)
    return Recommendation.objects.create(
        listing=shown.listing, category="base_price", suggested_base_price=150, created_at=datetime.now(UTC)
    )


def status_of(suggestion: Recommendation) -> str:
    suggestion.refresh_from_db()
    return suggestion.status


def actions() -> list[str]:
    entries = AuditEntry.objects.filter(resource_type="recommendations").order_by("id")
    return list(entries.values_list("action", flat=True))


def apply(shown: ChannelListing, base_price: int = 150) -> None:
    shown.listing.refresh_from_db()
    set_rules(shown, None, {"base_price": base_price})


def test_a_suggestion_is_completed_by_the_push_that_sends_it(shown: ChannelListing, suggestion: Recommendation) -> None:
    apply(shown)
    assert (status_of(suggestion), actions()) == ("approved", ["recommendation.approved"])

    work()

    assert set(prices_at_the_channel(shown)) == {15000}
    assert (status_of(suggestion), actions()) == (
        "suggestion_completed",
        ["recommendation.approved", "recommendation.completed"],
    )
    assert suggestion.approved_at
    assert AuditEntry.objects.get(action="recommendation.completed").changes == {
        "status": ["approved", "suggestion_completed"]
    }


def test_later_pushes_change_nothing(shown: ChannelListing, suggestion: Recommendation) -> None:
    apply(shown)
    work()

    push(shown.listing)

    assert status_of(suggestion) == "suggestion_completed"
    assert actions().count("recommendation.completed") == 1


def test_a_push_leaves_open_and_rejected_suggestions_as_they_are(
    shown: ChannelListing, suggestion: Recommendation
) -> None:
    push(shown.listing)
    assert status_of(suggestion) == "suggested"

    apply(shown, base_price=130)
    work()
    assert status_of(suggestion) == "rejected"


@pytest.mark.parametrize("method", ["PUT", "GET"])
def test_while_the_channel_fails_the_suggestion_waits(
    hostaway: RunningSandbox, shown: ChannelListing, suggestion: Recommendation, settings: Settings, method: Any
) -> None:
    settings.CHANNEL_TUNING = Tuning(worker=Patience(attempts=1, longest_wait=1.0))
    hostaway.faults.add({"kind": "server_error", "method": method, "path": "/calendar"})
    apply(shown)
    work()
    assert status_of(suggestion) == "approved"

    hostaway.faults.clear()
    Job.objects.update(due_at=datetime.now(UTC))
    work()
    assert status_of(suggestion) == "suggestion_completed"


def test_a_paused_account_receives_nothing_so_the_suggestion_waits(
    shown: ChannelListing, suggestion: Recommendation
) -> None:
    pause_account(shown.account, now=datetime.now(UTC))
    apply(shown)

    push(shown.listing)

    assert status_of(suggestion) == "approved"


def test_an_applied_suggestion_of_a_listing_that_is_disabled_waits_for_its_next_activation(
    shown: ChannelListing, suggestion: Recommendation
) -> None:
    apply(shown)
    switch(shown, enabled=False)
    work()
    assert status_of(suggestion) == "approved"

    switch(shown, enabled=True)
    work()
    assert status_of(suggestion) == "suggestion_completed"
