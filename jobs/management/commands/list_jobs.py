"""`manage.py list_jobs`: shows background jobs."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs.management.jobs import described, line
from jobs.models import Job
from jobs.selectors import jobs

DEFAULT_LIMIT = 100


class Command(BaseCommand):
    help = "Shows background jobs, newest first: state, key, when it ended or is due, and why it failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--state", choices=[state.value for state in Job.State], help="only jobs in this state")
        parser.add_argument("--kind", help="only jobs of this kind, such as sync_account")
        parser.add_argument("--account", type=int, metavar="ID", help="only jobs for this account")
        parser.add_argument(
            "--limit", type=int, default=DEFAULT_LIMIT, metavar="N", help=f"{DEFAULT_LIMIT} unless given"
        )
        parser.add_argument("--json", action="store_true", help="print a JSON array, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] < 1:
            raise CommandError("--limit must be at least 1.")
        wanted = jobs(state=options["state"], kind=options["kind"], account_id=options["account"])
        found = list(wanted[: options["limit"]])
        if options["json"]:
            self.stdout.write(json.dumps([described(job) for job in found], indent=2))
            return
        for job in found:
            self.stdout.write(line(job))
