"""`manage.py list_accounts`: shows connected accounts and how they do."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oauth.management.applications import find_application
from sync.management.accounts import accounts, described, line
from sync.selectors import STATES

DEFAULT_LIMIT = 1000


class Command(BaseCommand):
    help = "Shows the connected accounts, newest first. States: " + "; ".join(
        f"{state}: {meaning}" for state, meaning in STATES.items()
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--channel", help="only accounts at this channel, such as hostaway")
        parser.add_argument("--state", choices=list(STATES), help="only accounts in this state")
        parser.add_argument("--application", metavar="CLIENT_ID", help="only accounts of this application's users")
        parser.add_argument(
            "--limit", type=int, default=DEFAULT_LIMIT, metavar="N", help=f"{DEFAULT_LIMIT} unless given"
        )
        parser.add_argument("--json", action="store_true", help="print a JSON array, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] < 1:
            raise CommandError("--limit must be at least 1.")
        found = accounts()
        if options["channel"] is not None:
            found = found.filter(channel=options["channel"])
        if options["state"] is not None:
            found = found.filter(state=options["state"])
        if options["application"] is not None:
            found = found.filter(user__application=find_application(options["application"]))
        found = list(found[: options["limit"]])
        if options["json"]:
            self.stdout.write(json.dumps([described(account) for account in found], indent=2))
            return
        for account in found:
            self.stdout.write(line(account))
