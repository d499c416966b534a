"""Services about staff: creating, disabling, passwords. manage.py and the console call them. All are audited."""

import re
import secrets
from datetime import datetime

from django.db import transaction

from audit.actions import Action
from audit.services import Changes, Resource, created, record
from console.models import Staff

SHORTEST_PASSWORD = 12
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,149}", re.ASCII)


class InvalidStaff(ValueError):
    """An invalid name, role or password; the message says what is wrong."""


@transaction.atomic
def create_staff(*, name: str, role: str, now: datetime, password: str | None = None) -> tuple[Staff, str]:
    """Create a staff member; return the row and the password, a random one unless it is given.

    The second factor is set up at the first login. Raises InvalidStaff.
    """
    name = normal_name(name)
    if not _NAME.fullmatch(name):
        raise InvalidStaff("A name has 1 to 150 letters, digits and . _ @ + -, and begins with a letter or a digit.")
    if role not in Staff.Role.values:
        raise InvalidStaff(f"The role must be one of: {', '.join(Staff.Role.values)}.")
    if Staff.objects.filter(name=name).exists():
        raise InvalidStaff(f"There is already a staff member {name}.")
    password = secrets.token_urlsafe(18) if password is None else password
    check_new_password(password)
    staff = Staff(name=name, role=role, created_at=now)
    staff.set_password(password)
    staff.save()
    note(Action.STAFF_CREATED, staff, created(name=name, role=role), now=now)
    return staff, password


@transaction.atomic
def change_password(staff: Staff, password: str, *, now: datetime) -> None:
    """Set a password. All sessions of the staff member end, because they hold its hash. Raises InvalidStaff."""
    check_new_password(password)
    locked = Staff.objects.select_for_update().get(pk=staff.pk)
    locked.set_password(password)
    locked.save(update_fields=["password"])
    staff.password = locked.password
    note(Action.STAFF_PASSWORD_CHANGED, staff, now=now)


@transaction.atomic
def disable_staff(staff: Staff, *, now: datetime) -> bool:
    """Stop all sessions and logins of the staff member at once; return whether they were allowed before."""
    changed = bool(Staff.objects.filter(pk=staff.pk, is_active=True).update(is_active=False))
    if changed:
        note(Action.STAFF_DISABLED, staff, now=now)
    return changed


def check_new_password(password: str) -> None:
    """Raise InvalidStaff for a password that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidStaff(f"A password has at least {SHORTEST_PASSWORD} characters.")


def note(action: Action, staff: Staff, changes: Changes | None = None, *, now: datetime) -> None:
    """Write an audit entry about a staff member, in the transaction of the change."""
    record(action, Resource("staff", staff.pk, application_id=None), changes, now=now)


def normal_name(name: str) -> str:
    """The name as it is stored and compared."""
    return name.strip().lower()
