"""`manage.py enqueue_job`: enqueues a periodic job immediately."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jobs.handlers import periodic_kinds
from jobs.queue import AlreadyQueued, enqueue


class Command(BaseCommand):
    help = "Enqueues a periodic job immediately, without waiting for its interval."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(periodic_kinds()))

    def handle(self, *args: Any, kind: str, **options: Any) -> None:
        try:
            enqueue(kind, now=timezone.now())
        except AlreadyQueued:
            raise CommandError(f"{kind} is already queued or running.") from None
        self.stdout.write(f"{kind} is queued.")
