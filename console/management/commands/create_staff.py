from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from console.models import Staff
from console.staff import InvalidStaff, create_staff


class Command(ChangingCommand):
    help = (
        "Creates a login for the console and prints its password, which is shown only once. The second factor is set "
        "up at the first login."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="login name")
        parser.add_argument("--role", choices=Staff.Role.values, default=Staff.Role.OPERATOR)
        parser.add_argument("--ask-password", action="store_true", help="read the password instead of making one")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = getpass("Password: ") if options["ask_password"] else None
        if asked is not None and asked != getpass("Again: "):
            raise CommandError("The two passwords differ.")
        try:
            staff, password = create_staff(
                name=options["name"], role=options["role"], password=asked, now=clock.real_now()
            )
        except InvalidStaff as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"name      {staff.name}")
        self.stdout.write(f"role      {staff.role}")
        if asked is None:
            self.stdout.write(f"password  {password}")
