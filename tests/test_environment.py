"""Settings are checked at start: an error is one line that names the variable and its valid values."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from partners.environment import DEVELOPMENT_CREDENTIAL_KEY, DEVELOPMENT_SECRET, BadEnvironment, read_environment

OWN_KEY = "dGVzdHMtb25seS1jcmVkZW50aWFsLWtleS0xMjM0NTY="

ROOT = Path(__file__).parents[1]
A_HOST = "be names of hosts, without scheme and port, such as api.example.com"
PRODUCTION = {
    "SECRET_KEY": "a secret of our own",
    "CREDENTIAL_KEYS": OWN_KEY,
    "ALLOWED_HOSTS": "api.example.com",
}


def test_production_is_the_default_profile():
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
def test_production_does_not_start_without_its_own_secrets_and_hosts(name, value):
    with pytest.raises(BadEnvironment, match=f"^{name} must .+ in production.$"):
        read_environment(PRODUCTION | {name: value})


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("PROFILE", "prod", "be development or production, not 'prod'"),
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
        ("ACCESS_TOKEN_SECONDS", "1000000000000", "be at most 1000000000, not 1000000000000"),
        ("JOB_LEASE_SECONDS", "1.5", "be a whole number, not '1.5'"),
        ("WORKER_POLL_SECONDS", "nan", "be a number, not 'nan'"),
        ("CHANNEL_TIMEOUT_SECONDS", "0", "be at least 0.01, not 0"),
        ("LOG_LEVEL", "loud", "be one of DEBUG, INFO, WARNING, ERROR, not 'LOUD'"),
    ],
)
def test_an_invalid_value_is_reported_with_the_valid_values(name, value, takes):
    with pytest.raises(BadEnvironment) as refused:
        read_environment(PRODUCTION | {name: value})

    assert str(refused.value) == f"{name} must {takes}."


def test_allowed_hosts_may_be_names_and_addresses():
    hosts = "api.example.com,.example.org,192.0.2.1,[2001:db8::1]"

    assert read_environment(PRODUCTION | {"ALLOWED_HOSTS": hosts}).allowed_hosts == tuple(hosts.split(","))


def test_a_password_in_a_bad_url_is_not_shown():
    with pytest.raises(BadEnvironment) as refused:
        read_environment(PRODUCTION | {"DATABASE_URL": "mysql://partners:hunter2@db/partners"})

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["postgres://user:password@db:5432/name", "postgresql:///name", "sqlite:////data/partners.sqlite3"]
)
def test_a_database_url_may_name_a_server_or_a_file(url):
    assert read_environment(PRODUCTION | {"DATABASE_URL": url}).database_url == url


def manage(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` with no other variables than the given ones."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
    )


def test_an_invalid_setting_ends_the_process_with_one_line():
    answer = manage("check")

    assert answer.returncode == 1
    assert answer.stderr == "SECRET_KEY must be set to a secret of your own in production.\n"


def test_a_data_folder_that_cannot_be_created_is_reported_in_one_line(tmp_path):
    file = tmp_path / "file"
    file.touch()

    answer = manage("check", **PRODUCTION, DATA_DIR=str(file / "data"))

    assert answer.returncode == 1
    assert answer.stderr == f"DATA_DIR {file / 'data'} cannot be made: Not a directory.\n"


def test_no_data_folder_is_created_if_no_file_is_stored_in_it(tmp_path):
    elsewhere = {"DATABASE_URL": "postgres://db.invalid/partners", "REDIS_URL": "redis://redis.invalid"}

    answer = manage("diffsettings", **PRODUCTION, **elsewhere, DATA_DIR=str(tmp_path / "data"))

    assert answer.returncode == 0, answer.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("prepare", "without_cursors"), [("on", False), ("off", True)])
def test_server_side_cursors_are_disabled_together_with_prepared_statements(tmp_path, prepare, without_cursors):
    pooled = {"DATABASE_URL": "postgres://db.invalid/partners", "DATABASE_PREPARE": prepare}

    answer = manage("diffsettings", **PRODUCTION, **pooled, DATA_DIR=str(tmp_path))

    assert ("'DISABLE_SERVER_SIDE_CURSORS': True" in answer.stdout) is without_cursors


@pytest.mark.parametrize(("proxies", "trusted"), [("0", False), ("1", True)])
def test_x_forwarded_proto_is_trusted_only_behind_a_trusted_proxy(tmp_path, proxies, trusted):
    answer = manage("diffsettings", **PRODUCTION, TRUSTED_PROXIES=proxies, DATA_DIR=str(tmp_path))

    assert ("SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')" in answer.stdout) is trusted


def test_links_have_the_scheme_and_the_host_of_the_request(partner, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    answer = partner.get("/users/", host="testserver", x_forwarded_proto="https")

    assert answer.document["links"]["first"].startswith("https://testserver/api/v1/users/")
