from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from oauth.incidents import revoke_personal_access_tokens
from oauth.management.applications import find_application
from oauth.models import PersonalAccessToken
from users.models import User


class Command(ChangingCommand):
    help = (
        "Revokes personal access tokens: by id, all of a user, or all of an application. They stop working at once. "
        "list_personal_access_tokens shows the ids."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, metavar="ID")
        parser.add_argument("--user", type=int, metavar="ID", help="all tokens of this user")
        parser.add_argument("--application", metavar="CLIENT_ID", help="all tokens of this application's users")

    def handle(self, *args: Any, **options: Any) -> None:
        by_owner = [name for name in ("user", "application") if options[name] is not None]
        if len(by_owner) + bool(options["ids"]) != 1:
            raise CommandError("Give the ids of tokens, or --user, or --application.")
        tokens = PersonalAccessToken.objects.select_related("credential__user__application").order_by("id")
        if options["application"] is not None:
            tokens = tokens.filter(credential__user__application=find_application(options["application"]))
        elif options["user"] is not None:
            if not User.objects.filter(pk=options["user"]).exists():
                raise CommandError(f"There is no user {options['user']}.")
            tokens = tokens.filter(credential__user=options["user"])
        else:
            tokens = tokens.filter(pk__in=options["ids"])
            unknown = sorted(set(options["ids"]) - set(tokens.values_list("pk", flat=True)))
            if unknown:
                raise CommandError(f"There is no personal access token {', '.join(map(str, unknown))}.")
        names = [token.name for token in revoke_personal_access_tokens(tokens, now=clock.real_now())]
        self.stdout.write(f"Revoked {', '.join(names)}." if names else "Nothing to revoke.")
