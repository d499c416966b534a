"""`manage.py api`: answers requests until it is stopped."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from oauth.checks import reason_not_to_start
from partners.serving.command import allow_connections, granian


class Command(BaseCommand):
    requires_system_checks = ()  # They would double the start-up time, and `migrate` has already run them.
    help = "Serves the API until SIGTERM or SIGINT. Granian's variables, such as GRANIAN_SSL_CERTIFICATE, are heeded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="The address to listen at; 0.0.0.0 for all.")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="By default one for each core.")

    def handle(self, *args: Any, host: str, port: int, processes: int, **options: Any) -> None:
        if problem := reason_not_to_start():  # each process checks it, too, but this is one line
            sys.exit(problem)
        allow_connections()
        os.execv(sys.executable, [sys.executable, *granian(host, port, processes)])  # noqa: S606  a fixed command
