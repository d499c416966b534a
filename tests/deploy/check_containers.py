"""What compose.yaml, the units and the manifests run works with the installed package, as it does in a container."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.deploy.containers import Machine, is_isolated, with_port
from tests.deploy.files import ROOT, Service, services
from tests.installed_package import files_of_the_repository
from tests.running_server import free_port

START_SECONDS = 300  # a busy machine starts slowly
KINDS = ("compose", "systemd")  # Kubernetes runs the same as compose.yaml: test_files.py compares them


def eventually(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.3)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def healthy(machine: Machine, service: Service, port: int) -> bool:
    """Whether the health check of the service says so."""
    command = [*service.health, *([str(port)] if service.name == "api" else [])]
    return machine.run(command, service.environment).returncode == 0


def test_only_the_two_folders_are_writable(machine: Machine) -> None:
    if not is_isolated():
        pytest.skip("only root can make a file system read-only")
    script = "import os, tempfile; tempfile.TemporaryFile(); open(os.environ['DATA_DIR'] + '/x', 'w'); open('/x', 'w')"

    tried = machine.run(["python", "-c", script], services()["compose", "api"].environment)

    assert tried.stderr.splitlines()[-1] == "OSError: [Errno 30] Read-only file system: '/x'"


def test_a_database_that_is_not_migrated_is_noticed(machine: Machine) -> None:
    """The init containers wait with this command."""
    complete = machine.run(["partners-manage", "migrate", "--check"], services()["kubernetes", "api"].environment)

    assert complete.returncode == 0, complete.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_the_services_start_answer_and_stop(machine: Machine, kind: str) -> None:
    api, worker, port = services()[kind, "api"], services()[kind, "worker"], free_port()
    with (
        machine.running(with_port(api.command, port), api.environment) as serving,
        machine.running(worker.command, worker.environment) as working,
    ):
        eventually(lambda: answers(f"http://127.0.0.1:{port}/readyz"), serving.log.read_text())
        if api.health:
            assert healthy(machine, api, port)
        if worker.health:
            eventually(lambda: healthy(machine, worker, port), working.log.read_text())

        assert working.stop() < worker.grace
        assert serving.stop() < api.grace
        assert (working.process.returncode, serving.process.returncode) == (0, 0)
        for log in (serving.log, working.log):
            assert "Traceback" not in log.read_text()
        if api.health:
            assert not healthy(machine, api, port)


def test_a_large_body_finds_its_temporary_file(machine: Machine) -> None:
    """Bodies above 64 KiB wait in TMPDIR."""
    api, port = services()["compose", "api"], free_port()
    with machine.running(with_port(api.command, port), api.environment) as serving:
        eventually(lambda: answers(f"http://127.0.0.1:{port}/healthz"), serving.log.read_text())
        form = {"grant_type": "client_credentials", "padding": "x" * 500_000}

        answer = httpx.post(f"http://127.0.0.1:{port}/o/token/", data=form, trust_env=False)

    assert answer.json()["error"] == "invalid_client"


def test_a_worker_that_has_stopped_looking_for_jobs_is_unhealthy(machine: Machine) -> None:
    worker = services()["compose", "worker"]
    file = machine.folder / "tmp/worker-alive"
    file.touch()
    os.utime(file, (time.time() - 61, time.time() - 61))

    said = machine.run(worker.health, worker.environment)
    file.unlink()

    assert said.returncode == 1
    assert re.fullmatch(r"The worker has not looked for jobs for \d+ seconds.\n", said.stderr)


def test_the_guides_are_built_from_what_the_image_gets(tmp_path: Path) -> None:
    """A stage of the Dockerfile builds them; a link to a file that .dockerignore leaves out would fail it."""
    allowed = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    for name in files_of_the_repository():
        if any(name == each or name.startswith(f"{each}/") for each in allowed):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}

    built = subprocess.run(command, cwd=tmp_path, env=environment, text=True, capture_output=True, check=False)

    assert built.returncode == 0, built.stderr
    assert (tmp_path / "build/guides/handbook/index.html").is_file()
