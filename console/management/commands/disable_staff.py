from argparse import ArgumentParser
from typing import Any

import clock
from audit.commands import ChangingCommand
from console.management.find import find_staff
from console.staff import disable_staff


class Command(ChangingCommand):
    help = "Stops all sessions and logins of a staff member at once. What they did stays in the audit trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as list_staff prints it")

    def handle(self, *args: Any, **options: Any) -> None:
        staff = find_staff(options["name"])
        changed = disable_staff(staff, now=clock.real_now())
        self.stdout.write(f"{staff.name} is {'now' if changed else 'already'} disabled.")
