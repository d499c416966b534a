"""Runs a command as a container of the image would run it, without a container engine.

The root file system is read-only but for DATA_DIR and TMPDIR, the user has the image's number and no privileges, and
the environment holds only what the files say. This needs root. For other users the command runs as they are, in a
folder that they cannot write.
"""

import functools
import os
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from cryptography.fernet import Fernet

USER = "10001"
# The user may read every file, so that it finds this environment's Python wherever that is, and write none.
MAY_READ = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
ENTER = """
mount --make-rprivate /
mount --bind "$1" "$1"
mount --bind "$2" "$2"
mount -o remount,ro,bind /
shift 2
exec "$@"
"""
PATIENCE = 300  # seconds
NOBODY = "http://127.0.0.1:9"


@functools.cache
def is_isolated() -> bool:
    """Whether this process may make a file system read-only for its children."""
    command = ["unshare", "--mount", "sh", "-c", "mount --make-rprivate / && mount -o remount,ro,bind /"]
    try:
        return os.geteuid() == 0 and not subprocess.run(command, capture_output=True, check=False).returncode
    except FileNotFoundError:
        return False


@dataclass
class Machine:
    """Where the server's containers run: an installed wheel, an own database, and the two folders that are writable."""

    bin: Path
    folder: Path
    database_url: str
    redis_url: str
    host: str = "127.0.0.1"
    secrets: dict[str, str] = field(
        default_factory=lambda: {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
        }
    )

    def __post_init__(self) -> None:
        for name in ("data", "tmp"):
            path = self.folder / name
            path.mkdir()
            os.chown(path, *((int(USER), int(USER)) if is_isolated() else (-1, -1)))

    def environment(self, said: Mapping[str, str]) -> dict[str, str]:
        """The variables of a file, with this machine's secrets, servers and folders."""
        found = {**said, **self.secrets, "DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        found |= {"ALLOWED_HOSTS": f"{self.host},localhost", "DATA_DIR": str(self.folder / "data")}
        found["SANDBOX_URL"] = NOBODY  # no channel is asked
        found |= {"TMPDIR": str(self.folder / "tmp"), "HOME": "/nonexistent", "PATH": f"{self.bin}:/usr/bin:/bin"}
        if "WORKER_LIFE_FILE" in found:
            found["WORKER_LIFE_FILE"] = found["WORKER_LIFE_FILE"].replace("/tmp", found["TMPDIR"])  # noqa: S108
        return found

    def arguments(self, command: Sequence[str]) -> list[str]:
        """What starts the command inside. Its program is one of the installation."""
        program, *rest = command
        inside = [str(self.bin / Path(program).name), *rest]
        if not is_isolated():
            return inside
        drop = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs", *MAY_READ]
        folders = [str(self.folder / name) for name in ("data", "tmp")]
        return ["unshare", "--mount", "sh", "-euc", ENTER, "sh", *folders, *drop, *inside]

    def run(self, command: Sequence[str], said: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        return subprocess.run(
            self.arguments(command), cwd="/", env=self.environment(said), text=True, capture_output=True, check=False,
            timeout=PATIENCE,
        )  # fmt: skip

    @contextmanager
    def running(self, command: Sequence[str], said: Mapping[str, str]) -> "Iterator[Running]":
        """A process that runs until the block ends, or until the block stops it."""
        log = self.folder / f"{secrets.token_hex(4)}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                self.arguments(command), cwd="/", env=self.environment(said), stdin=subprocess.DEVNULL,
                stdout=file, stderr=file,
            )  # fmt: skip
        try:
            yield Running(process, log)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)


@dataclass
class Running:
    process: "subprocess.Popen[bytes]"
    log: Path

    def stop(self) -> float:
        """Send SIGTERM, wait for the end, and return the seconds that it took."""
        begun = time.monotonic()
        self.process.terminate()
        self.process.wait(PATIENCE)
        return time.monotonic() - begun


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """The URL of an empty database at the PostgreSQL server of the URL."""
    name = f"deploy_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def with_port(command: Sequence[str], port: int) -> list[str]:
    """The command with another port than 8000, which may be taken on this machine."""
    return [str(port) if part == "8000" else part for part in command]
