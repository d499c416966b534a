import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from oauth.models import AuditEntry


class Command(BaseCommand):
    help = "Shows who changed applications and personal access tokens with manage.py, oldest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--application", metavar="CLIENT_ID", help="only changes of this application")
        parser.add_argument("--json", action="store_true", help="print a JSON array, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        entries = AuditEntry.objects.order_by("id")
        if options["application"] is not None:
            entries = entries.filter(client_id=options["application"])
        shown = [
            {
                "at": entry.at.isoformat(),
                "action": entry.action,
                "client_id": entry.client_id,
                "operator": entry.operator,
                "details": entry.details,
            }
            for entry in entries
        ]
        if options["json"]:
            self.stdout.write(json.dumps(shown, indent=2))
            return
        for line in shown:
            words = (line["at"], line["operator"], line["action"], line["client_id"], json.dumps(line["details"]))
            self.stdout.write("  ".join(words))
