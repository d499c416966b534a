from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from oauth.incidents import Deleted, disable_application
from oauth.management.applications import find_application


class Command(ChangingCommand):
    help = (
        "Stops an OAuth2 client at once: its secret and all its tokens, personal ones too, are refused until "
        "enable_application. Its data stays, and its accounts go on being synced."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id", help="as list_applications prints it")

    def handle(self, *args: Any, **options: Any) -> None:
        application = find_application(options["client_id"])
        try:
            changed = disable_application(application, now=clock.now())
        except Deleted as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{application.name} is {'now' if changed else 'already'} disabled.")
