"""What an operator does about an application in an incident. Each function can be repeated, and records what it did.

Each takes effect at once: nothing of an application is kept in the memory of a process.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.actions import Action
from audit.services import record
from jobs.running import RunningJob
from oauth.audited import audited_application
from oauth.models import AccessToken, Application, PersonalAccessToken
from oauth.services import check_rate_limit, known_scopes, normal_network, revoke_personal_access_token
from users.models import User
from users.services.erasure import ROWS_PER_BATCH, retention
from users.services.users import delete_user

# Takes the id of a deleted application and a limit, erases at most that many rows, and returns their number: 0 at the
# end.
Erase = Callable[[int, int], int]

_steps: list[Erase] = []


def register(step: Erase) -> None:
    """Add a step that erases rows of deleted applications. Call it from an app's `ready()`."""
    _steps.append(step)


class Deleted(Exception):
    """The application was deleted, which cannot be undone."""


class HasUsers(Exception):
    """The application still has users. `count` is their number."""

    def __init__(self, count: int) -> None:
        super().__init__(f"The application has {count} users.")
        self.count = count


@dataclass(frozen=True, slots=True)
class Revoked:
    """How many tokens were revoked."""

    access_tokens: int
    personal_access_tokens: int

    def __str__(self) -> str:
        return f"{self.access_tokens} access tokens and {self.personal_access_tokens} personal access tokens"


@transaction.atomic
def change_application(application: Application, *, now: datetime, **wanted: Any) -> Mapping[str, Any]:
    """Set columns of the application; return those that changed, each with its old and new value.

    `wanted` may hold `name`, `enabled_scopes`, `ip_allowlist` (addresses or CIDRs), `rate_limit_per_minute` (None: the
    server's default) and `require_user_scoped_tokens`. Tokens that were issued earlier obey the new values.

    Raises oauth.services.InvalidSetting for an invalid value and Deleted.
    """
    if "enabled_scopes" in wanted:
        wanted["enabled_scopes"] = known_scopes(wanted["enabled_scopes"])
    if "ip_allowlist" in wanted:
        wanted["ip_allowlist"] = list(dict.fromkeys(normal_network(entry) for entry in wanted["ip_allowlist"]))
    check_rate_limit(wanted.get("rate_limit_per_minute"))
    locked = _locked(application)
    changes = {name: [getattr(locked, name), value] for name, value in wanted.items() if getattr(locked, name) != value}
    if changes:
        _set(application, **{name: new for name, (_, new) in changes.items()})
        record(Action.APPLICATION_CHANGED, audited_application(application), changes, now=now)
    return changes


@transaction.atomic
def disable_application(application: Application, *, now: datetime) -> bool:
    """Stop all tokens and secrets of the application until it is enabled again; return whether it was enabled."""
    if _locked(application).disabled_at is not None:
        return False
    _set(application, disabled_at=now)
    record(Action.APPLICATION_DISABLED, audited_application(application), {"disabled_at": [None, now]}, now=now)
    return True


@transaction.atomic
def enable_application(application: Application, *, now: datetime) -> bool:
    """Let a disabled application work again, with the same secret and tokens; return whether it was disabled.

    Raises Deleted.
    """
    disabled_at = _locked(application).disabled_at
    if disabled_at is None:
        return False
    _set(application, disabled_at=None)
    record(Action.APPLICATION_ENABLED, audited_application(application), {"disabled_at": [disabled_at, None]}, now=now)
    return True


def delete_application(application: Application, *, now: datetime, with_users: bool = False) -> int:
    """Disable the application, revoke its tokens, and delete its users; return the number of users deleted.

    Each user is deleted in a transaction of its own. If the process dies, repeat the call. The rows are erased later
    (users.services.erasure). Raises HasUsers, and then changes nothing, unless `with_users` is set.
    """
    with transaction.atomic():
        locked = _locked(application, also_deleted=True)
        count = User.objects.filter(application=application, deleted_at=None).count()
        if count and not with_users:
            raise HasUsers(count)
        if locked.deleted_at is None:
            _set(application, disabled_at=locked.disabled_at or now, deleted_at=now)
            _revoke_all(application, now)
            changes = {"deleted_at": [None, now], "users": [count, 0]}
            record(Action.APPLICATION_DELETED, audited_application(application), changes, now=now)
    return _delete_users(application, now)


def erase_deleted_applications(job: RunningJob) -> None:
    """Handle the hourly job: erase deleted applications whose retention time is over and whose users are erased.

    A request that was under way during the deletion may have created a user, who is deleted here.
    """
    for application in Application.objects.filter(deleted_at__isnull=False).order_by("pk"):
        _delete_users(application, job.now(), keep_lease=job.keep_lease)
        if application.deleted_at > job.now() - retention():
            continue
        for step in _steps:
            while _erase_batch(job, step, application.pk):
                job.keep_lease()
        with transaction.atomic():
            job.fence()
            if not application.customers.exists():
                application.delete()


@transaction.atomic
def _erase_batch(job: RunningJob, step: Erase, application_id: int) -> int:
    job.fence()
    return step(application_id, ROWS_PER_BATCH)


def _delete_users(application: Application, now: datetime, *, keep_lease: Callable[[], None] = lambda: None) -> int:
    deleted = 0
    users = User.objects.filter(application=application, deleted_at=None).order_by("pk")
    while (user := users.first()) is not None:
        keep_lease()
        delete_user(user, now=now)
        deleted += 1
    return deleted


@transaction.atomic
def revoke_all_tokens(application: Application, *, now: datetime) -> Revoked:
    """Revoke the access tokens and the personal access tokens of the application, and those that are being issued."""
    _locked(application, also_deleted=True)
    revoked = _revoke_all(application, now)
    changes = {
        "access_tokens": [revoked.access_tokens, 0],
        "personal_access_tokens": [revoked.personal_access_tokens, 0],
    }
    record(Action.APPLICATION_TOKENS_REVOKED, audited_application(application), changes, now=now)
    return revoked


@transaction.atomic
def revoke_personal_access_tokens(tokens: Iterable[PersonalAccessToken], *, now: datetime) -> list[PersonalAccessToken]:
    """Revoke these tokens; return those that were not revoked before."""
    return [token for token in tokens if revoke_personal_access_token(token, now=now)]


def _locked(application: Application, *, also_deleted: bool = False) -> Application:
    """The application's row as it is now, locked until the transaction ends. Raises Deleted."""
    locked: Application = Application.objects.select_for_update().get(pk=application.pk)
    if locked.deleted_at is not None and not also_deleted:
        raise Deleted(f"The application {application.client_id} was deleted.")
    return locked


def _set(application: Application, **values: Any) -> None:
    Application.objects.filter(pk=application.pk).update(**values)
    for name, value in values.items():
        setattr(application, name, value)


def _revoke_all(application: Application, now: datetime) -> Revoked:
    _set(application, token_epoch=_locked(application, also_deleted=True).token_epoch + 1)
    personal = PersonalAccessToken.objects.filter(credential__user__application=application, revoked_at=None)
    _, by_model = AccessToken.objects.filter(application=application).delete()
    return Revoked(by_model.get(AccessToken._meta.label, 0), personal.update(revoked_at=now))
