from argparse import ArgumentParser
from typing import Any

import clock
from audit.commands import ChangingCommand
from webhooks.management.webhooks import add_endpoint, carry_out, described, find_endpoint, lines
from webhooks.services.endpoints import CHOOSABLE, change_endpoint


class Command(ChangingCommand):
    help = (
        "Changes the URL, description or event types of a webhook endpoint, and prints the result. Options that are "
        "left out change nothing. `enable_webhook_endpoint` and `disable_webhook_endpoint` switch it on and off."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_endpoint(parser)
        parser.add_argument("--url")
        parser.add_argument("--description")
        events = parser.add_mutually_exclusive_group()
        events.add_argument("--events", nargs="+", metavar="TYPE", help=f"exactly these: {', '.join(CHOOSABLE)}")
        events.add_argument("--all-events", action="store_true", help="all types, also those that are added later")

    def handle(self, *args: Any, **options: Any) -> None:
        endpoint, now = find_endpoint(options["endpoint_id"]), clock.now()
        changes = {name: options[name] for name in ("url", "description") if options[name] is not None}
        if options["events"] or options["all_events"]:
            changes["event_types"] = options["events"] or []
        changed = carry_out(lambda: change_endpoint(endpoint, changes, now=now))
        changed.application = endpoint.application
        self.stdout.write("\n".join(lines(described(changed))))
