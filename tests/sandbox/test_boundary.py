"""The sandbox shares no code with the server."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


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
