"""`manage.py enqueue_job`: enqueues a periodic job immediately."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from jobs.handlers import periodic_kinds
from jobs.services.by_hand import start_periodic
from jsonapi.refusals import Refusal


class Command(ChangingCommand):
    help = "Enqueues a periodic job immediately, without waiting for its interval."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(periodic_kinds()))

    def handle(self, *args: Any, kind: str, **options: Any) -> None:
        try:
            start_periodic(kind, now=clock.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{kind} is queued.")
