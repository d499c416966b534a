from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from webhooks.management.webhooks import add_endpoint, carry_out, find_endpoint
from webhooks.services.endpoints import LONGEST_OVERLAP, rotate_secret

LONGEST_HOURS = LONGEST_OVERLAP // timedelta(hours=1)


class Command(ChangingCommand):
    help = (
        "Gives a webhook endpoint a new signing secret, and prints it; it cannot be read again. Deliveries are signed "
        "with the old one as well until the overlap has passed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_endpoint(parser)
        parser.add_argument(
            "--overlap-hours",
            type=int,
            default=24,
            metavar="N",
            help=f"hours for which the old secret signs as well: 24 unless given, {LONGEST_HOURS} at most, 0 for a "
            "secret that has leaked",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        hours = options["overlap_hours"]
        if not 0 <= hours <= LONGEST_HOURS:
            raise CommandError(f"--overlap-hours must be from 0 to {LONGEST_HOURS}.")
        endpoint, now = find_endpoint(options["endpoint_id"]), clock.now()
        secret = carry_out(lambda: rotate_secret(endpoint, overlap=timedelta(hours=hours), now=now))
        self.stdout.write(f"secret: {secret}")
