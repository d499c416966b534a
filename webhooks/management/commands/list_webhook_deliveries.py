import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Prefetch

from oauth.management.applications import find_application
from webhooks.management.webhooks import described_delivery
from webhooks.models import WebhookAttempt, WebhookDelivery


class Command(BaseCommand):
    help = "Lists deliveries of events with their attempts, newest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--application", metavar="CLIENT_ID", help="only those of this application")
        parser.add_argument("--endpoint", type=int, metavar="ID", help="only those to this endpoint")
        parser.add_argument("--event", type=int, metavar="ID", help="only those of this event")
        parser.add_argument("--state", choices=WebhookDelivery.State.values)
        parser.add_argument("--limit", type=int, default=50, metavar="N", help="50 unless given")
        parser.add_argument("--json", action="store_true", help="print a JSON array, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        attempts = Prefetch("attempts", WebhookAttempt.objects.order_by("id"))
        deliveries = WebhookDelivery.objects.select_related("event").defer("event__body").prefetch_related(attempts)
        if options["application"]:
            deliveries = deliveries.filter(endpoint__application=find_application(options["application"]))
        for column, value in (
            ("endpoint", options["endpoint"]),
            ("event", options["event"]),
            ("state", options["state"]),
        ):
            if value is not None:
                deliveries = deliveries.filter(**{column: value})
        shown = [described_delivery(delivery) for delivery in deliveries.order_by("-id")[: max(options["limit"], 0)]]
        if options["json"]:
            self.stdout.write(json.dumps(shown, indent=2))
            return
        for delivery in shown:
            self.stdout.write(
                f"{delivery['id']}  {delivery['event_type']} {delivery['webhook_id']} to endpoint "
                f"{delivery['endpoint_id']}: {delivery['state']}"
            )
            for attempt in delivery["attempts"]:
                outcome = attempt["error"] or f"{attempt['status']} {attempt['answer'][:60]!r}"
                self.stdout.write(f"    {attempt['at']}  {attempt['duration_ms']} ms  {outcome}")
