"""The management commands: `manage.py` in a checkout, `partners-manage` where the package is installed."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partners.settings")
    execute_from_command_line(sys.argv)
