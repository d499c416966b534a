"""The step from emails that are unique on the whole server to emails that are unique in their application."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.factories import EPOCH, ApplicationFactory, UserFactory
from users.models import Credential, User
from users.services.email_keys import complete_email_keys

OLD = [("users", "0001_initial")]


@pytest.fixture
def old_tables(transactional_db: None) -> Any:
    executor = MigrationExecutor(connection)
    newest = list(executor.loader.graph.leaf_nodes())
    executor.migrate(OLD)
    yield executor.loader.project_state(OLD).apps
    MigrationExecutor(connection).migrate(newest)


def test_existing_rows_get_their_normal_form_and_collisions_keep_both_users(old_tables: Any) -> None:
    application_id = old_tables.get_model("oauth", "Application").objects.create(name="Harbour").pk
    old_user = old_tables.get_model("users", "User")
    old_credential = old_tables.get_model("users", "Credential")

    def add(email: str, deleted: bool = False) -> int:
        user = old_user.objects.create(
            application_id=application_id, email=email, created_at=EPOCH, deleted_at=EPOCH if deleted else None
        )
        old_credential.objects.create(user=user, email=None if deleted else email, is_primary=True, created_at=EPOCH)
        return int(user.pk)

    ada, gone = add("Ada@Example.com"), add("deleted-2@deleted.invalid", deleted=True)
    first, second = add("karl@xn--mnchen-3ya.example"), add("Karl@m\u00fcnchen.example")

    MigrationExecutor(connection).migrate([("users", "0004_email_once_per_application")])

    assert dict(User.objects.values_list("pk", "email_key")) == {
        ada: "ada@example.com",
        gone: None,
        first: "karl@xn--mnchen-3ya.example",
        second: f"karl@xn--mnchen-3ya.example #{second}",
    }
    logins = dict(Credential.objects.values_list("user", "login"))
    assert logins[ada] == f"{application_id}:ada@example.com"
    assert logins[gone].startswith("#")
    assert len(set(logins.values())) == 4
    assert User.objects.values_list("email", flat=True).get(pk=second) == "Karl@m\u00fcnchen.example"


@pytest.mark.django_db
def test_rows_of_the_previous_version_are_completed() -> None:
    """While an update runs, the previous version goes on to create and delete users."""
    application = ApplicationFactory()
    ada = UserFactory(application=application, email="Ada@example.com", email_key=None)
    login = Credential.objects.create(user=ada, email=ada.email, is_primary=True, created_at=EPOCH)
    twin = UserFactory(application=application, email="ada@EXAMPLE.com", email_key=None)
    gone = UserFactory(application=application, email="deleted-9@deleted.invalid", deleted_at=EPOCH)
    off = Credential.objects.create(user=gone, email=None, login="1:eve@example.com", created_at=EPOCH)

    for _ in range(2):
        complete_email_keys()

        for row in (ada, login, twin, gone, off):
            row.refresh_from_db()
        assert ada.email_key == "ada@example.com"
        assert login.login == f"{application.pk}:ada@example.com"
        assert twin.email_key == f"ada@example.com #{twin.pk}"
        assert gone.email_key is None
        assert off.login == f"#{off.pk}"
