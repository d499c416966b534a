"""docs/command-line.md: its examples run one after the other, and print what the page shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from devtools.client.app import app
from tests.client.command_line import CommandLine
from tests.documented import blocks
from tests.running_server import ROOT, running_server

pytestmark = pytest.mark.slow

PAGE = "command-line.md"


def shown_examples() -> list[tuple[str, str]]:
    """Each command of the page with the output that is shown below it."""
    text = "".join(block for language, block in blocks(PAGE) if language == "console")
    return [(command, output) for command, output in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)]


def pattern(output: str) -> str:
    """`…` stands for any text."""
    return re.escape(output.strip()).replace("…", r"[\s\S]*")


def test_every_example_prints_what_the_page_shows(tmp_path: Path) -> None:
    # The page says `partners`, as after the activation of the virtual environment.
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "partners").write_text(f'#!/bin/sh\nexec {sys.executable} -m devtools.client "$@"\n')
    (programs / "partners").chmod(0o755)
    with running_server() as server:
        environment = CommandLine(tmp_path, server.base_url).environment(PATH=f"{programs}:{os.environ['PATH']}")
        for command, output in shown_examples():
            ended = subprocess.run(  # noqa: S602  the page is ours
                command, shell=True, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, timeout=120,
            )  # fmt: skip

            printed = ended.stdout.strip().replace(server.base_url, "http://127.0.0.1:8000")
            assert re.fullmatch(pattern(output), printed), (command, printed)
            assert ended.returncode == {"✗ 4": 1, "✗ Y": 2}.get(output[:3], 0), command


def test_every_command_is_in_the_table() -> None:
    page = "".join((ROOT / "docs" / PAGE).read_text().partition("## All commands")[1:])
    rows = re.findall(r"^\| ((?:`[\w ]+`(?:, )?)+) \|", page, re.MULTILINE)
    documented = set()
    for row in rows:
        first, *others = re.findall(r"`([\w ]+)`", row)
        group = first.rpartition(" ")[0]
        documented |= {first, *(f"{group} {other}".strip() for other in others)}

    assert documented == commands()


def commands() -> set[str]:
    found = set()
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        found |= {f"{name} {inner}" for inner in command.commands} if hasattr(command, "commands") else {name}
    return found
