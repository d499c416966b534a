"""The base of the commands of manage.py that change something."""

from typing import Any

from django.core.management.base import BaseCommand

from audit.actor import acting_as


class ChangingCommand(BaseCommand):
    """Names the command in the audit entries of what it changes."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with acting_as(command=type(self).__module__.rpartition(".")[2]):
            return super().execute(*args, **options)
