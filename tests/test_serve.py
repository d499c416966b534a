"""`make serve` and `make demo` report a problem in one line and leave no process behind."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from devtools.start_conditions import CannotStart, check_free, hold, prepare, read_clock, read_limits, read_port
from tests.running_server import ROOT, free_port


@pytest.mark.parametrize("text", ["abc", "0", "65535", "70000", "-1", "8000.5", "٨٠٠٠", " 8000"])
def test_an_invalid_port_is_refused(text: str) -> None:
    with pytest.raises(CannotStart, match=re.escape(f"PORT must be a number from 1 to 65534, not {text!r}.")):
        read_port(text)


CHOICES = ("PORT", "DATA_DIR", "CHANNEL", "CLOCK", "LIMITS")


def test_the_default_port_is_8000() -> None:
    assert read_port("") == 8000


def test_the_error_for_a_port_in_use_names_the_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(CannotStart, match=rf"^Port {port} cannot be used by the API \(.+\). Choose another"):
            check_free(port, "the API")


def test_the_data_folder_is_created_with_its_parents(tmp_path: Path) -> None:
    folder = tmp_path / "of a new user" / "data"

    assert prepare(str(folder)) == folder
    assert folder.is_dir()


@pytest.mark.parametrize("below", ["", "data"])
def test_a_file_is_refused_as_data_folder(tmp_path: Path, below: str) -> None:
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(CannotStart, match=r"^DATA_DIR .*file.* cannot be written: .+\.$"):
        prepare(str(file / below))


def test_a_data_folder_is_held_by_one_server(tmp_path: Path) -> None:
    lock = hold(tmp_path)

    refused = rf"^Another server \(process {os.getpid()}\) uses DATA_DIR {tmp_path}. Stop it, or choose another folder"
    with pytest.raises(CannotStart, match=refused):
        hold(tmp_path)

    os.close(lock)
    os.close(hold(tmp_path))


@pytest.mark.parametrize("text", ["tomorrow", "2027-01-15T08:00:00", "2027-13-01T00:00:00Z", "1799999999", " real"])
def test_an_invalid_clock_is_refused(text: str) -> None:
    with pytest.raises(CannotStart, match=r"^CLOCK must be an instant such as 2027-01-15T08:00:00Z, or real, not '"):
        read_clock(text)


@pytest.mark.parametrize("text", ["2022-12-31T23:59:59Z", "2090-01-01T00:00:01Z", "0001-01-01T00:00:00+23:00"])
def test_a_clock_for_which_the_sandbox_has_no_data_is_refused(text: str) -> None:
    with pytest.raises(CannotStart, match=r"^CLOCK must be between 2023-01-01 and 2090-01-01\.$"):
        read_clock(text)


def test_limits_are_on_or_off() -> None:
    assert [read_limits(text) for text in ("", "on", "off")] == [True, True, False]
    with pytest.raises(CannotStart, match=r"^LIMITS must be on or off, not 'none'\.$"):
        read_limits("none")


def run(*command: object, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in CHOICES}
    return subprocess.run(  # noqa: S603
        [*map(str, command)], cwd=ROOT, env=clean | environment, capture_output=True, text=True, timeout=60
    )  # fmt: skip


@pytest.mark.parametrize("module", ["devtools.serve", "devtools.demo"])
def test_a_bad_port_ends_the_command_with_one_line_and_exit_code_1(module: str) -> None:
    answer = run(sys.executable, "-m", module, PORT="abc")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == "PORT must be a number from 1 to 65534, not 'abc'.\n"


def test_an_unusable_database_ends_the_command_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "partners.sqlite3").write_text("This is no database. " * 100)

    answer = run(sys.executable, "-m", "devtools.serve", PORT=str(free_port()), DATA_DIR=str(tmp_path), DATABASE_URL="")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == "The database cannot be used: file is not a database.\n"


def test_a_demo_without_a_server_names_the_command_that_starts_one() -> None:
    port = free_port()

    answer = run(sys.executable, "-m", "devtools.demo", PORT=str(port))

    shown = f"No sandbox answers at http://127.0.0.1:{port + 1}. Run `make serve` in another terminal first.\n"
    assert (answer.returncode, answer.stderr) == (1, shown)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone without an installation."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def test_a_missing_python_is_reported_in_one_line(clone: Path) -> None:
    answer = run("make", "-C", clone, "serve", "PYTHON=python-that-nobody-has")

    assert answer.returncode != 0
    assert "Python 3.11 or newer is needed; python-that-nobody-has is not installed." in answer.stderr.splitlines()
    assert not (clone / ".venv").exists()


def test_an_old_python_is_reported_in_one_line(clone: Path) -> None:
    old = clone / "python3.9"
    old.write_text(f"""#!/bin/sh
