"""Servers that are only compared with: installed for the run, into a temporary folder."""

import subprocess
import sys
from pathlib import Path

TIMEOUT_SECONDS = 240


class CannotInstall(Exception):
    """A server cannot be installed; the message is for the report."""


def python_packages(folder: str, *requirements: str) -> str:
    """Install packages and return the folder for PYTHONPATH."""
    target = str(Path(folder) / "python")
    run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--target",
        target,
        *requirements,
    )
    return target


def python_environment(folder: str, *requirements: str) -> str:
    """Create a virtual environment with the packages and return the path of its Python."""
    run(sys.executable, "-m", "venv", folder)
    python = str(Path(folder) / "bin" / "python")
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements)
    return python


def node_program(folder: str, package: str, program: str) -> str:
    """Install an npm package and return the path of its program."""
    run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", folder, package)
    return str(Path(folder) / "node_modules" / ".bin" / program)


def run(*command: str) -> None:
    what = " ".join(command[:4])
    try:
        finished = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotInstall(f"{what}: {type(error).__name__}") from error
    if finished.returncode:
        raise CannotInstall(f"{what}: exit status {finished.returncode}")
