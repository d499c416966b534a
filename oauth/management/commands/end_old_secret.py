from argparse import ArgumentParser
from typing import Any

import clock
from audit.commands import ChangingCommand
from oauth.management.applications import find_application
from oauth.services import end_old_secret


class Command(ChangingCommand):
    help = "Stops the old secret that `rotate_secret --keep-old` or `--keep-old-hours` kept. The new one stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id", help="as list_applications prints it")

    def handle(self, *args: Any, **options: Any) -> None:
        application = find_application(options["client_id"])
        worked = end_old_secret(application, now=clock.real_now())
        self.stdout.write(f"The old secret of {application.name} {'no longer works' if worked else 'did not work'}.")