exec {sys.executable} -c 'import sys; sys.version_info = (3, 9, 1); exec(sys.argv[2])' "$@"
""")
    old.chmod(0o755)

    answer = run("make", "-C", clone, "serve", f"PYTHON={old}")

    assert answer.returncode != 0
    assert f"Python 3.11 or newer is needed; {old} is 3.9." in answer.stderr.splitlines()
    assert not (clone / ".venv").exists()


@pytest.mark.slow
def test_a_missing_network_is_reported_in_one_line(clone: Path) -> None:
    nobody_listens = f"http://127.0.0.1:{free_port()}/simple/"
    network = {"PIP_INDEX_URL": nobody_listens, "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1", "PIP_EXTRA_INDEX_URL": ""}

    answer = run("make", "-C", clone, "serve", f"PYTHON={sys.executable}", PIP_CONFIG_FILE=os.devnull, **network)

    assert answer.returncode != 0
    lines = [line for line in answer.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1
    assert lines[0].startswith("The libraries cannot be downloaded: no package index answers.")
    assert not (clone / ".venv/base.installed").exists()


@dataclass
class Serving:
    """A running `make serve`. `shown` is the text that it printed until it was ready."""

    process: subprocess.Popen[str]
    port: int
    shown: str

    def shows(self, pattern: str) -> str:
        """The first group of a pattern in the printed text."""
        found = re.search(pattern, self.shown, re.MULTILINE)
        assert found, self.shown
        return found[1]

    def everything_ends(self) -> str:
        """Waits until all processes have ended, and returns the text that they printed meanwhile."""
        written, _ = self.process.communicate(timeout=30)
        check_free(self.port, "the API")
        check_free(self.port + 1, "the sandbox")
        return written


@contextmanager
def serving(data_dir: Path, **choices: str) -> Iterator[Serving]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "devtools.serve"],
        cwd=ROOT,
        env=os.environ
        | {"PORT": str(port), "DATA_DIR": str(data_dir), "DATABASE_URL": "", "LOG_LEVEL": "WARNING"}
        | choices,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        shown = ""
        while "Ctrl-C stops everything" not in shown:
            assert process.stdout
            shown += (line := process.stdout.readline())
            assert line, shown
        yield Serving(process, port, shown)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_the_printed_command_works_and_the_data_is_kept(tmp_path: Path) -> None:
    data_dir = tmp_path / "a folder with spaces"
    with serving(data_dir) as first:
        pasted = shlex.split(first.shows("^  (curl .*)$"))
        token = json.loads(subprocess.check_output(pasted))  # noqa: S603
        headers = {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/vnd.api+json"}
        attributes = {"first-name": "Ada", "last-name": "Host", "email": "ada@example.com"}
        users = first.shows(r"Partners API +(\S+)") + "users/"
        created = httpx.post(users, headers=headers, json={"data": {"type": "users", "attributes": attributes}})
        assert created.status_code == 201
        assert httpx.get(first.shows(r"Docs +(\S+)")).status_code == 200

        first.process.send_signal(signal.SIGINT)

        assert "Traceback" not in first.everything_ends()
        assert first.process.returncode == 0
    with serving(data_dir) as second:
        listed = httpx.get(users.replace(str(first.port), str(second.port)), headers=headers)
        assert [user["attributes"]["email"] for user in listed.json()["data"]] == ["ada@example.com"]

        second.process.kill()  # a killed process cannot stop the others

        second.everything_ends()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["granian", "manage.py worker", "sandbox --port"])
def test_a_process_that_is_killed_is_started_again_and_the_others_go_on(tmp_path: Path, name: str) -> None:
    with serving(tmp_path) as started:
        before = processes(started, "")
        killed = processes(started, name)
        assert killed

        os.kill(min(killed), signal.SIGKILL)
        deadline = time.monotonic() + 40
        while not (processes(started, name) - killed and ready(started)):
            assert time.monotonic() < deadline
            time.sleep(0.2)

        assert started.process.poll() is None
        assert processes(started, "") & before
        started.process.send_signal(signal.SIGINT)
        started.everything_ends()
        assert started.process.returncode == 0


@pytest.mark.slow
def test_a_second_server_on_the_same_data_says_so_and_the_first_goes_on(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        second = run(sys.executable, "-m", "devtools.serve", PORT=str(free_port()), DATA_DIR=str(tmp_path))

        shown = f"Another server (process {first.process.pid}) uses DATA_DIR {tmp_path}. "
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr == shown + "Stop it, or choose another folder with DATA_DIR=.\n"
        assert ready(first)
        first.process.kill()  # The system releases the lock.
        first.everything_ends()

    os.close(hold(tmp_path))


@pytest.mark.slow
def test_server_and_sandbox_start_at_the_same_instant_without_limits(tmp_path: Path) -> None:
    with serving(tmp_path, CLOCK="2027-01-15T08:00:00Z", LIMITS="off") as started:
        sandbox = f"http://127.0.0.1:{started.port + 1}"

        assert "2027-01-15T08:0" in started.shows(r"^  Clock +(\S+), running; CLOCK=real")
        assert started.shows("^  Limits +(off)")
        assert httpx.get(f"{sandbox}/_control/limits").json() == {"enabled": False}
        assert httpx.get(f"{sandbox}/_control/clock").json()["now"].startswith("2027-01-15T08:")
        assert user_created_at(started).startswith("2027-01-15T08:")

        httpx.post(f"{sandbox}/_control/clock", json={"advance": 86_400}).raise_for_status()

        assert user_created_at(started).startswith("2027-01-16T08:")
        assert ready(started), "a moved clock ends no sign of life"


def user_created_at(started: Serving) -> str:
    """When a new user was created, in the words of the API."""
    token = json.loads(subprocess.check_output(shlex.split(started.shows("^  (curl .*)$"))))  # noqa: S603
    headers = {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/vnd.api+json"}
    attributes = {"first-name": "Ada", "last-name": "Host", "email": f"ada-{time.monotonic_ns()}@example.com"}
    users = started.shows(r"Partners API +(\S+)") + "users/"
    created = httpx.post(users, headers=headers, json={"data": {"type": "users", "attributes": attributes}})
    return str(created.json()["data"]["attributes"]["created-at"])


def processes(started: Serving, name: str) -> set[int]:
    """The numbers of the server's processes whose command contains `name`."""
    command = ["pgrep", "-P", str(started.process.pid), "-f", name or "."]
    listed = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    return {int(number) for number in listed.stdout.split()}


def ready(started: Serving) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{started.port}/readyz").is_success
    except httpx.TransportError:
        return False
