"""Render plans are an optimisation that could be deleted: only the views that opt in name them."""

import subprocess
import sys
from pathlib import Path

import jsonapi

SCRIPT = """
import sys, types
plugged = types.ModuleType("jsonapi.fast.views")
plugged.Planned = type("Planned", (), {})
sys.modules |= {"jsonapi.fast": types.ModuleType("jsonapi.fast"), "jsonapi.fast.views": plugged}
import django
django.setup()
import partners.urls
print(*(name for name in sys.modules if name.startswith("jsonapi.fast")))
"""


def test_no_module_of_jsonapi_imports_the_plans() -> None:
    modules = list(Path(jsonapi.__file__).parent.glob("*.py"))

    assert len(modules) > 10
    assert [path.name for path in modules if "jsonapi.fast" in path.read_text()] == []


def test_without_the_folder_only_the_mixin_is_missing() -> None:
    """The views load with an empty class in place of the mixin, and ask for nothing else of the folder."""
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-c", SCRIPT],
        cwd=Path(jsonapi.__file__).parents[1],
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PROFILE": "development"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert finished.stdout.split() == ["jsonapi.fast", "jsonapi.fast.views"]
