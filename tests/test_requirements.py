"""The files in `requirements/` declare what the code imports; the server needs no other package at run time."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).parents[1]
PACKAGES = {file.parent.name for file in ROOT.glob("*/__init__.py")}
DEVELOPMENT = {"sandbox", "devtools", "bench", "reliability", "tests"}
SERVER = PACKAGES - DEVELOPMENT
DECLARED_IN = {
    **dict.fromkeys(SERVER, ("base",)),
    "sandbox": ("sandbox",),
    "devtools": ("base", "sandbox", "docs"),
    **dict.fromkeys(("bench", "reliability", "tests", ".ci"), ("base", "sandbox", "docs", "dev")),
}
USED_WITHOUT_IMPORT = {
    "psycopg",  # Django's driver for PostgreSQL
    "redis",  # the storage that the limits package uses with REDIS_URL
    "tzdata",  # time zones for machines without a database of their own
}
INSTALLED = packages_distributions()
NOT_INSTALLED = {
    "compose_spec",  # .ci/deploy installs it
    "fastapi", "fastapi_jsonapi", "sqlalchemy", "pydantic",  # bench/peer_fastapi.py runs in an environment of its own
    "openapi_client",  # .ci/codegen generates it
}  # fmt: skip


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(files: Iterable[str]) -> set[str]:
    """Return the distributions that the files of `requirements/` list, without the files that they include."""
    lines = [line for file in files for line in (ROOT / f"requirements/{file}.in").read_text().splitlines()]
    return {normalized(match[0]) for line in lines if (match := re.match(r"\w[\w.-]*", line))}


def imported(folder: str) -> Iterator[tuple[str, Path]]:
    """Yield each third-party package that a Python file of the folder imports, with the file."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for package in {name.partition(".")[0] for name in names} - PACKAGES - sys.stdlib_module_names:
                yield package, file


def configured() -> set[str]:
    """Return the packages that only the settings name."""
    return {name.partition(".")[0] for name in [*settings.INSTALLED_APPS, *settings.MIDDLEWARE]} - PACKAGES


def distributions(package: str) -> set[str]:
    return {normalized(name) for name in INSTALLED.get(package, [])}


@pytest.mark.parametrize("folder", sorted(DECLARED_IN))
def test_a_folder_imports_only_declared_packages(folder: str) -> None:
    known = declared(DECLARED_IN[folder])

    undeclared = {
        f"{package} in {file.relative_to(ROOT)}"
        for package, file in imported(folder)
        if package not in NOT_INSTALLED and not distributions(package) & known
    }

    assert not undeclared


def test_the_settings_name_only_declared_packages() -> None:
    assert configured()
    assert {package for package in configured() if not distributions(package) & declared(["base"])} == set()


def test_the_server_uses_every_package_that_it_declares() -> None:
    packages = {package for folder in SERVER for package, _ in imported(folder)} | configured()
    used = {name for package in packages for name in distributions(package)}

    assert declared(["base"]) - used == USED_WITHOUT_IMPORT


def test_the_sandbox_and_the_development_tools_use_every_package_that_the_sandbox_declares() -> None:
    used = {
        name for folder in ("sandbox", "devtools") for package, _ in imported(folder) for name in distributions(package)
    }

    assert declared(["sandbox"]) - used == {"tzdata"}  # time zones for machines without a database of their own
