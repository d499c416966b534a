"""Print the published schema as JSON: `write_schema.py 3.0` or `write_schema.py 3.1`."""

import os
import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ |= {"DJANGO_SETTINGS_MODULE": "partners.settings", "PROFILE": "development"}
django.setup()

from partners.documentation import written  # noqa: E402

sys.stdout.buffer.write(written(sys.argv[1], "json"))
