from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from oauth.models import Application
from oauth.scopes import SCOPES
from oauth.services import InvalidSetting, create_application


class Command(ChangingCommand):
    help = "Creates an OAuth2 client and prints its secret. The secret is shown only once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--mode", choices=Application.Mode.values, default=Application.Mode.PARTNER)
        parser.add_argument("--email", default="", help="email of the user of a personal application")
        parser.add_argument("--scopes", nargs="+", default=list(SCOPES), help="default: all")
        parser.add_argument(
            "--require-user-scoped-tokens", action="store_true", help="user-level scopes need a user_id"
        )
        parser.add_argument("--ip", action="append", default=[], help="address or CIDR; may be repeated")
        parser.add_argument("--rate-limit", type=int, help="requests per minute; default: the server's")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            application, secret = create_application(
                name=options["name"],
                mode=options["mode"],
                email=options["email"],
                scopes=options["scopes"],
                require_user_scoped_tokens=options["require_user_scoped_tokens"],
                ip_allowlist=options["ip"],
                rate_limit_per_minute=options["rate_limit"],
                now=clock.now(),
            )
        except InvalidSetting as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"client_id      {application.client_id}")
        self.stdout.write(f"client_secret  {secret}")
