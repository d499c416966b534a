"""A whole installation of its own: PostgreSQL, Redis, the API with two processes, two workers, and the sandbox.

Nothing of it is shared with the machine: every program has its own folder and port, and ends with this process.
"""

import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from subprocess import PIPE
from typing import Any, Self

import httpx
import psycopg
from cryptography.fernet import Fernet

from reliability.parts import STOP_SECONDS, Guard, Part, free_port, unprivileged

ROOT = Path(__file__).parent.parent
LOGS = ROOT / "var" / "reliability"
START_SECONDS = 90
API_PROCESSES = 2
WORKERS = 2
CONTROL_SECONDS = 60  # the sandbox may be busy
NO_LIMIT = "1000000"  # requests per minute; the load must meet the server and not its limits


class House:
    """Started when its context is entered. `sqlite` is the folder of the database, instead of PostgreSQL's.

    `settings` are further variables of the server.
    """

    def __init__(self, *, sqlite: Path | None = None, **settings: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="reliability-"))
        self.folder.chmod(0o755)  # PostgreSQL runs as another user
        self._guard = Guard()
        self._sqlite = sqlite
        self.engine = settings.get("JOB_ENGINE", os.environ.get("JOB_ENGINE", "database"))
        self._ports = {name: free_port() for name in ("api", "sandbox", "postgresql", "redis", "broker")}
        self.url = f"http://127.0.0.1:{self._ports['api']}"
        self.sandbox_url = f"http://127.0.0.1:{self._ports['sandbox']}"
        self.database_url = f"postgres://postgres@127.0.0.1:{self._ports['postgresql']}/postgres"
        self.settings = {
            "PROFILE": "production",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATA_DIR": str(sqlite or self.folder / "data"),
            "DATABASE_URL": f"sqlite:///{sqlite}/partners.sqlite3" if sqlite else self.database_url,
            "REDIS_URL": f"redis://127.0.0.1:{self._ports['redis']}/0",
            "SANDBOX_URL": self.sandbox_url,
            "RATE_LIMIT_PER_MINUTE": NO_LIMIT,
            "ANONYMOUS_RATE_LIMIT_PER_MINUTE": NO_LIMIT,
            **settings,
        }
        self.parts: dict[str, Part] = {}

    def __enter__(self) -> Self:
        try:
            self._start_everything()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error:
            self.keep_logs()
        for part in self.parts.values():
            part.end()
        for part in self.parts.values():
            with suppress(subprocess.TimeoutExpired):
                part.wait(STOP_SECONDS)
        self._guard.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_everything(self) -> None:
        if not self._sqlite:
            self._start_postgresql()
        for name in ("redis", "broker") if self.engine == "celery" else ("redis",):
            self._start_redis(name)
        self.manage("migrate", "--verbosity", "0")
        sandbox = ["-m", "sandbox", "--port", str(self._ports["sandbox"]), "--data-dir", ":memory:"]
        self._start("sandbox", sys.executable, *sandbox)
        api = ["api", "--port", str(self._ports["api"]), "--processes", str(API_PROCESSES)]
        self._start("api", sys.executable, "manage.py", *api)
        for number in range(WORKERS):
            self._start(f"worker {number + 1}", sys.executable, "manage.py", "worker")
        until(lambda: answers(f"{self.sandbox_url}/healthz"), "the sandbox answers")
        until(lambda: answers(f"{self.url}/readyz"), "the API and a worker are ready")

    def _start_postgresql(self) -> None:
        user, data = unprivileged(), self.folder / "postgresql"
        data.mkdir(mode=0o700)
        if user:
            shutil.chown(data, user)
        options = ["-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run([postgresql("initdb"), *options], user=user, cwd="/", check=True, stdout=subprocess.DEVNULL)
        address = ["-h", "127.0.0.1", "-p", str(self._ports["postgresql"]), "-k", "", "-N", "200"]
        server = self._start("postgresql", postgresql("postgres"), "-D", str(data), *address, user=user)
        server.stop_signal = signal.SIGINT  # ends sessions; SIGTERM would wait for them
        until(self.database_answers, "PostgreSQL answers")

    def _start_redis(self, name: str) -> None:
        port = self._ports[name]
        if name == "broker":
            self.settings |= {"CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0", "JOB_ENGINE": "celery"}
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        self._start(name, "redis-server", *options, "--dir", str(self.folder))

    def _start(self, name: str, *command: str, user: str | None = None) -> Part:
        log = self.folder / f"{name}.log"
        part = Part(name, command, os.environ | self.settings, log, self._guard.group, user)
        self.parts[name] = part
        part.start()
        return part

    def keep_logs(self) -> None:
        shutil.rmtree(LOGS, ignore_errors=True)
        LOGS.mkdir(parents=True)
        for log in self.folder.glob("*.log"):
            shutil.copy(log, LOGS)
        print(f"The logs are in {LOGS}.", file=sys.stderr)

    @property
    def workers(self) -> list[Part]:
        return [part for name, part in self.parts.items() if name.startswith("worker")]

    def manage(self, *command: str) -> str:
        """Run a command of manage.py and return what it prints."""
        environment = os.environ | self.settings
        ran = [sys.executable, "manage.py", *command]
        with (self.folder / "manage.log").open("ab") as log:
            return subprocess.run(ran, env=environment, cwd=ROOT, check=True, text=True, stdout=PIPE, stderr=log).stdout

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query, read past the server. It has %s for each value, and works on both databases."""
        if self._sqlite:
            with closing(sqlite3.connect(self._sqlite / "partners.sqlite3", timeout=30)) as file:
                return file.execute(query.replace("%s", "?").replace("%%", "%"), values).fetchall()
        with psycopg.connect(self.database_url, connect_timeout=2) as connection:
            return connection.execute(query, values).fetchall()

    def database_answers(self) -> bool:
        try:
            self.rows("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def control_sandbox(self, path: str, **body: Any) -> Any:
        """POST to one of the sandbox's controls."""
        url, wait = f"{self.sandbox_url}/_control/{path}", CONTROL_SECONDS
        return httpx.post(url, json=body, timeout=wait, trust_env=False).raise_for_status().json()

    def misbehave(self) -> None:
        """Let the sandbox fail at random, in every way in which a channel fails."""
        for fault in MISBEHAVIOUR:
            self.control_sandbox("faults", **fault)

    def behave(self) -> None:
        """End the sandbox's faults and limits."""
        faults = f"{self.sandbox_url}/_control/faults"
        httpx.delete(faults, timeout=CONTROL_SECONDS, trust_env=False).raise_for_status()
        self.control_sandbox("limits", enabled=False)


MISBEHAVIOUR = (
    {"kind": "slow", "seconds": 3, "probability": 0.03},
    {"kind": "server_error", "probability": 0.01},
    {"kind": "rate_limited", "probability": 0.01},
    {"kind": "malformed_json", "probability": 0.01},
    {"kind": "reset", "probability": 0.01},
)


def postgresql(program: str) -> str:
    """The path of a program of PostgreSQL, which Debian keeps outside the PATH. Raises SystemExit without one."""
    found = shutil.which(program) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)), None
    )
    if found is None:
        raise SystemExit(f"{program} is not installed; it comes with PostgreSQL.")
    return found


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


def until(condition: Callable[[], bool], what: str, *, seconds: float = START_SECONDS) -> float:
    """Wait until the condition is true and return the seconds that it took. Raises TimeoutError."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() > begun + seconds:
            raise TimeoutError(f"Waited {seconds:.0f} s in vain until {what}.")
        time.sleep(0.1)
    return time.monotonic() - begun
