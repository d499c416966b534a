"""`manage.py worker`: does the background work until it is asked to stop."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs.worker import JobWorker


class Command(BaseCommand):
    requires_system_checks = ()  # they take as long as all the rest of its start, and `migrate` has made them
    help = "Runs due jobs, one at a time, until SIGTERM or SIGINT; run several for more at a time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        until = parser.add_mutually_exclusive_group()
        until.add_argument("--once", action="store_true", help="Run one due job, if there is one, and exit.")
        until.add_argument("--drain", action="store_true", help="Run due jobs until none is due, and exit.")

    def handle(self, *args: Any, once: bool, drain: bool, **options: Any) -> None:
        worker = JobWorker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        if once:
            worker.run_one()
        elif drain:
            worker.drain()
        else:
            worker.run()
