from argparse import ArgumentParser
from typing import Any

import clock
from audit.commands import ChangingCommand
from oauth.incidents import revoke_all_tokens
from oauth.management.applications import find_application


class Command(ChangingCommand):
    help = (
        "Revokes all tokens of an OAuth2 client at once, personal access tokens too. Its secret stays, so it can get "
        "new ones; see also rotate_secret and disable_application."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id", help="as list_applications prints it")

    def handle(self, *args: Any, **options: Any) -> None:
        application = find_application(options["client_id"])
        self.stdout.write(f"Revoked {revoke_all_tokens(application, now=clock.real_now())}.")
