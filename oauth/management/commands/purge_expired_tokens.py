from typing import Any

from django.core.management.base import BaseCommand

import clock
from oauth.services import purge_expired_tokens


class Command(BaseCommand):
    help = "Deletes tokens that are expired or revoked."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{purge_expired_tokens(now=clock.real_now())} tokens deleted")
