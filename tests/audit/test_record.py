"""What an audit entry holds, and that it exists if and only if its change does."""

import logging
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from audit.actions import Action
from audit.actor import acting_as, current_actor, note_caller
from audit.models import AuditEntry
from audit.selectors import entries
from audit.services import HIDDEN, Resource, created, delete_entries, erase_person, record, record_all
from tests.factories import EPOCH

pytestmark = pytest.mark.django_db

LISTING = Resource("listings", 12, application_id=3, user_id=5)


def written() -> AuditEntry:
    return AuditEntry.objects.get()


def test_an_entry_says_what_changed_on_what_and_when() -> None:
    record(Action.LISTING_ACTIVATED, LISTING, {"enabled": [False, True]}, now=EPOCH)

    entry = written()
    assert (entry.at, entry.action, entry.resource) == (EPOCH, "listing.activated", "listings/12")
    assert (entry.owner_application_id, entry.owner_user_id) == (3, 5)
    assert entry.changes == {"enabled": [False, True]}


def test_dates_are_stored_as_text() -> None:
    record(Action.MIN_STAYS_CHANGED, LISTING, {"from": [None, date(2030, 7, 1)]}, now=EPOCH)

    assert written().changes == {"from": [None, "2030-07-01"]}


def test_secrets_are_never_stored() -> None:
    record(Action.ACCOUNT_CONNECTED, LISTING, created(credentials="hunter2", channel="direct"), now=EPOCH)

    assert written().changes == {"credentials": [None, HIDDEN], "channel": [None, "direct"]}


def test_what_is_new_has_only_its_values() -> None:
    assert created(label="Sea", email=None, note="") == {"label": [None, "Sea"]}


def test_many_entries_are_one_statement(django_assert_num_queries: pytest.FixtureRequest) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        record_all(Action.LISTING_DEACTIVATED, [(LISTING, {}), (Resource("listings", 13, 3, 5), {})], now=EPOCH)

    assert AuditEntry.objects.count() == 2


class TestActor:
    def test_a_caller_is_known_by_the_last_characters_of_its_token_only(self) -> None:
        with acting_as():  # forgets the caller after the test
            note_caller(3, 8, token=b"bpat_a-long-secret-text", address="192.0.2.1")
            record(Action.USER_CREATED, LISTING, now=EPOCH)

        entry = written()
        assert entry.who == "application 3, credential 8, token …text"
        assert entry.address == "192.0.2.1"
        assert "secret" not in repr(AuditEntry.objects.values())

    def test_staff_of_the_console(self) -> None:
        with acting_as(staff="ada", address="192.0.2.7"):
            record(Action.JOB_RETRIED, LISTING, now=EPOCH)

        assert (written().who, written().address) == ("staff ada", "192.0.2.7")

    def test_a_job(self) -> None:
        with acting_as(worker="sync_account"):
            record(Action.ACCOUNT_BECAME_INVALID, LISTING, now=EPOCH)

        assert written().who == "worker, sync_account"

    def test_nobody_acts_after_an_operator_has_acted(self) -> None:
        with pytest.raises(ValueError, match="broken"), acting_as(staff="ada"):
            raise ValueError("broken")

        assert not current_actor().is_operator
        record(Action.JOB_RETRIED, LISTING, now=EPOCH)
        assert written().who == "unknown"

    def test_what_operators_do_is_logged_without_values(
        self, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: pytest.FixtureRequest
    ) -> None:
        with (
            caplog.at_level(logging.INFO, logger="audit"),
            django_capture_on_commit_callbacks(execute=True),  # type: ignore[operator]
            acting_as(staff="ada"),
        ):
            record(Action.USER_DELETED, LISTING, {"email": ["lena@example.com", ""]}, now=EPOCH)

        assert caplog.messages == ["audit: user.deleted of listings/12 by staff ada"]


class TestTransaction:
    @pytest.mark.django_db(transaction=True)
    def test_an_entry_is_rolled_back_with_its_change(self) -> None:
        def change_and_die() -> None:
            with transaction.atomic():
                record(Action.LISTING_ACTIVATED, LISTING, now=EPOCH)
                raise ValueError("killed")

        with pytest.raises(ValueError, match="killed"):
            change_and_die()

        assert not AuditEntry.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_an_entry_without_a_transaction_is_refused(self) -> None:
        with pytest.raises(TransactionManagementError):
            record(Action.LISTING_ACTIVATED, LISTING, now=EPOCH)

        assert not AuditEntry.objects.exists()


class TestErasure:
    def test_names_and_addresses_of_a_person_are_replaced_and_the_entry_stays(self) -> None:
        lena = Resource("users", 5, 3, 5)
        record(Action.USER_CREATED, lena, created(first_name="Lena", email="lena@example.com", locale="de"), now=EPOCH)
        record(Action.USER_CREATED, Resource("users", 6, 3, 6), created(first_name="Omar"), now=EPOCH)

        assert erase_person(5, limit=10) == 1
        assert erase_person(5, limit=10) == 0

        of_lena, of_omar = AuditEntry.objects.order_by("owner_user_id")
        assert of_lena.changes == {
            "first_name": [None, "(erased)"], "email": [None, "(erased)"], "locale": [None, "de"]
        }  # fmt: skip
        assert of_omar.changes == {"first_name": [None, "Omar"]}

    def test_old_entries_are_deleted_in_batches(self) -> None:
        for days in range(5):
            record(Action.LISTING_ACTIVATED, LISTING, now=EPOCH + timedelta(days=days))

        before = EPOCH + timedelta(days=3)
        assert [delete_entries(before=before, limit=2) for _ in range(3)] == [2, 1, 0]
        assert [entry.at for entry in entries()] == [EPOCH + timedelta(days=4), before]


class TestSelection:
    def test_by_owner_resource_action_and_time_newest_first(self) -> None:
        other = Resource("listings", 13, application_id=4, user_id=6)
        record(Action.LISTING_ACTIVATED, LISTING, now=EPOCH)
        record(Action.LISTING_DEACTIVATED, LISTING, now=EPOCH + timedelta(hours=1))
        record(Action.ACCOUNT_PAUSED, other, now=EPOCH + timedelta(hours=2))

        def actions(**conditions: object) -> list[str]:
            return [entry.action for entry in entries(**conditions)]  # type: ignore[arg-type]

        assert actions() == ["account.paused", "listing.deactivated", "listing.activated"]
        assert actions(application_id=3) == actions(user_id=5) == ["listing.deactivated", "listing.activated"]
        assert actions(resource=("listings", 13)) == ["account.paused"]
        assert actions(action="listing.activated") == ["listing.activated"]
        assert actions(action="listing") == ["listing.deactivated", "listing.activated"]
        assert actions(since=EPOCH + timedelta(hours=1), until=EPOCH + timedelta(hours=2)) == ["listing.deactivated"]
