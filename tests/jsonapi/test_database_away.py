"""A database that does not answer: the caller is told to retry, and nothing else."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.running_server import ROOT, free_port
from tests.test_environment import PRODUCTION

SCRIPT = """
import json, sys
import django
django.setup()
from django.test import Client

method, path, data = sys.argv[1:]
answer = Client(raise_request_exception=False).generic(
    method, path, data, content_type="application/x-www-form-urlencoded",
    headers={"authorization": "Bearer of-somebody", "x-request-id": "mine"},
)
print(json.dumps([answer.status_code, dict(answer.headers), answer.json()]))
"""


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("GET", "/api/v1/listings/", ""),
        ("POST", "/o/token/", "grant_type=client_credentials&client_id=demo-partner&client_secret=secret"),
    ],
)
def test_a_database_that_does_not_answer_is_a_503(method: Any, path: Any, data: Any, tmp_path: Any) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "partners.settings",
        "DATABASE_URL": f"postgres://postgres@127.0.0.1:{free_port()}/nowhere",
        "DATA_DIR": str(tmp_path),
    }

    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-c", SCRIPT, method, path, data], cwd=ROOT, env=environment, capture_output=True, check=True
    )

    assert b"[mine]" in finished.stderr
    assert b"The database is unavailable" in finished.stderr
    assert finished.stderr.count(b"\n") == 1
    status, headers, document = json.loads(finished.stdout)
    assert (status, headers["Retry-After"]) == (503, "5")
    assert headers["Content-Type"] == "application/vnd.api+json"
    assert document == {
        "errors": [
            {
                "status": "503",
                "title": "Service Unavailable",
                "detail": "The database does not answer at the moment.",
                "source": {"pointer": None},
                "links": {"about": "/api/v1/errors/503"},
                "meta": {"request-id": "mine"},
            }
        ]
    }


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """What a server's process does first, in production."""
    words = [sys.executable, "-c", "import partners.wsgi"]
    own = {"PATH": os.environ["PATH"], **PRODUCTION, **environment}
    return subprocess.run(words, cwd=ROOT, env=own, capture_output=True, text=True)  # noqa: S603


def test_a_server_starts_while_the_database_is_away(tmp_path: Any) -> None:
    started = start(DATABASE_URL=f"postgres://postgres@127.0.0.1:{free_port()}/nowhere", DATA_DIR=str(tmp_path))

    assert (started.returncode, started.stderr) == (0, "")


def test_a_server_does_not_start_on_a_database_without_tables(tmp_path: Any) -> None:
    started = start(DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3", DATA_DIR=str(tmp_path))

    assert (started.returncode, started.stderr) == (1, "The database is not migrated. Run: manage.py migrate\n")
