"""The step from the log of operators' changes to the audit trail."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from audit.models import AuditEntry
from tests.factories import EPOCH, ApplicationFactory

BEFORE = [("oauth", "0003_incidents")]


@pytest.fixture
def old_tables(transactional_db: None) -> Any:
    executor = MigrationExecutor(connection)
    newest = list(executor.loader.graph.leaf_nodes())
    executor.migrate(BEFORE)
    yield executor.loader.project_state(BEFORE).apps
    MigrationExecutor(connection).migrate(newest)


def test_the_entries_of_the_old_log_are_in_the_trail(old_tables: Any) -> None:
    harbour = ApplicationFactory(client_id="harbour")

    def write(action: str, client_id: str, **details: Any) -> None:
        old_tables.get_model("oauth", "AuditEntry").objects.create(
            at=EPOCH, action=action, client_id=client_id, operator="grace", details=details
        )

    write("change_application", "harbour", rate_limit_per_minute=[None, 7])
    write("replay_webhook_delivery", "harbour", endpoint=3, delivery=9)
    write("delete_application", "erased-long-ago", users=2)

    MigrationExecutor(connection).migrate([("oauth", "0004_copy_audit_log")])

    changed, replayed, deleted = AuditEntry.objects.order_by("id")
    assert (changed.at, changed.action, changed.who) == (EPOCH, "application.changed", "change_application by grace")
    assert (changed.resource, changed.owner_application_id) == (f"applications/{harbour.pk}", harbour.pk)
    assert changed.changes == {"rate_limit_per_minute": [None, 7]}
    assert (replayed.action, replayed.resource) == ("webhook_delivery.replayed", "webhook-deliveries/9")
    assert replayed.changes == {"endpoint": [None, 3]}
    assert (deleted.action, deleted.owner_application_id) == ("application.deleted", None)
    assert deleted.changes == {"users": [None, 2], "client_id": [None, "erased-long-ago"]}
