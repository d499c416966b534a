"""`manage.py cancel_job`: closes a job that is queued or running."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from jobs.services.by_hand import cancel_job
from jsonapi.refusals import Refusal


class Command(ChangingCommand):
    help = "Closes a queued or running job as failed. A running one stops at its next step; what it has stored stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int, metavar="ID", help="as list_jobs prints it")
        parser.add_argument("--json", action="store_true", help="print a JSON object, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        job_id = options["id"]
        try:
            was_running = cancel_job(job_id, now=clock.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps({"id": job_id, "was_running": was_running}))
        elif was_running:
            self.stdout.write(f"Cancelled job {job_id}. It was running, and stops at its next step.")
        else:
            self.stdout.write(f"Cancelled job {job_id}.")
