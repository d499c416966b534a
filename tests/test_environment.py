"""Settings are checked at start. One line names the bad variable and says what it must be."""

import os
import secrets
import stat
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from django.conf import LazySettings

from jobs.places import Places
from partners.environment import DEVELOPMENT_CREDENTIAL_KEY, DEVELOPMENT_SECRET, BadEnvironment, read_environment
from partners.private_files import make_private
from partners.secret_strength import is_weak_key, is_weak_secret
from tests.partner import Partner
from throttling.storage import SharedFileStorage

OWN_SECRET = "f3vX9qLm2Zt8RbWc5Yk1HdNs7PjGu4AeTo6QiVxMrKzB0yCwSlDhFnEpJgUa"
OWN_KEY = "dGVzdHMtb25seS1jcmVkZW50aWFsLWtleS0xMjM0NTY="

ROOT = Path(__file__).parents[1]
A_HOST = "be names of hosts, without scheme and port, such as api.example.com"
PRODUCTION = {
    "SECRET_KEY": OWN_SECRET,
    "CREDENTIAL_KEYS": OWN_KEY,
    "ALLOWED_HOSTS": "api.example.com",
    "DATABASE_URL": "sqlite:///:memory:",
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


@pytest.mark.parametrize(
    "secret",
    [
        "x", "x" * 60, "ab" * 40, "0123456789" * 6, "abcdefghijklmnopqrstuvwxyz" * 2, OWN_SECRET[:49],
        OWN_SECRET[:12] * 5, f"django-insecure-{OWN_SECRET}", f"change-me-{OWN_SECRET}",
        "correct horse battery staple " * 2,
    ],
)  # fmt: skip
def test_production_does_not_start_with_a_weak_secret(secret: str) -> None:
    with pytest.raises(BadEnvironment, match=r"^SECRET_KEY must be at least 50 random characters in production.$"):
        read_environment(PRODUCTION | {"SECRET_KEY": secret})


@pytest.mark.parametrize(
    "key", [bytes(32), b"0123456789abcdef" * 2, bytes(range(32)), b"abcdefghijklmnopqrstuvwxyz123456", b"changeme" * 4]
)
@pytest.mark.parametrize("others", [(), (OWN_KEY,)])
def test_production_does_not_start_with_a_weak_credential_key(key: bytes, others: tuple[str, ...]) -> None:
    keys = ",".join([*others, urlsafe_b64encode(key).decode()])

    with pytest.raises(BadEnvironment, match=r"^CREDENTIAL_KEYS must hold random keys in production.$"):
        read_environment(PRODUCTION | {"CREDENTIAL_KEYS": keys})


def test_random_secrets_and_keys_are_accepted() -> None:
    for _ in range(500):
        for secret in (secrets.token_urlsafe(50), secrets.token_hex(25), secrets.token_urlsafe(38)[:50]):
            assert not is_weak_secret(secret), secret
        assert not is_weak_key(secrets.token_bytes(32))


def test_development_keeps_its_files_together_without_a_database_url(tmp_path: Path) -> None:
    environment = read_environment({"PROFILE": "development", "DATA_DIR": str(tmp_path)})

    assert environment.database_url == f"sqlite:///{tmp_path}/partners.sqlite3"


def test_allowed_hosts_may_be_names_and_addresses() -> None:
    hosts = "api.example.com,.example.org,192.0.2.1,[2001:db8::1]"

    assert read_environment(PRODUCTION | {"ALLOWED_HOSTS": hosts}).allowed_hosts == tuple(hosts.split(","))


def test_the_error_for_a_bad_url_does_not_show_its_password() -> None:
    with pytest.raises(BadEnvironment) as refused:
        read_environment(PRODUCTION | {"DATABASE_URL": "mysql://partners:hunter2@db/partners"})

    assert "hunter2" not in str(refused.value)


def test_the_representation_of_an_environment_shows_no_secret() -> None:
    passwords = {"DATABASE_URL": "postgres://partners:hunter2@db/partners", "REDIS_URL": "redis://:hunter2@redis"}

    shown = repr(read_environment(PRODUCTION | passwords))

    assert "api.example.com" in shown
    assert not [secret for secret in ("hunter2", OWN_SECRET, OWN_KEY) if secret in shown]


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


def manage(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs `manage.py` with only these variables set."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", *words],
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

    answer = manage("diffsettings", **PRODUCTION | elsewhere, DATA_DIR=str(tmp_path / "data"))

    assert answer.returncode == 0, answer.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("prepare", "without_cursors"), [("on", False), ("off", True)])
