from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from oauth.incidents import HasUsers, delete_application
from oauth.management.applications import find_application


class Command(ChangingCommand):
    help = (
        "Deletes an OAuth2 client for good: its secret and tokens stop at once. With --with-users its users are "
        "deleted too, as by DELETE /api/v1/users/<id>/. All rows are erased after RETENTION_DAYS. If the command is "
        "interrupted, run it again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id", help="as list_applications prints it")
        parser.add_argument("--with-users", action="store_true", help="delete its users, accounts and listings too")

    def handle(self, *args: Any, **options: Any) -> None:
        application = find_application(options["client_id"])
        already = application.deleted_at is not None
        try:
            users = delete_application(application, now=clock.now(), with_users=options["with_users"])
        except HasUsers as error:
            hint = "Add --with-users to delete them too, or use disable_application."
            raise CommandError(f"{error} {hint}") from error
        self.stdout.write(f"{application.name} is {'already' if already else 'now'} deleted; {users} users deleted.")
