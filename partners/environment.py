"""The settings that come from the process environment. A bad value stops the start instead of failing a request."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AliasGenerator, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from partners.secret_strength import SHORTEST_SECRET, is_weak_key, is_weak_secret
from partners.setting_errors import one_line
from partners.setting_types import (
    BrokerUrl,
    Contacts,
    Count,
    DatabaseUrl,
    Days,
    FernetKeys,
    Folder,
    Hosts,
    Instant,
    LinkStart,
    Networks,
    Origins,
    Port,
    PositiveCount,
    RedisUrl,
    Seconds,
    Share,
    Uppercase,
    WebUrl,
    at_sandbox,
    setting,
)

DEVELOPMENT_SECRET = "development-only-secret-key-never-use-it-in-production"  # noqa: S105
# A valid Fernet key: 32 bytes in URL-safe base64.
DEVELOPMENT_CREDENTIAL_KEY = "ZGV2ZWxvcG1lbnQtb25seS1jcmVkZW50aWFsLWtleSE="


class BadEnvironment(Exception):
    """A setting is missing or malformed. The message names the variable and says what it must be."""


class Environment(BaseSettings):
    """Every setting. Its variable has the same name in upper case. docs/settings.md shows these descriptions."""

    model_config = SettingsConfigDict(
        frozen=True, case_sensitive=True, hide_input_in_errors=True,
        alias_generator=AliasGenerator(validation_alias=str.upper),
    )  # fmt: skip

    # Django's lazy settings look for this attribute at each `settings.ENVIRONMENT`. Without it pydantic's `__getattr__`
    # would search for it, which takes microseconds.
    _mask_wrapped: ClassVar[bool] = True

    # The default is production, so that nobody runs with development secrets because a variable was forgotten.
    profile: Literal["development", "production"] = setting("production", "`development` or `production`")
    secret_key: str = setting(
        "",
        "Django's secret: at least 50 random characters; required in production",
        development=DEVELOPMENT_SECRET,
        secret=True,
    )
    credential_keys: FernetKeys = setting(
        "",
        "Fernet keys, separated by commas, that encrypt channel credentials. The first key encrypts, all keys decrypt; "
        "required in production. docs/production.md says how to rotate them",
        development=DEVELOPMENT_CREDENTIAL_KEY,
        secret=True,
    )
    allowed_hosts: Hosts = setting(
        "",
        "names of the hosts that the server answers for, without scheme and port, separated by commas; required in "
        "production",
        development="*",
    )
    data_dir: Folder = setting("var", "folder for SQLite's files and the counters of rate limits")
    guides_dir: Folder = setting("build/guides", "folder of the guides that `make docs` builds, shown at `/guides/`")
    database_url: DatabaseUrl = setting(
        lambda declared: (
            f"sqlite:///{declared['data_dir'] / 'partners.sqlite3'}" if declared["profile"] == "development" else ""
        ),
        "`postgres://user:password@host:port/name` or `sqlite:///path`; required in production",
        secret=True,
    )
    database_pool: bool = setting(False, "use Django's connection pool, for PostgreSQL")
    database_prepare: bool = setting(
        True, "use prepared statements on PostgreSQL; switch this off behind a transaction pooler"
    )
    redis_url: RedisUrl = setting(
        "",
        "where rate limits are counted when several machines serve; without it, in a file in `DATA_DIR`",
        secret=True,
    )
    cors_allowed_origins: Origins = setting(
        "",
        "origins of the web pages that may call the API from a browser, such as `https://app.example.com`, separated "
        "by commas",
    )
    error_docs_url: LinkStart = setting(
        "/api/v1/errors/",
        "beginning of the URL in `links.about` of errors, which the code or the status of the error completes. By "
        "default, these are pages of the server",
    )
    security_contact: Contacts = setting(
        "",
        "where to report security problems, as `mailto:…` or `https://…`, separated by commas. If it is set, the "
        "server answers `/.well-known/security.txt`",
    )
    security_contact_expires: Instant = setting(
        "",
        "date and time until which `SECURITY_CONTACT` is right, such as `2027-06-30T00:00:00Z`, at most a year ahead. "
        "`SECURITY_CONTACT` requires it",
    )
    trusted_proxies: Count = setting(
        0,
        "number of proxies in front of the server that append to `X-Forwarded-For`. The caller's address is the entry "
        "that the outermost of them appended",
        unit="proxies",
    )
    console: bool = setting(
        False, "whether the server has the console for operators at `/console/` (docs/console.md)", development=True
    )
    console_networks: Networks = setting(
        "",
        "IP addresses and CIDRs from which the console can be reached, separated by commas. `CONSOLE` requires it in "
        "production",
        development="127.0.0.0/8, ::1/128",
    )
    rate_limit_per_minute: PositiveCount = setting(
        600, "limit of each application that has no limit of its own", development=6000, unit="requests per minute"
    )
    anonymous_rate_limit_per_minute: PositiveCount = setting(
        60, "limit of each address without a valid token", development=600, unit="requests per minute"
    )
    connects_per_minute: PositiveCount = setting(
        30, "attempts of one application to connect an account", unit="attempts per minute"
    )
    refused_credentials_per_minute: PositiveCount = setting(
        10,
        "how many credentials of one application a channel may refuse before the channel is not asked again within "
        "the minute",
        unit="attempts per minute",
    )
    channel_waits_per_process: PositiveCount = setting(
        4,
        "how many requests to one API process may wait for a channel at the same time. Each has a thread and a "
        "database connection, and so have two more, besides REQUEST_THREADS",
        unit="requests",
    )
    channel_waits_per_application: PositiveCount = setting(
        2,
        "how many requests of one application may wait for a channel at the same time, in all processes",
        unit="requests",
    )
    request_threads: PositiveCount = setting(
        2,
        "threads of each API process that answer requests. Each keeps a database connection",
        unit="threads",
    )
    body_timeout_seconds: Seconds = setting(
        30, "longest time in which the body of a request must arrive", unit="seconds"
    )
    access_token_seconds: PositiveCount = setting(3600, "lifetime of an access token", unit="seconds")
    retention_days: Days = setting(
        30, "time after which the rows of a deleted user are erased; 0 erases them at once", unit="days"
    )
    event_retention_days: Days = setting(30, "time after which events and their deliveries are deleted", unit="days")
    audit_days: PositiveCount = setting(400, "time after which entries of the audit trail are deleted", unit="days")
    idempotency_key_hours: PositiveCount = setting(
        24, "time for which the answer to a request with an `Idempotency-Key` is kept", unit="hours"
    )
    job_engine: Literal["database", "celery"] = setting(
        "database",
        "`database`: workers look for jobs in the database. `celery`: for several machines, a broker tells them",
    )
    celery_broker_url: BrokerUrl = setting(
        "", "`redis://` or `amqp://` (RabbitMQ): the broker of `JOB_ENGINE=celery`, which requires it", secret=True
    )
    job_lease_seconds: PositiveCount = setting(
        40, "time without a sign of life from a worker after which another worker takes its job", unit="seconds"
    )
    worker_concurrency: PositiveCount = setting(
        32,
        "number of jobs that a worker process runs at once. A quarter as many more are reserved for short jobs that "
        "somebody waits for, and half as many for deliveries of events",
        unit="jobs",
    )
    events_epoch: Count = setting(
        0,
        "raise it by one after the database of PostgreSQL was restored into another server from a dump, so that "
        "readers of `/api/v1/events/` miss none",
    )
    worker_poll_seconds: Seconds = setting(0.5, "interval at which an idle worker looks for jobs", unit="seconds")
    worker_life_file: str = setting(
        "",
        "file that a worker touches each time it looks for jobs, for health checks (`python -m partners.probe "
        "worker`); each worker process needs its own. Without it, there is none",
    )
    channel_timeout_seconds: Seconds = setting(
        20, "longest time without data from a channel before a request to it fails", unit="seconds"
    )
    channel_limits: bool = setting(
        True,
        "keep to the channels' rate limits; can be off only in development, for syncs from the sandbox at full speed",
    )
    sandbox_url: WebUrl = setting(
        "",
        "address of the sandbox. If it is set, the default of every channel's base URL is at the sandbox",
        development="http://127.0.0.1:8001",
    )
    hostaway_base_url: WebUrl = setting(
        at_sandbox("/hostaway/v1", "https://api.hostaway.com/v1"), "base URL of Hostaway's API"
    )
    hostaway_requests_per_10s: PositiveCount = setting(
        15, "Hostaway's limit for one address", unit="requests per 10 seconds"
    )
    coliving_base_url: WebUrl = setting(
        at_sandbox("/coliving/v2", "https://api.coliving.com/v2"), "base URL of Coliving's API"
    )
    coliving_write_method: Annotated[Literal["POST", "PUT", "PATCH"], Uppercase] = setting(
        "PUT",
        "`POST`, `PUT` or `PATCH`: the method that writes rates and availability. Coliving's documentation does not "
        "state it",
    )
    coliving_since_parameter: str = setting(
        "version",
        "the query parameter that limits Coliving's bookings to those since a version. Coliving's documentation does "
        "not name it",
    )
    coliving_push_availability: bool = setting(
        False,
        "whether the numbers of free rooms are pushed to Coliving, as counted from the reservations known here. This "
        "overwrites what hosts block by hand, because Coliving has no endpoint that returns it",
    )
    direct_base_url: WebUrl = setting(
        at_sandbox("/direct/v1", ""), "base URL of `direct` accounts that have no `base_url` of their own"
    )
    direct_requests_per_10s: PositiveCount = setting(
        100, "limit of our requests to one `direct` account", unit="requests per 10 seconds"
    )
    spotahome_base_url: WebUrl = setting(
        at_sandbox("/spotahome/api", "https://monolith.spotahome.com/api"), "base URL of Spotahome's API"
    )
    market_feed_url: WebUrl = setting(
        "",
        "address of a feed of public market data, which is imported daily (docs/markets.md); without it, only "
        "`manage.py import_market` imports",
    )
    market_file_max_mb: PositiveCount = setting(
        4096, "size of the largest file of public market data that is imported, packed and unpacked", unit="MB"
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Uppercase] = setting(
        "INFO", "`DEBUG`, `INFO`, `WARNING` or `ERROR`"
    )
    log_format: Literal["json", "line"] = setting(
        "json", "`json`: one JSON object per line. `line`: lines for people", development="line"
    )
    access_log: bool = setting(
        True,
        "whether each request to the server and each request to a channel or receiver of events is logged",
        development=False,
    )
    metrics_port: Port = setting(
        0, "port on which the processes of this machine offer metrics for Prometheus at `/metrics`; 0 for none"
    )
    metrics_networks: Networks = setting(
        "",
        "addresses and networks, separated by commas, that may read `/metrics` at the API's own port; without it, "
        "that answers 404",
    )
    traces_url: WebUrl = setting(
        "",
        "where traces are sent: an OTLP/HTTP receiver of OpenTelemetry such as `http://127.0.0.1:4318`, to which "
        "`/v1/traces` is added; without it, there are none",
        secret=True,
    )
    traces_share: Share = setting(1.0, "share of the traces that are recorded, from 0 to 1")

    @property
    def is_production(self) -> bool:
        return self.profile == "production"

    @property
    def has_metrics(self) -> bool:
        return bool(self.metrics_port or self.metrics_networks)

    @property
    def observes_requests(self) -> bool:
        return self.access_log or self.has_metrics or bool(self.traces_url)

    @property
    def keeps_files(self) -> bool:
        """Whether `data_dir` is used: for the database or for the counters of rate limits."""
        return self.database_url.startswith("sqlite:") or not self.redis_url

    @model_validator(mode="after")
    def _require_broker(self) -> Self:
        if self.job_engine == "celery" and not self.celery_broker_url:
            raise ValueError("CELERY_BROKER_URL must be set when JOB_ENGINE is celery")
        return self

    @model_validator(mode="after")
    def _require_end_of_contact(self) -> Self:
        if self.security_contact and not self.security_contact_expires:
            raise ValueError("SECURITY_CONTACT_EXPIRES must be set when SECURITY_CONTACT is")
        return self

    @model_validator(mode="after")
    def _require_networks_of_console(self) -> Self:
        if self.console and not self.console_networks:
            raise ValueError("CONSOLE_NETWORKS must name the networks that may reach the console when CONSOLE is on")
        return self

    @model_validator(mode="after")
    def _refuse_what_production_must_not_have(self) -> Self:
        if self.is_production:
            if self.secret_key in ("", DEVELOPMENT_SECRET):
                raise ValueError("SECRET_KEY must be set to a secret of your own in production")
            if is_weak_secret(self.secret_key):
                raise ValueError(f"SECRET_KEY must be at least {SHORTEST_SECRET} random characters in production")
            if not self.credential_keys or DEVELOPMENT_CREDENTIAL_KEY in self.credential_keys:
                raise ValueError("CREDENTIAL_KEYS must hold at least one Fernet key of your own in production")
            if any(is_weak_key(urlsafe_b64decode(key)) for key in self.credential_keys):
                raise ValueError("CREDENTIAL_KEYS must hold random keys in production")
            if not self.allowed_hosts or "*" in self.allowed_hosts:
                raise ValueError("ALLOWED_HOSTS must name the hosts that this server answers for in production")
            if not self.database_url:
                raise ValueError("DATABASE_URL must name the database in production")
            if not self.channel_limits:
                raise ValueError("CHANNEL_LIMITS must be on in production")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only the values that `read_environment` gives, and no file."""
        return (init_settings,)


def read_environment(env: Mapping[str, str]) -> Environment:
    """Reads and checks every setting.

    Raises BadEnvironment for a malformed value, and in production for a missing, weak or development secret and for a
    missing database.
    """
    source = EnvSettingsSource(Environment)
    source.env_vars = {name: value for name, value in env.items() if value}
    try:
        return Environment(**source())
    except ValidationError as errors:
        raise BadEnvironment(one_line(errors)) from None
