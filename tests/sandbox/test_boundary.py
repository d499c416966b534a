"""The sandbox shares no code with the server, and its requirements are complete."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def imported_packages() -> set[str]:
    """Top-level names of all packages that the sandbox's modules import, the standard library excluded."""
    names: set[str] = set()
    for path in (ROOT / "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path} has a relative import"
                names.add(node.module or "")
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names


def test_all_imported_packages_are_declared() -> None:
    lines = (ROOT / "requirements" / "sandbox.in").read_text().splitlines()
    declared = {re.split(r"[^\w-]", line)[0] for line in lines if line and not line.startswith("#")}

    assert imported_packages() <= declared | {"sandbox"}
    assert declared - imported_packages() == {"tzdata"}  # zoneinfo reads its files


def test_the_process_loads_no_module_of_the_server() -> None:
    program = "import sandbox.server, sys; print(*{name.partition('.')[0] for name in sys.modules})"
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )

    loaded = set(finished.stdout.split())
    own_packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert "partners" in own_packages
    assert "django" not in loaded
    assert loaded & own_packages == {"sandbox"}
