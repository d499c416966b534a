"""The health checks of containers. `.ci/deploy` runs them as the files of a deployment do."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from partners.probe import LONGEST_SILENCE, Unhealthy, check_api, check_worker, main

NOW = 1_800_000_000.0


class OneName(BaseHTTPRequestHandler):
    """Answers only for one name, as the server does."""

    def do_GET(self) -> None:
        good = (self.path, self.headers["Host"]) == ("/healthz", "api.example.com")
        self.send_response(200 if good else 400)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing is written into the output of the tests."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), OneName) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("hosts", ["api.example.com", ".example.com,api.example.com", "api.example.com,localhost"])
def test_the_api_is_asked_under_the_first_of_its_names(port: int, hosts: str) -> None:
    if hosts.startswith("."):
        with pytest.raises(Unhealthy, match=r"answers 400 to GET /healthz with Host: example\.com"):
            check_api({"ALLOWED_HOSTS": hosts}, port=port)
    else:
        check_api({"ALLOWED_HOSTS": hosts}, port=port)


def test_an_api_that_does_not_answer_is_unhealthy(port: int) -> None:
    with pytest.raises(Unhealthy, match="does not answer at port 1"):
        check_api({"ALLOWED_HOSTS": "api.example.com"}, port=1)


def test_a_worker_is_healthy_while_its_file_is_young(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    file.touch()
    os.utime(file, (NOW, NOW))

    check_worker({"WORKER_LIFE_FILE": str(file)}, now=NOW + LONGEST_SILENCE)
    with pytest.raises(Unhealthy, match="has not looked for jobs for 61 seconds"):
        check_worker({"WORKER_LIFE_FILE": str(file)}, now=NOW + LONGEST_SILENCE + 1)


@pytest.mark.parametrize(("environment", "reason"), [({}, "is not set"), ({"WORKER_LIFE_FILE": "/no/file"}, "No such")])
def test_a_worker_without_its_file_is_unhealthy(environment: dict[str, str], reason: str) -> None:
    with pytest.raises(Unhealthy, match=reason):
        check_worker(environment, now=NOW)


def test_a_wrong_call_is_no_statement_about_health(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["database"]) == 2
    assert capsys.readouterr().err.startswith("Usage:")


def test_a_check_does_not_load_django() -> None:
    """It runs every few seconds in each container."""
    script = "import sys, partners.probe; sys.exit('django' in sys.modules or 'pydantic' in sys.modules)"

    subprocess.run([sys.executable, "-c", script], check=True)  # noqa: S603
