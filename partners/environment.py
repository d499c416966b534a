"""The process environment, read once into named types. A bad value stops the start, not a request at night."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

DEVELOPMENT_SECRET = "development-only-secret-key-never-use-it-in-production"  # noqa: S105
# A Fernet key, as it must be: 32 bytes in URL-safe base64.
DEVELOPMENT_CREDENTIAL_KEY = "ZGV2ZWxvcG1lbnQtb25seS1jcmVkZW50aWFsLWtleSE="

WEB = ("https", "http")
DATABASES = ("postgres", "postgresql", "sqlite")
HOST = re.compile(r"\.?[\w-]+(\.[\w-]+)*|\[[0-9a-f:.]+\]", re.ASCII | re.IGNORECASE)  # as Django compares them
LARGEST_NUMBER = 1_000_000_000  # as seconds 31 years, which dates and clocks still bear


class BadEnvironment(Exception):
    """A setting is missing or malformed; the message names it and says what it takes."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Every setting, with its default and unit, is described in docs/settings.md."""

    profile: str
    secret_key: str = field(repr=False)
    credential_keys: tuple[str, ...] = field(repr=False)
    database_url: str = field(repr=False)
    data_dir: Path
    allowed_hosts: tuple[str, ...]
    redis_url: str = field(repr=False)
    database_pool: bool
    database_prepare: bool
    trusted_proxies: int
    rate_limit_per_minute: int
    anonymous_rate_limit_per_minute: int
    access_token_seconds: int
    job_lease_seconds: int
    worker_poll_seconds: float
    channel_timeout_seconds: float
    sandbox_url: str
    hostaway_base_url: str
    hostaway_requests_per_10s: int
    coliving_base_url: str
    coliving_write_method: str
    coliving_since_parameter: str
    coliving_push_availability: bool
    direct_base_url: str
    direct_requests_per_10s: int
    spotahome_base_url: str
    log_level: str

    @property
    def is_production(self) -> bool:
        return self.profile == "production"

    @property
    def keeps_files(self) -> bool:
        """Whether something is kept in `data_dir`: the database, or the counters of rate limits."""
        return self.database_url.startswith("sqlite:") or not self.redis_url


