"""A backup is restored and checked, on PostgreSQL and on SQLite; a bad backup is found out."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet

from tests.deploy.containers import Machine
from tests.deploy.files import DEPLOY, services
from tests.deploy.world import World


def script(machine: Machine, name: str, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a script of deploy/ as the operator would, with the Python of the installation."""
    environment = machine.environment(services()["compose", "api"].environment) | variables
    command = [str(machine.bin / "python"), str(DEPLOY / name), *arguments]
    return subprocess.run(command, env=environment, text=True, capture_output=True, check=False)


def backup(machine: Machine, folder: Path) -> Path:
    made = script(machine, "backup", str(folder))
    assert made.returncode == 0, made.stderr
    return Path(made.stdout.strip())


@pytest.fixture(scope="module")
def dump(machine: Machine, world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return backup(machine, tmp_path_factory.mktemp("backups"))


def databases(machine: Machine) -> set[str]:
    with psycopg.connect(machine.database_url) as connection:
        names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'rehearsal_%'").fetchall()
    return {name for (name,) in names}


def test_a_backup_can_be_restored(machine: Machine, dump: Path) -> None:
    before = databases(machine)

    rehearsed = script(machine, "rehearse-restore", str(dump))

    assert rehearsed.returncode == 0, rehearsed.stderr
    assert "1 accounts are encrypted with the first key" in rehearsed.stdout
    assert "1 webhook endpoints are encrypted" in rehearsed.stdout
    assert rehearsed.stdout.endswith("answers: a token, and 0 users of a new application\nThe backup can be used.\n")
    assert databases(machine) <= before
    assert dump.stat().st_mode & 0o077 == 0


def test_a_backup_without_its_keys_is_found_out(machine: Machine, dump: Path) -> None:
    rehearsed = script(machine, "rehearse-restore", str(dump), CREDENTIAL_KEYS=Fernet.generate_key().decode())

    assert rehearsed.returncode == 1
    assert "No key opens the credentials of accounts" in rehearsed.stderr


def test_a_backup_that_lacks_rows_is_found_out(machine: Machine, dump: Path, tmp_path: Path) -> None:
    shutil.copy(dump, tmp_path)
    counts = json.loads(dump.with_suffix(".json").read_text())
    (tmp_path / dump.name).with_suffix(".json").write_text(json.dumps({**counts, "users_user": 7}))

    rehearsed = script(machine, "rehearse-restore", str(tmp_path / dump.name))

    assert (rehearsed.returncode, rehearsed.stderr) == (
        1,
        "The backup cannot be used: other numbers of rows in users_user\n",
    )


def test_a_dump_that_is_cut_off_is_found_out(machine: Machine, dump: Path, tmp_path: Path) -> None:
    (tmp_path / dump.name).write_bytes(dump.read_bytes()[: dump.stat().st_size // 2])
    shutil.copy(dump.with_suffix(".json"), tmp_path)

    assert script(machine, "rehearse-restore", str(tmp_path / dump.name)).returncode == 1


def test_only_the_newest_backups_are_kept(machine: Machine, world: World, tmp_path: Path) -> None:
    for day in ("20260101", "20260102", "20260103"):
        (tmp_path / f"partners-{day}T031500Z.dump").touch()
        (tmp_path / f"partners-{day}T031500Z.json").touch()

    script(machine, "backup", str(tmp_path), "--keep", "2")

    left = sorted(os.listdir(tmp_path))
    assert len(left) == 4
    assert left[0] == "partners-20260103T031500Z.dump"


def test_a_backup_that_fails_leaves_nothing(machine: Machine, tmp_path: Path) -> None:
    failed = script(machine, "backup", str(tmp_path), PATH=f"{machine.bin}:{tmp_path}")  # no pg_dump

    assert failed.returncode != 0
    assert not list(tmp_path.iterdir())


def test_a_backup_of_sqlite_can_be_restored(machine: Machine, tmp_path: Path) -> None:
    small = replace(machine, database_url=f"sqlite:///{tmp_path}/data/partners.sqlite3", folder=tmp_path)
    environment = services()["compose", "api"].environment
    assert small.run(["partners-manage", "migrate", "--verbosity", "0"], environment).returncode == 0
    created = small.run(["partners-manage", "create_application", "--name", "Harbour Homes"], environment)
    assert created.returncode == 0

    rehearsed = script(small, "rehearse-restore", str(backup(small, tmp_path / "backups")))

    assert rehearsed.returncode == 0, rehearsed.stderr
    assert rehearsed.stdout.endswith("The backup can be used.\n")
