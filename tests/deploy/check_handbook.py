"""The commands of docs/handbook.md are run as written, on PostgreSQL and Redis, while the API and a worker run."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from partners.environment import read_environment
from tests.deploy.containers import Machine, with_port
from tests.deploy.files import DEPLOY, ROOT, services
from tests.deploy.world import World
from tests.documented import blocks
from tests.running_server import free_port

PAGE = "handbook.md"
COMMANDS = [text for language, text in blocks(PAGE) if language == "sh"]
NOT_RUN = [text for language, text in blocks(PAGE) if language == "console"]
PATIENCE = 600  # seconds
ROLE, RESTORED = "partners_next", "partners_restored"


@pytest.fixture(scope="module")
def environment(machine: Machine, world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What an operator's shell has: the settings, the variables of the page, and the programs of PostgreSQL."""
    api, worker, port = services()["compose", "api"], services()["compose", "worker"], free_port()
    with (
        machine.running(with_port(api.command, port), api.environment) as serving,
        machine.running(worker.command, worker.environment),
    ):
        address = f"http://127.0.0.1:{port}"
        for _ in range(1500):
            with suppress(httpx.TransportError):
                if httpx.get(f"{address}/readyz", trust_env=False).is_success:
                    break
            time.sleep(0.2)
        else:
            pytest.fail(serving.log.read_text())
        server = os.environ["DEPLOY_DATABASE_URL"]
        with psycopg.connect(server) as connection:
            info = connection.info
            libpq = {"PGHOST": info.host, "PGPORT": str(info.port), "PGUSER": info.user, "PGPASSWORD": info.password}
        found = {
            **machine.environment(api.environment),
            **libpq,
            "HOME": str(tmp_path_factory.mktemp("home")),
            "PATH": f"{machine.bin}:{os.environ['PATH']}",
            "DOMAIN": "api.partner.example",
            "BACKUPS": str(tmp_path_factory.mktemp("backups")),
            "CLIENT_ID": world.client_id,
            "ENDPOINT_ID": world.endpoint_id,
            "DATABASE_ROLE": str(libpq["PGUSER"]),
            "HOST": machine.host,
            "API": address,
            "JOB_ID": failed_job(machine),
        }
        # Tests run in any order, and some commands use a backup.
        subprocess.run(["python3", str(DEPLOY / "backup"), found["BACKUPS"]], env=found, check=True)
        yield found


def failed_job(machine: Machine) -> str:
    """A periodic job that looks as if it had failed."""
    query = """UPDATE jobs_job SET state = 'failed', failures = 10, error = 'a try' WHERE id = (
               SELECT id FROM jobs_job WHERE kind = 'compact_tallies' AND state = 'succeeded' LIMIT 1) RETURNING id"""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with psycopg.connect(machine.database_url) as connection:
            if row := connection.execute(query).fetchone():
                return str(row[0])
        time.sleep(0.5)
    raise TimeoutError("no worker has run the daily job compact_tallies")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout, as far as the commands use it."""
    found = tmp_path_factory.mktemp("checkout")
    (found / "deploy").symlink_to(ROOT / "deploy")
    return found


@pytest.fixture(scope="module", autouse=True)
def leftovers(environment: dict[str, str]) -> Iterator[None]:
    """Nothing of earlier runs is in the way, and nothing is left."""

    def remove() -> None:
        with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")
            connection.execute(f"DROP ROLE IF EXISTS {ROLE}")

    remove()
    yield
    remove()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda text: re.sub(r"\W+", "-", text)[:60])
def test_a_command_works_as_written(command: str, environment: dict[str, str], folder: Path) -> None:
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=environment, text=True, capture_output=True,
        check=False, timeout=PATIENCE,
    )  # fmt: skip

    assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
    if "readyz" in command:
        assert ran.stdout.count("ok") == 4, ran.stdout
    if "production.env" in command:
        lines = (folder / "production.env").read_text().splitlines()
        said = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        assert read_environment({**said, "DATABASE_URL": "postgres://db/partners"}).allowed_hosts == (
            "api.partner.example",
        )
        assert len(said["POSTGRES_PASSWORD"]) == 48
        assert (folder / "production.env").stat().st_mode & 0o077 == 0
    if ROLE in command:
        with psycopg.connect(environment["DATABASE_URL"], user=ROLE, password="a-new-password") as connection:
            assert connection.execute("SELECT current_user").fetchone() == (environment["DATABASE_ROLE"],)
    if RESTORED in command:
        restored = environment["DATABASE_URL"].rpartition("/")[0] + f"/{RESTORED}"
        with psycopg.connect(restored) as connection:
            assert connection.execute("SELECT count(*) FROM users_account").fetchone() == (1,)


@pytest.mark.parametrize("command", NOT_RUN, ids=lambda text: re.sub(r"\W+", "-", text)[:60])
def test_a_command_that_is_not_run_names_files_and_services_that_exist(command: str) -> None:
    sources = re.findall(r"(?:/opt/partners/source|\.\.)/([\w./*-]+)", command)
    chosen = re.findall(r"docker compose (?:run|exec) (?:-\S+ )*(\w+)", command)

    assert all(list(ROOT.glob(path)) for path in sources if path != "production.env"), sources
    assert set(chosen) <= {"api", "worker", "migrate", "postgres"}
