"""Settings are checked at start. One line names the bad variable and says what it must be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings

from partners.environment import DEVELOPMENT_CREDENTIAL_KEY, DEVELOPMENT_SECRET, BadEnvironment, read_environment
from tests.partner import Partner

OWN_KEY = "dGVzdHMtb25seS1jcmVkZW50aWFsLWtleS0xMjM0NTY="

ROOT = Path(__file__).parents[1]
A_HOST = "be names of hosts, without scheme and port, such as api.example.com"
PRODUCTION = {
    "SECRET_KEY": "a secret of our own",
    "CREDENTIAL_KEYS": OWN_KEY,
    "ALLOWED_HOSTS": "api.example.com",
}


def test_the_profile_is_production_by_default() -> None:
    environment = read_environment(PRODUCTION)

    assert environment.is_production
    assert environment.hostaway_base_url == "https://api.hostaway.com/v1"
    assert environment.sandbox_url == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, "") for name in PRODUCTION],
        ("SECRET_KEY", DEVELOPMENT_SECRET),
        ("CREDENTIAL_KEYS", DEVELOPMENT_CREDENTIAL_KEY),
        ("CREDENTIAL_KEYS", f"{OWN_KEY},{DEVELOPMENT_CREDENTIAL_KEY}"),
        ("ALLOWED_HOSTS", "*"),
    ],
)
def test_production_does_not_start_without_its_own_secrets_and_hosts(name: str, value: str) -> None:
    with pytest.raises(BadEnvironment, match=f"^{name} must .+ in production.$"):
        read_environment(PRODUCTION | {name: value})


@pytest.mark.parametrize(
    ("name", "value", "must"),
    [
        ("PROFILE", "prod", "be development or production, not 'prod'"),
        ("DATABASE_POOL", "\udcff", "be text in UTF-8"),
        ("CREDENTIAL_KEYS", "0123", "be Fernet keys: each 32 bytes in URL-safe base64"),
        ("DATABASE_URL", "mysql://db/partners", "be a URL that begins with postgres:// or postgresql:// or sqlite://"),
        ("DATABASE_URL", "postgres://db:port/x", "be a URL that begins with postgres:// or postgresql:// or sqlite://"),
        ("REDIS_URL", "localhost:6379", "be a URL that begins with redis:// or rediss://"),
        ("HOSTAWAY_BASE_URL", "api.hostaway.com/v1", "be a URL that begins with https:// or http://"),
        ("SPOTAHOME_BASE_URL", "https://", "be a URL that begins with https:// or http://"),
        ("COLIVING_WRITE_METHOD", "DELETE", "be one of POST, PUT, PATCH, not 'DELETE'"),
        ("DATABASE_POOL", "maybe", "be on or off, not 'maybe'"),
        ("TRUSTED_PROXIES", "-1", "be at least 0, not -1"),
        ("ALLOWED_HOSTS", "https://api.example.com", f"{A_HOST}, not 'https://api.example.com'"),
        ("ALLOWED_HOSTS", "ok.example.com, api.example.com:8443", f"{A_HOST}, not 'api.example.com:8443'"),
        ("ALLOWED_HOSTS", "*.example.com", f"{A_HOST}, not '*.example.com'"),
        ("WORKER_POLL_SECONDS", "1e10", "be at most 1000000000, not 1e10"),
        ("WORKER_POLL_SECONDS", "often", "be a number, not 'often'"),
        ("DATABASE_URL", "sqlite:///", "be a URL that begins with postgres:// or postgresql:// or sqlite://"),
        ("ACCESS_TOKEN_SECONDS", "1000000000000", "be at most 1000000000, not 1000000000000"),
        ("JOB_LEASE_SECONDS", "1.5", "be a whole number, not '1.5'"),
        ("JOB_LEASE_SECONDS", "9" * 5000, f"be a whole number, not '{'9' * 5000}'"),
        ("WORKER_POLL_SECONDS", "nan", "be a number, not 'nan'"),
        ("CHANNEL_TIMEOUT_SECONDS", "0", "be at least 0.01, not 0"),
        ("LOG_LEVEL", "loud", "be one of DEBUG, INFO, WARNING, ERROR, not 'LOUD'"),
    ],
)
def test_the_error_for_a_bad_value_names_the_variable_and_what_it_must_be(name: str, value: str, must: str) -> None:
    with pytest.raises(BadEnvironment) as refused:
        read_environment(PRODUCTION | {name: value})

    assert str(refused.value) == f"{name} must {must}."


def test_allowed_hosts_may_be_names_and_addresses() -> None:
    hosts = "api.example.com,.example.org,192.0.2.1,[2001:db8::1]"

    assert read_environment(PRODUCTION | {"ALLOWED_HOSTS": hosts}).allowed_hosts == tuple(hosts.split(","))


def test_the_error_for_a_bad_url_does_not_show_its_password() -> None:
    with pytest.raises(BadEnvironment) as refused:
        read_environment(PRODUCTION | {"DATABASE_URL": "mysql://partners:hunter2@db/partners"})

    assert "hunter2" not in str(refused.value)


def test_the_representation_of_an_environment_shows_no_secret() -> None:
    secrets = {"DATABASE_URL": "postgres://partners:hunter2@db/partners", "REDIS_URL": "redis://:hunter2@redis"}

    shown = repr(read_environment(PRODUCTION | secrets))

    assert "api.example.com" in shown
    assert not [secret for secret in ("hunter2", "a secret of our own", OWN_KEY) if secret in shown]


def test_only_the_given_variables_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=ERROR\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")

    assert read_environment(PRODUCTION | {"log_level": "WARNING"}).log_level == "INFO"


def test_an_environment_cannot_be_changed() -> None:
    environment = read_environment(PRODUCTION)

    with pytest.raises(ValueError, match="frozen"):
        environment.profile = "development"


@pytest.mark.parametrize(
    "url", ["postgres://user:password@db:5432/name", "postgresql:///name", "sqlite:////data/partners.sqlite3"]
)
def test_a_database_url_may_name_a_server_or_a_file(url: str) -> None:
    assert read_environment(PRODUCTION | {"DATABASE_URL": url}).database_url == url


def manage(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs `manage.py` with only these variables set."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
    )


def test_a_process_with_a_bad_setting_ends_with_one_line() -> None:
    answer = manage("check")

    assert answer.returncode == 1
    assert answer.stderr == "SECRET_KEY must be set to a secret of your own in production.\n"


def test_a_process_whose_data_folder_cannot_be_created_ends_with_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    answer = manage("check", **PRODUCTION, DATA_DIR=str(file / "data"))

    assert answer.returncode == 1
    assert answer.stderr == f"DATA_DIR {file / 'data'} cannot be created: Not a directory.\n"


def test_no_data_folder_is_created_when_no_file_is_kept(tmp_path: Path) -> None:
    elsewhere = {"DATABASE_URL": "postgres://db.invalid/partners", "REDIS_URL": "redis://redis.invalid"}

    answer = manage("diffsettings", **PRODUCTION, **elsewhere, DATA_DIR=str(tmp_path / "data"))

    assert answer.returncode == 0, answer.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("prepare", "without_cursors"), [("on", False), ("off", True)])
def test_server_side_cursors_are_off_behind_a_transaction_pooler(
    tmp_path: Path, prepare: str, without_cursors: bool
) -> None:
    pooled = {"DATABASE_URL": "postgres://db.invalid/partners", "DATABASE_PREPARE": prepare}

    answer = manage("diffsettings", **PRODUCTION, **pooled, DATA_DIR=str(tmp_path))

    assert ("'DISABLE_SERVER_SIDE_CURSORS': True" in answer.stdout) is without_cursors


@pytest.mark.parametrize(("proxies", "trusted"), [("0", False), ("1", True)])
def test_only_a_trusted_proxy_can_say_that_it_was_called_over_https(
    tmp_path: Path, proxies: str, trusted: bool
) -> None:
    answer = manage("diffsettings", **PRODUCTION, TRUSTED_PROXIES=proxies, DATA_DIR=str(tmp_path))

    assert ("SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')" in answer.stdout) is trusted


def test_links_use_the_scheme_that_the_caller_used(partner: Partner, settings: LazySettings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    answer = partner.get("/users/", host="testserver", x_forwarded_proto="https")

    assert answer.document["links"]["first"].startswith("https://testserver/api/v1/users/")
