from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from webhooks.management.webhooks import carry_out
from webhooks.models import WebhookDelivery
from webhooks.services.deliveries import replay


class Command(ChangingCommand):
    help = "Sends the event of a delivery once more, in a new delivery with the same webhook-id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("delivery_id", type=int, help="as list_webhook_deliveries prints it")

    def handle(self, *args: Any, **options: Any) -> None:
        delivery = (
            WebhookDelivery.objects.select_related("endpoint__application").filter(pk=options["delivery_id"]).first()
        )
        if delivery is None:
            raise CommandError(
                f"There is no delivery {options['delivery_id']}. `list_webhook_deliveries` shows the newest ones."
            )
        now = clock.now()
        again = carry_out(lambda: replay(delivery, now=now))
        self.stdout.write(f"Queued delivery {again.pk}.")