class _Reader:
    """Typed look-ups that say what was wrong with which variable."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def text(self, name: str, default: str) -> str:
        return self._env.get(name) or default

    def words(self, name: str, default: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.text(name, default).split(",") if word.strip())

    def hosts(self, name: str, default: str) -> tuple[str, ...]:
        hosts = self.words(name, default)
        for host in hosts:
            if host != "*" and not HOST.fullmatch(host):
                raise BadEnvironment(
                    f"{name} must be names of hosts, without scheme and port, such as api.example.com, not {host!r}."
                )
        return hosts

    def fernet_keys(self, name: str, default: str) -> tuple[str, ...]:
        keys = self.words(name, default)
        try:
            for key in keys:
                Fernet(key)
        except ValueError:
            raise BadEnvironment(f"{name} must be Fernet keys: each 32 bytes in URL-safe base64.") from None
        return keys

    def whole(self, name: str, default: int, minimum: int = 0) -> int:
        return int(self._number(name, default, minimum, int))

    def seconds(self, name: str, default: float) -> float:
        return self._number(name, default, 0.01, float)

    def flag(self, name: str, default: bool) -> bool:
        raw = self._env.get(name, "").lower()
        if raw in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
            return default if raw == "" else raw in ("1", "true", "yes", "on")
        raise BadEnvironment(f"{name} must be on or off, not {raw!r}.")

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        chosen = self.text(name, default).upper()
        if chosen not in choices:
            raise BadEnvironment(f"{name} must be one of {', '.join(choices)}, not {chosen!r}.")
        return chosen

    def url(self, name: str, default: str, *schemes: str) -> str:
        """Without the slash at its end; nothing is allowed where that is the default.

        What is wrong is not quoted: there may be a password in it.
        """
        url = self.text(name, default).rstrip("/")
        if url != default.rstrip("/") and not _is_url(url, schemes):
            raise BadEnvironment(f"{name} must be a URL that begins with {' or '.join(f'{s}://' for s in schemes)}.")
        return url

    def _number(self, name: str, default: float, minimum: float, kind: type) -> float:
        raw = self._env.get(name) or str(default)
        try:
            value: float = kind(raw)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise BadEnvironment(f"{name} must be a {'whole ' if kind is int else ''}number, not {raw!r}.")
        if value < minimum:
            raise BadEnvironment(f"{name} must be at least {minimum}, not {raw}.")
        if value > LARGEST_NUMBER:
            raise BadEnvironment(f"{name} must be at most {LARGEST_NUMBER}, not {raw}.")
        return value


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port != 0  # reading a port that is no number raises
    except ValueError:
        return False
    # A database may be a file, or a server that listens on a socket of this machine.
    return text.startswith(tuple(f"{scheme}://" for scheme in schemes)) and (named or schemes == DATABASES)


def read_environment(env: Mapping[str, str]) -> Environment:
    """Reads and checks every setting.

    Without `PROFILE` the profile is `production`, so that nobody runs development secrets by forgetting it.

    Raises BadEnvironment for a malformed value, and in production for a missing or a development secret.
    """
    read = _Reader(env)
    profile = read.text("PROFILE", "production")
    if profile not in ("development", "production"):
        raise BadEnvironment(f"PROFILE must be development or production, not {profile!r}.")
    development = profile == "development"
    data_dir = Path(read.text("DATA_DIR", "var")).absolute()
    sandbox_url = read.url("SANDBOX_URL", "http://127.0.0.1:8001" if development else "", *WEB)

    environment = Environment(
        profile=profile,
        secret_key=read.text("SECRET_KEY", DEVELOPMENT_SECRET if development else ""),
        credential_keys=read.fernet_keys("CREDENTIAL_KEYS", DEVELOPMENT_CREDENTIAL_KEY if development else ""),
        database_url=read.url("DATABASE_URL", f"sqlite:///{data_dir / 'partners.sqlite3'}", *DATABASES),
        data_dir=data_dir,
        allowed_hosts=read.hosts("ALLOWED_HOSTS", "*" if development else ""),
        redis_url=read.url("REDIS_URL", "", "redis", "rediss"),
        database_pool=read.flag("DATABASE_POOL", False),
        database_prepare=read.flag("DATABASE_PREPARE", True),
        trusted_proxies=read.whole("TRUSTED_PROXIES", 0),
        rate_limit_per_minute=read.whole("RATE_LIMIT_PER_MINUTE", 6000 if development else 600, 1),
        anonymous_rate_limit_per_minute=read.whole("ANONYMOUS_RATE_LIMIT_PER_MINUTE", 600 if development else 60, 1),
        access_token_seconds=read.whole("ACCESS_TOKEN_SECONDS", 3600, 1),
        job_lease_seconds=read.whole("JOB_LEASE_SECONDS", 60, 1),
        worker_poll_seconds=read.seconds("WORKER_POLL_SECONDS", 0.5),
        channel_timeout_seconds=read.seconds("CHANNEL_TIMEOUT_SECONDS", 20.0),
        sandbox_url=sandbox_url,
        hostaway_base_url=read.url(
            "HOSTAWAY_BASE_URL",
            f"{sandbox_url}/hostaway/v1" if sandbox_url else "https://api.hostaway.com/v1",
            *WEB,
        ),
        hostaway_requests_per_10s=read.whole("HOSTAWAY_REQUESTS_PER_10S", 15, 1),
        coliving_base_url=read.url(
            "COLIVING_BASE_URL",
            f"{sandbox_url}/coliving/v2" if sandbox_url else "https://api.coliving.com/v2",
            *WEB,
        ),
        coliving_write_method=read.choice("COLIVING_WRITE_METHOD", "PUT", ("POST", "PUT", "PATCH")),
        coliving_since_parameter=read.text("COLIVING_SINCE_PARAMETER", "version"),
        coliving_push_availability=read.flag("COLIVING_PUSH_AVAILABILITY", False),
        direct_base_url=read.url("DIRECT_BASE_URL", f"{sandbox_url}/direct/v1" if sandbox_url else "", *WEB),
        direct_requests_per_10s=read.whole("DIRECT_REQUESTS_PER_10S", 100, 1),
        spotahome_base_url=read.url(
            "SPOTAHOME_BASE_URL",
            f"{sandbox_url}/spotahome/api" if sandbox_url else "https://monolith.spotahome.com/api",
            *WEB,
        ),
        log_level=read.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    )
    if environment.is_production:
        _refuse_development_secrets(environment)
    return environment


def _refuse_development_secrets(environment: Environment) -> None:
    if environment.secret_key in ("", DEVELOPMENT_SECRET):
        raise BadEnvironment("SECRET_KEY must be set to a secret of your own in production.")
    if not environment.credential_keys or DEVELOPMENT_CREDENTIAL_KEY in environment.credential_keys:
        raise BadEnvironment("CREDENTIAL_KEYS must hold at least one Fernet key of your own in production.")
    if not environment.allowed_hosts or "*" in environment.allowed_hosts:
        raise BadEnvironment("ALLOWED_HOSTS must name the hosts that this server answers for in production.")
