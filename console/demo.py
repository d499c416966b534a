"""The ready login of the development profile. Its password is public, so production neither starts nor accepts it."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password

from console.models import Staff

DEMO_NAME = "operator"
DEMO_PASSWORD = "operator-password"  # noqa: S105


class NotInProduction(Exception):
    """The demo login was requested under the production profile."""


def ensure_demo_login(*, now: datetime) -> Staff:
    """Return the staff member of the development profile; create or restore the row if needed.

    Raises NotInProduction under the production profile.
    """
    if settings.ENVIRONMENT.is_production:
        raise NotInProduction("The demo login has a public password and is for the development profile only.")
    staff = Staff.objects.filter(name=DEMO_NAME).first() or Staff(name=DEMO_NAME, created_at=now)
    if not staff.is_active or not is_demo_login(staff):
        staff.is_active, staff.role = True, Staff.Role.OPERATOR
        staff.set_password(DEMO_PASSWORD)
        staff.save()
    return staff


def is_demo_login(staff: Staff) -> bool:
    """Whether this is the demo login and still has the password that `make serve` prints."""
    return staff.name == DEMO_NAME and bool(staff.password) and check_password(DEMO_PASSWORD, staff.password)


def needs_second_factor(staff: Staff) -> bool:
    """Everybody does, except the demo login in development."""
    return settings.ENVIRONMENT.is_production or not is_demo_login(staff)


def demo_login_problem() -> str | None:
    """The reason, in one line, why a production server must not start on this database, or None."""
    if not settings.ENVIRONMENT.is_production:
        return None
    staff = Staff.objects.filter(name=DEMO_NAME, is_active=True).first()
    if staff is None or not is_demo_login(staff):
        return None
    return (
        f"The console's login {DEMO_NAME} has its public password in this database. Production does not allow this. "
        f"Run: manage.py disable_staff {DEMO_NAME}"
    )
