from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

import clock
from audit.commands import ChangingCommand
from oauth.incidents import revoke_all_tokens
from oauth.management.applications import find_application
from oauth.services import InvalidSetting, rotate_secret


class Command(ChangingCommand):
    help = (
        "Gives an OAuth2 client a new secret and prints it once. The old secret stops working at once, unless "
        "--keep-old or --keep-old-hours is given: then both work while the partner changes over."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id", help="as list_applications prints it")
        old = parser.add_mutually_exclusive_group()
        old.add_argument("--keep-old", action="store_true", help="the old secret works until end_old_secret")
        old.add_argument("--keep-old-hours", type=float, metavar="N", help="the old secret works for N hours more")
        old.add_argument(
            "--revoke-tokens", action="store_true", help="also revoke all its tokens, personal access tokens too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        application, now = find_application(options["client_id"]), clock.real_now()
        if application.deleted_at is not None:
            raise CommandError(f"The application {application.client_id} was deleted.")
        hours = options["keep_old_hours"]
        try:
            ends_at = None if hours is None else now + timedelta(hours=hours)
            with transaction.atomic():
                secret = rotate_secret(
                    application, now=now, keep_old=options["keep_old"] or hours is not None, old_ends_at=ends_at
                )
                revoked = revoke_all_tokens(application, now=now) if options["revoke_tokens"] else None
        except (InvalidSetting, OverflowError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"client_id      {application.client_id}")
        self.stdout.write(f"client_secret  {secret}")
        if revoked:
            self.stdout.write(f"revoked        {revoked}")
        if options["keep_old"]:
            self.stdout.write("old secret     works until end_old_secret")
        elif ends_at:
            self.stdout.write(f"old secret     works until {ends_at.isoformat(timespec='seconds')}")
