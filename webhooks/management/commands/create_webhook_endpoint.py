from argparse import ArgumentParser
from typing import Any

import clock
from audit.commands import ChangingCommand
from oauth.management.applications import find_application
from webhooks.management.webhooks import carry_out, described, lines
from webhooks.services.endpoints import CHOOSABLE, create_endpoint


class Command(ChangingCommand):
    help = "Creates a webhook endpoint of an application, and prints its signing secret, which cannot be read again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id", help="as list_applications prints it")
        parser.add_argument("url", help="where events are sent by POST")
        parser.add_argument("--description", default="")
        parser.add_argument(
            "--events", nargs="+", default=[], metavar="TYPE", help=f"only these: {', '.join(CHOOSABLE)}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        application, now = find_application(options["client_id"]), clock.now()
        endpoint, secret = carry_out(
            lambda: create_endpoint(
                application.pk,
                url=options["url"],
                event_types=options["events"],
                description=options["description"],
                now=now,
            )
        )
        self.stdout.write("\n".join(lines(described(endpoint))))
        self.stdout.write(f"secret: {secret}")
