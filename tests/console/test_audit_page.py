"""The page of the audit trail: what it shows, and how entries are found."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from audit.actions import Action
from audit.actor import acting_as
from audit.models import AuditEntry
from audit.services import Resource, record
from tests.console.conftest import Person
from tests.factories import ApplicationFactory

LIST = "/console/audit/auditentry/"


@pytest.fixture
def reader(vera: Person) -> Person:
    """A viewer who is logged in, with a trail that has only the entries of the test."""
    vera.log_in()
    AuditEntry.objects.all().delete()
    return vera


def change(action: Action, resource: Resource, changes: Any = None, *, staff: str = "", hours_ago: float = 0) -> None:
    with transaction.atomic(), acting_as(staff=staff, address="192.0.2.1"):
        record(action, resource, changes, now=timezone.now() - timedelta(hours=hours_ago))


def shown(reader: Person, **query: str) -> list[str]:
    page = reader.browser.get(LIST, query)
    assert page.status_code == 200
    return [entry.resource for entry in page.context["cl"].result_list]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["jobs/3", "listings/12", "accounts/12"]),
        ({"q": "listings/12"}, ["listings/12"]),
        ({"q": "grace"}, ["jobs/3"]),
        ({"q": "nobody"}, []),
        ({"resource": "accounts"}, ["accounts/12"]),
        ({"resource": "accounts/13"}, []),
        ({"resource": "accounts/x"}, []),
        ({"action": "job.retried"}, ["jobs/3"]),
        ({"staff": "Ada"}, ["accounts/12"]),
        ({"application": "7"}, ["listings/12"]),
        ({"hours": "1"}, ["jobs/3"]),
        ({"hours": "24"}, ["jobs/3", "listings/12"]),
        ({"hours": "24", "application": "8"}, ["jobs/3"]),
    ],
)
def test_entries_are_found(reader: Person, query: dict[str, str], expected: list[str]) -> None:
    ApplicationFactory(pk=7)
    change(Action.ACCOUNT_PAUSED, Resource("accounts", 12, 8), staff="ada", hours_ago=30)
    change(Action.LISTING_ACTIVATED, Resource("listings", 12, 7), hours_ago=5)
    change(Action.JOB_RETRIED, Resource("jobs", 3, 8), staff="grace")

    assert shown(reader, **query) == expected


def test_an_entry_shows_old_and_new_values_as_text(reader: Person) -> None:
    change(Action.USER_CREATED, Resource("users", 1, 7), {"first_name": [None, "<script>alert(1)</script>"]})

    entry = AuditEntry.objects.get()
    for path in (LIST, f"{LIST}{entry.pk}/change/"):
        page = reader.browser.get(path).content.decode()
        assert "first_name: — → &lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert(1)" not in page


def test_a_long_trail_opens_without_counting_all(reader: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.pagination.MOST_COUNTED", 3)
    for number in range(9):
        change(Action.JOB_RETRIED, Resource("jobs", number, 8))

    page = reader.browser.get(LIST)

    assert page.context["cl"].paginator.count == 4
    assert len(page.context["cl"].result_list) == 9


def test_nobody_changes_the_trail(reader: Person, ada: Person) -> None:
    change(Action.JOB_RETRIED, Resource("jobs", 3, 8))
    ada.log_in()
    pk = AuditEntry.objects.get(action="job.retried").pk

    for path in (f"{LIST}{pk}/change/", f"{LIST}{pk}/delete/", f"{LIST}add/"):
        assert ada.browser.post(path, {"post": "yes"}).status_code == 403
    ada.browser.post(LIST, {"action": "delete_selected", "_selected_action": [pk], "post": "yes"})

    assert AuditEntry.objects.filter(pk=pk).exists()
