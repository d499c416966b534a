"""Writes, erases and deletes audit entries."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connections, router, transaction
from django.db.transaction import TransactionManagementError
from django_guid import get_guid

from audit.actions import Action
from audit.actor import current_actor, operating_system_user
from audit.models import AuditEntry

logger = logging.getLogger(__name__)

# A name to `[old, new]`, as JSON; dates and instants become text.
Changes = Mapping[str, Any]

HIDDEN = "(hidden)"
ERASED = "(erased)"
SECRETS = frozenset({"client_secret", "credentials", "password", "secret", "session", "token"})
# What can name a person. Some channels identify their hosts by email address.
PERSONAL = frozenset({"channel_account_id", "channel_display_id", "email", "first_name", "label", "last_name", "name"})


@dataclass(frozen=True, slots=True)
class Resource:
    """What was changed. `type` is the API's name of the type, or one in the same style, such as `applications`.

    `application_id` and `user_id` name the owner; None if the resource belongs to none.
    """

    type: str
    id: int
    application_id: int | None
    user_id: int | None = None


def record(action: Action, resource: Resource, changes: Changes | None = None, *, now: datetime) -> None:
    """Write an audit entry in the caller's transaction, which must be that of the change. Costs one INSERT.

    `changes` names only what changed. Values of the names in SECRETS are replaced by HIDDEN. Who acts is known from
    audit.actor. What operators do is also logged after the commit, without values.

    Raises TransactionManagementError outside a transaction.
    """
    record_all(action, [(resource, changes or {})], now=now)


def record_all(action: Action, changed: Iterable[tuple[Resource, Changes]], *, now: datetime) -> None:
    """The same for many resources, with one INSERT. Nothing is written for none."""
    entries = [_entry(action, resource, changes, now) for resource, changes in changed]
    if not entries:
        return
    if not connections[router.db_for_write(AuditEntry)].in_atomic_block:
        raise TransactionManagementError("An audit entry belongs into the transaction of its change.")
    if len(entries) == 1:
        entries[0].save(force_insert=True)
    else:
        AuditEntry.objects.bulk_create(entries)
    if current_actor().is_operator:
        for entry in entries:
            transaction.on_commit(partial(logger.info, "audit: %s of %s by %s", action, entry.resource, entry.who))


def created(**values: Any) -> Changes:
    """The changes of something new: every value that is set, with None as the old one."""
    return {name: [None, value] for name, value in values.items() if value not in (None, "")}


def erase_person(user_id: int, limit: int) -> int:
    """Replace names and email addresses in at most `limit` entries about the user; return how many there were.

    The entries stay. Callers repeat it until it returns 0.
    """
    entries = list(
        AuditEntry.objects.filter(owner_user_id=user_id, is_personal=True)
        .select_for_update()
        .order_by("-at", "-id")[:limit]
    )
    for entry in entries:
        entry.changes = {
            name: [value if value is None else ERASED for value in values] if name in PERSONAL else values
            for name, values in entry.changes.items()
        }
        entry.is_personal = False
    AuditEntry.objects.bulk_update(entries, ["changes", "is_personal"])
    return len(entries)


def delete_entries(*, before: datetime, limit: int) -> int:
    """Delete at most `limit` of the entries that are older; return their number."""
    ids = list(AuditEntry.objects.filter(at__lt=before).order_by("at", "id").values_list("pk", flat=True)[:limit])
    if ids:
        AuditEntry.objects.filter(pk__in=ids).delete()
    return len(ids)


def _entry(action: Action, resource: Resource, changes: Changes, now: datetime) -> AuditEntry:
    actor = current_actor()
    return AuditEntry(
        at=now,
        application_id=actor.application_id,
        credential_id=actor.credential_id,
        token_end=actor.token_end,
        staff=actor.staff,
        command=actor.command,
        os_user=operating_system_user() if actor.command else "",
        worker=actor.worker,
        address=None if actor.address is None else str(actor.address),
        request_id=get_guid() or "",
        action=action.value,
        resource_type=resource.type,
        resource_id=resource.id,
        owner_application_id=resource.application_id,
        owner_user_id=resource.user_id,
        changes={name: _without_secrets(name, values) for name, values in changes.items()},
        is_personal=resource.user_id is not None and not PERSONAL.isdisjoint(changes),
    )


def _without_secrets(name: str, values: Any) -> Any:
    if name not in SECRETS:
        return values
    return [None if value is None else HIDDEN for value in values]
