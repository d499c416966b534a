"""What the commands about staff share."""

from django.core.management.base import CommandError

from console.models import Staff
from console.staff import normal_name


def find_staff(name: str) -> Staff:
    """The staff member with this name. Raises CommandError."""
    staff = Staff.objects.filter(name=normal_name(name)).first()
    if staff is None:
        raise CommandError(f"There is no staff member {name}. `list_staff` shows all of them.")
    return staff
