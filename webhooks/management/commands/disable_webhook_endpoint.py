from argparse import ArgumentParser
from functools import partial
from typing import Any

import clock
from audit.commands import ChangingCommand
from webhooks.management.webhooks import add_endpoint, carry_out, find_endpoint
from webhooks.services.endpoints import change_endpoint


class Command(ChangingCommand):
    help = "Disables a webhook endpoint. Nothing is sent to it until it is enabled; what is pending fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_endpoint(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        endpoint, now = find_endpoint(options["endpoint_id"]), clock.now()
        change = partial(change_endpoint, endpoint, {"enabled": False}, now=now)
        carry_out(change)
        self.stdout.write(f"Disabled webhook endpoint {endpoint.pk}.")
