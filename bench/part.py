"""Run one part of the benchmark and print its figures as JSON: `python -m bench.part requests 10000 9`."""

import json
import os
import sys
from importlib import import_module

import django
from django.conf import settings


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partners.settings")
    django.setup()
    settings.ROOT_URLCONF = "bench.urls"
    what, *arguments = sys.argv[1:]
    measure = import_module(f"bench.{what}").measure
    json.dump(measure(*map(int, arguments)), sys.stdout)


if __name__ == "__main__":
    main()
