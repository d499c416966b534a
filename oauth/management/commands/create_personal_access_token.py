from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from oauth.services import InvalidSetting, create_personal_access_token
from users.models import Credential


class Command(ChangingCommand):
    help = "Creates a personal access token for a credential and prints it. It is shown only once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("credential_id", type=int)
        parser.add_argument("--name", required=True, help="purpose of the token")
        parser.add_argument("--scopes", nargs="+", required=True)
        parser.add_argument("--days", type=int, help="days until it expires; default: never")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.real_now()
        credential = Credential.objects.filter(
            pk=options["credential_id"], is_active=True, user__deleted_at=None
        ).first()
        if credential is None:
            raise CommandError(f"There is no active credential {options['credential_id']}.")
        try:
            token, plain = create_personal_access_token(
                credential=credential,
                name=options["name"],
                scopes=options["scopes"],
                expires_at=None if options["days"] is None else now + timedelta(days=options["days"]),
                now=now,
            )
        except (InvalidSetting, OverflowError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"id     {token.pk}")
        self.stdout.write(f"token  {plain}")
