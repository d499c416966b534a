from argparse import ArgumentParser
from typing import Any

import clock
from audit.commands import ChangingCommand
from console.management.find import find_staff
from console.second_factor import reset_second_factor


class Command(ChangingCommand):
    help = (
        "Forgets the authenticator app and the recovery codes of a staff member, who sets up new ones at the next "
        "login. Make sure that the person who asks for it is the right one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as list_staff prints it")

    def handle(self, *args: Any, **options: Any) -> None:
        staff = find_staff(options["name"])
        had = reset_second_factor(staff, now=clock.real_now())
        self.stdout.write(
            f"{staff.name} {'sets up' if had else 'had none, and sets up'} a second factor at the next login."
        )
