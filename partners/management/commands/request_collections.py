"""`manage.py request_collections <folder>`: writes the collections of requests (`make collections`)."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from openapi.request_collections import bruno, postman
from partners.documentation import openapi


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Writes collections of requests for Postman and Bruno, made from the OpenAPI document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="A folder of its own: other files in it are deleted.")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        document = openapi("3.0")
        files = {"partners-api.postman_collection.json": postman(document)}
        files |= {f"bruno/{name}": content for name, content in bruno(document).items()}
        shutil.rmtree(folder, ignore_errors=True)  # no file stays of an operation that was removed
        for name, content in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
