"""`manage.py worker`: runs background jobs until it is stopped."""

import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from jobs.outcomes import first_line
from jobs.worker import JobWorker


class Command(BaseCommand):
    requires_system_checks = ()  # They would double the start-up time, and `migrate` has already run them.
    help = "Runs due jobs, WORKER_CONCURRENCY at once, until SIGTERM or SIGINT."

    def add_arguments(self, parser: ArgumentParser) -> None:
        until = parser.add_mutually_exclusive_group()
        until.add_argument("--once", action="store_true", help="Run at most one due job and exit.")
        until.add_argument("--drain", action="store_true", help="Run due jobs one by one until none is due, and exit.")

    def handle(self, *args: Any, once: bool, drain: bool, **options: Any) -> None:
        if settings.ENVIRONMENT.job_engine == "celery" and not (once or drain):
            from jobs.celery_engine.serving import run_worker  # only this engine needs Celery

            sys.exit(run_worker())
        worker = JobWorker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        try:
            if once:
                worker.run_one()
            elif drain:
                worker.drain()
            else:
                worker.run()
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"The database is unavailable: {first_line(error)}") from None
