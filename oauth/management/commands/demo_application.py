from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from oauth.services import DEMO_CLIENT_SECRET, NotInProduction, ensure_demo_application


class Command(ChangingCommand):
    help = "Creates the client of the development profile if it does not exist, and prints its well-known secret."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            application = ensure_demo_application(now=clock.real_now())
        except NotInProduction as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"client_id      {application.client_id}")
        self.stdout.write(f"client_secret  {DEMO_CLIENT_SECRET}")
