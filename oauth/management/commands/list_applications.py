import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, Q

import clock
from oauth.management.applications import described, lines
from oauth.models import Application


class Command(BaseCommand):
    help = "Lists the OAuth2 clients with their state, scopes, limits and allowlists, without secrets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a JSON array, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.real_now()
        live_users = Count("customers", filter=Q(customers__deleted_at=None))
        shown = [
            {**described(application, now), "users": application.live_users}
            for application in Application.objects.annotate(live_users=live_users).order_by("id")
        ]
        if options["json"]:
            self.stdout.write(json.dumps(shown, indent=2))
            return
        for application in shown:
            self.stdout.write("\n".join(lines(application)))