def test_server_side_cursors_are_off_behind_a_transaction_pooler(
    tmp_path: Path, prepare: str, without_cursors: bool
) -> None:
    pooled = {"DATABASE_URL": "postgres://db.invalid/partners", "DATABASE_PREPARE": prepare}

    answer = manage("diffsettings", **PRODUCTION | pooled, DATA_DIR=str(tmp_path))

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


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_production_has_no_warnings_of_the_deployment_check(tmp_path: Path) -> None:
    answer = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, DATA_DIR=str(tmp_path / "data"))

    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == "System check identified no issues (4 silenced).\n"


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_only_the_owner_can_read_the_files(tmp_path: Path, mask: int) -> None:
    folder = tmp_path / "new" / "data"
    before = os.umask(mask)
    try:
        answer = manage(
            "migrate",
            "--verbosity=0",
            PROFILE="development",
            DATA_DIR=str(folder),
            DATABASE_URL=f"sqlite:///{folder}/p",
        )
        _count_in(folder / "rate-limits.sqlite3")
    finally:
        os.umask(before)

    assert answer.returncode == 0, answer.stderr
    assert mode_of(folder) == 0o700
    assert {path.name: mode_of(path) for path in folder.iterdir()} == dict.fromkeys(
        ["p", "rate-limits.sqlite3", "rate-limits.sqlite3-wal", "rate-limits.sqlite3-shm"], 0o600
    )


def _count_in(path: Path) -> None:
    storage = SharedFileStorage(path)
    storage.incr("key", 60)
    KEPT_OPEN.append(storage)  # the files beside the database exist as long as it is open


KEPT_OPEN: list[SharedFileStorage] = []


def test_files_and_a_folder_that_others_could_read_are_restricted(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    for name in ("partners.sqlite3", "partners.sqlite3-wal", "partners.sqlite3-shm", "rate-limits.sqlite3", "notes"):
        (folder / name).touch()
        (folder / name).chmod(0o644)

    make_private(folder, [folder / "partners.sqlite3", folder / "rate-limits.sqlite3"])

    assert mode_of(folder) == 0o700
    assert {path.name for path in folder.iterdir() if mode_of(path) != 0o600} == {"notes"}


def test_a_folder_that_holds_more_than_our_files_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "of-somebody-else").mkdir()
    tmp_path.chmod(0o755)

    make_private(tmp_path, [tmp_path / "partners.sqlite3"])

    assert mode_of(tmp_path) == 0o755
    assert mode_of(tmp_path / "partners.sqlite3") == 0o600


@pytest.mark.parametrize("concurrency", [1, 4, 32, 100])
def test_a_worker_with_a_pool_has_a_connection_for_each_place_and_two_more(concurrency: int) -> None:
    shown = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['pool']['max_size'])"
    variables = {
        "PROFILE": "development",
        "DJANGO_SETTINGS_MODULE": "partners.settings",
        "DATABASE_URL": "postgres://partners@127.0.0.1/partners",
        "DATABASE_POOL": "on",
        "WORKER_CONCURRENCY": str(concurrency),
    }

    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", shown], env=variables, capture_output=True, text=True, check=True, timeout=60
    )

    assert int(ended.stdout) == Places(concurrency).total + 2
