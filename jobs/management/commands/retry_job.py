"""`manage.py retry_job`: queues failed jobs again."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from jobs.management.jobs import described
from jobs.services.by_hand import retry_job
from jsonapi.refusals import Refusal


class Command(ChangingCommand):
    help = (
        "Queues failed jobs again: each is due now, and its failures are forgotten. A job that cannot be retried does "
        "not stop the others; the command then ends with an error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="+", type=int, metavar="ID", help="as list_jobs prints it")
        parser.add_argument("--json", action="store_true", help="print a JSON array of the queued jobs, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        queued, refusals = [], []
        for job_id in dict.fromkeys(options["ids"]):
            try:
                queued.append(retry_job(job_id, now=clock.now()))
            except Refusal as refusal:
                refusals.append(str(refusal))
        if options["json"]:
            self.stdout.write(json.dumps([described(job) for job in queued], indent=2))
        else:
            for job in queued:
                self.stdout.write(f"Queued job {job.pk}, {job.key}.")
        if refusals:
            raise CommandError(" ".join(refusals))
