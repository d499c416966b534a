"""`manage.py enqueue_job`: has a worker do now what is otherwise done by the clock."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jobs.periodic import PERIODIC
from jobs.queue import AlreadyQueued, enqueue


class Command(BaseCommand):
    help = "Enqueues a job that is otherwise done by the clock, for a worker to take now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(PERIODIC))

    def handle(self, *args: Any, kind: str, **options: Any) -> None:
        try:
            enqueue(kind, now=timezone.now())
        except AlreadyQueued:
            raise CommandError(f"{kind} is queued or running already.") from None
        self.stdout.write(f"{kind} is queued.")
