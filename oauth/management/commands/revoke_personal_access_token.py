from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from oauth.models import PersonalAccessToken
from oauth.services import revoke_personal_access_token


class Command(BaseCommand):
    help = "Revokes a personal access token. It stops working immediately."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        token = PersonalAccessToken.objects.filter(pk=options["id"]).first()
        if token is None:
            raise CommandError(f"There is no personal access token {options['id']}.")
        revoke_personal_access_token(token, now=timezone.now())
        self.stdout.write(f"Revoked {token.name}.")
