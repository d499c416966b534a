"""The code of the base of this branch works on the tables of this branch: an update is running, or is taken back.

The base is the common ancestor with origin/main, or with the commit in BASE.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.deploy.containers import Machine
from tests.deploy.files import ROOT, services
from tests.running_server import free_port

START_SECONDS = 300  # a busy machine starts slowly

# What is looked at, as far as the old code has it.
LISTS = ("users", "listings", "events", "webhook-endpoints", "compsets")
KINDS = ("purge_expired_tokens", "prune_jobs", "write_recommendations", "purge_events", "refresh_markets")


def git(*arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], cwd=ROOT, text=True, capture_output=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else ""


@pytest.fixture(scope="module")
def old_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the base commit."""
    base = git("merge-base", "HEAD", os.environ.get("BASE", "origin/main"))
    if not base:
        pytest.skip("there is no origin/main to compare with")
    if not git("diff", "--name-only", base, "HEAD", "--", "*/migrations/[0-9]*.py"):
        pytest.skip("this branch has no new migration")
    folder = tmp_path_factory.mktemp("base")
    archive = subprocess.run(["git", "archive", base], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    return folder


@pytest.fixture(scope="module")
def environment(machine: Machine) -> dict[str, str]:
    return {**machine.environment(services()["compose", "api"].environment), "PATH": os.environ["PATH"]}


@pytest.fixture(scope="module")
def url(old_code: Path, environment: dict[str, str]) -> Iterator[str]:
    """The old API, on the new tables."""
    port = free_port()
    command = [sys.executable, "manage.py", "api", "--port", str(port), "--processes", "1"]
    process = subprocess.Popen(command, cwd=old_code, env=environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
                break
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def test_old_code_reads_and_writes_on_new_tables(old_code: Path, environment: dict[str, str], url: str) -> None:
    schema = (old_code / "docs" / "openapi.yaml").read_text()
    create = [sys.executable, "manage.py", "create_application", "--name", "Old code"]
    printed = subprocess.run(create, cwd=old_code, env=environment, text=True, capture_output=True, check=True).stdout
    client_id, secret = printed.split()[1::2]
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    with httpx.Client(base_url=url, trust_env=False) as client:
        token = client.post("/o/token/", data=form).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        attributes = {"first-name": "Ada", "last-name": "Host", "email": "old-code@example.com"}
        created = client.post("/api/v1/users/", json={"data": {"type": "users", "attributes": attributes}})
        lists = {path: client.get(f"/api/v1/{path}/").status_code for path in LISTS if f"/api/v1/{path}/:" in schema}
        deleted = client.delete(f"/api/v1/users/{created.json()['data']['id']}/")

    assert created.status_code == 201, created.text
    assert {"users", "listings"} <= lists.keys()
    assert set(lists.values()) == {200}, lists
    assert deleted.status_code == 204, deleted.text


def test_an_old_worker_works_on_new_tables(old_code: Path, environment: dict[str, str]) -> None:
    """It runs a periodic job of each room that does not ask a channel."""
    enqueue = [sys.executable, "manage.py", "enqueue_job"]
    known = subprocess.check_output([*enqueue, "--help"], cwd=old_code, env=environment, text=True)
    kinds = [kind for kind in KINDS if kind in known]
    assert "prune_jobs" in kinds
    for kind in kinds:
        subprocess.run([*enqueue, kind], cwd=old_code, env=environment, check=True)

    ran = subprocess.run(
        [sys.executable, "manage.py", "worker", "--drain"], cwd=old_code, env=environment, text=True,
        capture_output=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert "failed" not in ran.stderr
    assert "Traceback" not in ran.stderr
