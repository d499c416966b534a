from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from oauth.services import purge_expired_tokens


class Command(BaseCommand):
    help = "Deletes tokens that are expired or revoked."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{purge_expired_tokens(now=timezone.now())} tokens deleted")
