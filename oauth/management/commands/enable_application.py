from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from oauth.incidents import Deleted, enable_application
from oauth.management.applications import find_application


class Command(ChangingCommand):
    help = (
        "Lets a disabled OAuth2 client work again. Its secret and its tokens are those from before; if they may be "
        "known to others, run rotate_secret --revoke-tokens first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id", help="as list_applications prints it")

    def handle(self, *args: Any, **options: Any) -> None:
        application = find_application(options["client_id"])
        try:
            changed = enable_application(application, now=clock.now())
        except Deleted as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{application.name} is {'now' if changed else 'already'} enabled.")
