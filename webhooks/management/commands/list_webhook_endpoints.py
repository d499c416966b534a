import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from oauth.management.applications import find_application
from webhooks.management.webhooks import described, lines
from webhooks.models import WebhookEndpoint


class Command(BaseCommand):
    help = "Lists webhook endpoints with their state, newest first. Their secrets cannot be read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--application", metavar="CLIENT_ID", help="only those of this application")
        parser.add_argument("--json", action="store_true", help="print a JSON array, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        endpoints = WebhookEndpoint.objects.select_related("application").filter(deleted_at=None).order_by("-id")
        if options["application"]:
            endpoints = endpoints.filter(application=find_application(options["application"]))
        shown = [described(endpoint) for endpoint in endpoints]
        if options["json"]:
            self.stdout.write(json.dumps(shown, indent=2))
            return
        for endpoint in shown:
            self.stdout.write("\n".join(lines(endpoint)))
