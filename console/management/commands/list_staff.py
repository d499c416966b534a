import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from console.models import Staff


class Command(BaseCommand):
    help = "Lists the staff who may log in to the console, without secrets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON array, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        shown = [_described(staff) for staff in Staff.objects.select_related("second_factor").order_by("name")]
        if options["json"]:
            self.stdout.write(json.dumps(shown, indent=2))
            return
        for staff in shown:
            state = "" if staff["is_active"] else ", disabled"
            self.stdout.write(
                f"{staff['name']}  {staff['role']}{state}\n"
                f"    second factor  {'set up' if staff['has_second_factor'] else 'not set up'}\n"
                f"    last login     {staff['last_login'] or 'never'}"
            )


def _described(staff: Staff) -> dict[str, Any]:
    factor = getattr(staff, "second_factor", None)
    return {
        "name": staff.name,
        "role": staff.role,
        "is_active": staff.is_active,
        "has_second_factor": factor is not None and factor.confirmed_at is not None,
        "created_at": staff.created_at.isoformat(),
        "last_login": staff.last_login.isoformat() if staff.last_login else None,
    }
