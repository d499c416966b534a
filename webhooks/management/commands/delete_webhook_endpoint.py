from argparse import ArgumentParser
from typing import Any

import clock
from audit.commands import ChangingCommand
from webhooks.management.webhooks import add_endpoint, carry_out, find_endpoint
from webhooks.services.endpoints import delete_endpoint


class Command(ChangingCommand):
    help = "Deletes a webhook endpoint with its secrets. What is pending fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_endpoint(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        endpoint, now = find_endpoint(options["endpoint_id"]), clock.now()
        carry_out(lambda: delete_endpoint(endpoint, now=now))
        self.stdout.write(f"Deleted webhook endpoint {options['endpoint_id']}.")
