"""Completes rows that the previous version of the server wrote while an update was running.

That version does not know the normal form of emails. Without it a user is not found by its email, and a deleted user
keeps its email from being used again.
"""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from jobs.running import RunningJob
from users.email_addresses import normal_form
from users.models import Credential, User
from users.services.users import LOGIN_WITHOUT_EMAIL, login_of

ROWS_PER_BATCH = 500


def complete_email_keys_hourly(job: RunningJob) -> None:
    """Handle the job `complete_email_keys`, which is due once an hour."""
    complete_email_keys(keep_lease=job.keep_lease)


def complete_email_keys(*, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Fill in the missing normal forms, and clear those of deleted users. A second run changes nothing.

    Of two rows of an application with the same address the older one keeps it. The normal form of the other gets a
    suffix that no address has.
    """
    User.objects.filter(email_key__isnull=False, deleted_at__isnull=False).update(email_key=None)
    Credential.objects.filter(email=None).exclude(login__startswith="#").update(login=LOGIN_WITHOUT_EMAIL)
    for user in _in_batches(User.objects.filter(email_key=None, deleted_at=None), keep_lease):
        _set_unused(user, "email_key", normal_form(user.email))
    missing = Credential.objects.filter(login=None).select_related("user")
    for credential in _in_batches(missing, keep_lease):
        login = login_of(credential.user.application_id, credential.email) if credential.email else ""
        _set_unused(credential, "login", login or f"#{credential.pk}")


def _in_batches(rows: QuerySet[Any], keep_lease: Callable[[], None]) -> Any:
    while batch := list(rows.order_by("pk")[:ROWS_PER_BATCH]):
        keep_lease()
        yield from batch


def _set_unused(row: Model, column: str, key: str) -> None:
    rows = type(row)._default_manager.filter(pk=row.pk, **{column: None})
    try:
        with transaction.atomic():
            rows.update(**{column: key})
    except IntegrityError:
        rows.update(**{column: f"{key} #{row.pk}"})
