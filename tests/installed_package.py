"""The server as a wheel, installed into an environment of its own."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests.running_server import ROOT


def files_of_the_repository() -> list[str]:
    """Tracked files and new ones, relative to the root of the checkout."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.check_output(command, cwd=ROOT, text=True).splitlines()  # noqa: S603
    return [name for name in listed if (ROOT / name).is_file()]


def build_wheel(sources: Path, built: Path) -> Path:
    """The wheel, built in two empty folders from a copy of the checkout: a build leaves files among its sources."""
    for name in files_of_the_repository():
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).write_bytes((ROOT / name).read_bytes())
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", built, sources], check=True)  # noqa: S603
    (only,) = built.glob("*.whl")
    return only


def install(wheel: Path, environment: Path) -> Path:
    """The Python of a fresh environment with the wheel. It can also import the packages of this environment."""
    venv.create(environment, symlinks=True)
    installed = environment / "bin/python"
    paths = {"base": str(environment), "platbase": str(environment)}
    packages = Path(sysconfig.get_path("purelib", "venv", paths))
    current = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "current.pth").write_text("\n".join(current))
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", installed, "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, wheel], check=True)  # noqa: S603
    return installed
