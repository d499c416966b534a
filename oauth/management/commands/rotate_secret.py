from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oauth.models import Application
from oauth.services import rotate_secret


class Command(BaseCommand):
    help = "Gives an OAuth2 client a new secret and prints it once. The old secret stops working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id")
        parser.add_argument("--revoke-tokens", action="store_true", help="also revoke all its access tokens")

    def handle(self, *args: Any, **options: Any) -> None:
        application = Application.objects.filter(client_id=options["client_id"]).first()
        if application is None:
            raise CommandError(f"There is no application {options['client_id']}.")
        secret = rotate_secret(application, revoke_tokens=options["revoke_tokens"])
        self.stdout.write(f"client_id      {application.client_id}")
        self.stdout.write(f"client_secret  {secret}")
