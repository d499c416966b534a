"""The management commands of an operator."""

import re
import runpy
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from jobs.queue import enqueue
from jobs.worker import JobWorker
from oauth.models import AccessToken, Application, PersonalAccessToken
from oauth.scopes import SCOPES
from oauth.services import create_personal_access_token, purge_expired_tokens, revoke_personal_access_token
from tests.environment import changed
from tests.factories import CredentialFactory, UserFactory
from tests.oauth.token_requests import MakeClient, OAuthClient, ask_token
from users.models import Credential, User

pytestmark = pytest.mark.django_db
# partners.wsgi closes the database connections of the process, which only a transactional test survives.
imports_wsgi = pytest.mark.django_db(transaction=True)


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def shown(output: str) -> dict[str, str]:
    """The printed lines as a mapping of names to values."""
    return dict(re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in output.splitlines())


@pytest.fixture
def production(settings: Settings) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, profile="production")


class TestCreateApplication:
    def test_it_prints_credentials_that_work(self, client: Client) -> None:
        created = shown(run("create_application", "--name", "Harbour Homes"))

        answer = ask_token(client, created["client_id"], created["client_secret"])

        assert answer.status == 200
        assert answer.body["scope"] == " ".join(SCOPES)

    def test_every_secret_is_unique_and_long(self) -> None:
        secrets = {shown(run("create_application", "--name", "X"))["client_secret"] for _ in range(3)}

        assert len(secrets) == 3
        assert all(len(secret) == 64 for secret in secrets)

    def test_all_options_are_stored(self) -> None:
        run(
            "create_application", "--name", "Harbour Homes", "--scopes", "user:read", "listings:read",
            "--require-user-scoped-tokens", "--ip", "192.0.2.0/24", "--ip", "2001:db8::1", "--rate-limit", "120",
        )  # fmt: skip

        created = Application.objects.get()
        assert created.name == "Harbour Homes"
        assert created.mode == "partner"
        assert created.enabled_scopes == ["user:read", "listings:read"]
        assert created.require_user_scoped_tokens
        assert created.ip_allowlist == ["192.0.2.0/24", "2001:db8::1/128"]
        assert created.rate_limit_per_minute == 120

    def test_a_personal_application_comes_with_its_user(self, client: Client) -> None:
        words = ["--name", "Robin", "--mode", "personal", "--email", "robin@example.com"]
        created = shown(run("create_application", *words))

        user = Application.objects.get().user.user
        assert (user.email, user.application) == ("robin@example.com", Application.objects.get())
        answer = ask_token(client, created["client_id"], created["client_secret"])
        assert answer.body["user_id"] == str(user.pk)

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            (["--scopes", "admin"], "Unknown scope: admin"),
            (["--ip", "192.0.2.300"], "Not an IP address or CIDR"),
            (["--ip", "192.0.2.1/24"], "has host bits set"),
            (["--rate-limit", "0"], "at least 1"),
            (["--mode", "personal"], "needs the email"),
            (["--email", "robin@example.com"], "needs the email"),
            (["--mode", "personal", "--email", "robin"], "Enter a valid email address"),
        ],
    )
    def test_invalid_options_are_refused_and_create_nothing(self, words: list[str], complaint: str) -> None:
        with pytest.raises(CommandError, match=complaint):
            run("create_application", "--name", "X", *words)

        assert not Application.objects.exists()

    def test_a_personal_application_can_have_an_email_that_another_application_has(self) -> None:
        taken = UserFactory(email="robin@example.com")

        run("create_application", "--name", "X", "--mode", "personal", "--email", "ROBIN@example.com")

        assert User.objects.exclude(pk=taken.pk).get().email == "ROBIN@example.com"


class TestListApplications:
    def test_it_shows_the_rights_of_each_application_and_no_secret(self, make_client: MakeClient) -> None:
        harbour = make_client(scopes=["user:read"], ip_allowlist=["192.0.2.0/24"], rate_limit_per_minute=7)
        make_client(name="Mountain Stays", require_user_scoped_tokens=True)
        UserFactory(application=harbour.application)
        UserFactory(application=harbour.application, deleted_at=timezone.now())
        harbour.application.refresh_from_db()

        lines = [line.strip() for line in run("list_applications").splitlines()]

        assert lines[:5] == [
            f"{harbour.application.client_id}  Harbour Homes",
            "mode        partner, 1 users",
            "scopes      user:read",
            "callers     192.0.2.0/24",
            "rate limit  7 a minute",
        ]
        assert lines[5].endswith("  Mountain Stays")
        assert "tokens      user-level scopes need a user_id" in lines
        assert lines[-2:] == ["callers     any address", "rate limit  the default"]
        assert not any(secret in "\n".join(lines) for secret in (harbour.secret, harbour.application.client_secret))


class TestRotateSecret:
    def test_the_new_secret_works_and_the_old_one_stops(self, harbour: OAuthClient) -> None:
        rotated = shown(run("rotate_secret", harbour.application.client_id))

        assert rotated["client_id"] == harbour.application.client_id
        assert harbour.ask().status == 401
        harbour.secret = rotated["client_secret"]
        assert harbour.ask().status == 200

    def test_access_tokens_stay_valid_unless_they_are_to_be_revoked(self, harbour: OAuthClient) -> None:
        harbour.ask()

        run("rotate_secret", harbour.application.client_id)
        assert AccessToken.objects.exists()

        run("rotate_secret", harbour.application.client_id, "--revoke-tokens")
        assert not AccessToken.objects.exists()

    def test_the_error_names_an_unknown_client(self) -> None:
        with pytest.raises(CommandError, match="There is no application nobody"):
            run("rotate_secret", "nobody")


class TestPersonalAccessTokens:
    @pytest.fixture
    def credential(self, harbour: OAuthClient) -> Credential:
        return CredentialFactory(user__application=harbour.application)

    def create(self, credential: Credential, *words: str, scopes: Sequence[str] = ("listings:read",)) -> str:
        return run("create_personal_access_token", str(credential.pk), "--name", "cron", "--scopes", *scopes, *words)

    def test_the_token_printed_opens_the_api_until_it_is_revoked(self, client: Client, credential: Credential) -> None:
        created = shown(self.create(credential))
        headers = {"authorization": f"Bearer {created['token']}"}
        assert created["token"].startswith("bpat_")
        assert client.get("/api/v1/listings/", headers=headers).status_code == 200

        assert run("revoke_personal_access_token", created["id"]) == "Revoked cron.\n"

        assert client.get("/api/v1/listings/", headers=headers).status_code == 401

    def test_it_expires_after_the_given_number_of_days(self, credential: Credential) -> None:
        self.create(credential, "--days", "30")

        token = PersonalAccessToken.objects.get()
        assert token.expires_at
        assert token.expires_at - token.created_at == timedelta(days=30)

    @pytest.mark.parametrize("days", ["0", "-1", "99999999999"])
    def test_a_token_that_could_never_be_used_is_refused(self, credential: Credential, days: str) -> None:
        with pytest.raises(CommandError):
            self.create(credential, f"--days={days}")

        assert not PersonalAccessToken.objects.exists()

    def test_it_cannot_have_more_scopes_than_the_users_application(self, make_client: MakeClient) -> None:
        credential = CredentialFactory(user__application=make_client(scopes=["user:read"]).application)

        with pytest.raises(CommandError, match="Not enabled for the user's application: listings:read"):
            self.create(credential)

    @pytest.mark.parametrize("off", [{"is_active": False}, {"user__deleted_at": "2030-01-01T00:00:00Z"}])
    def test_an_inactive_credential_gets_no_token(self, off: dict[str, Any]) -> None:
        credential = CredentialFactory(**off)

        with pytest.raises(CommandError, match="no active credential"):
            self.create(credential)

    def test_the_error_names_an_unknown_token(self) -> None:
        with pytest.raises(CommandError, match="There is no personal access token 42"):
            run("revoke_personal_access_token", "42")


class TestPurgeExpiredTokens:
    def test_only_expired_and_revoked_tokens_are_deleted(self, harbour: OAuthClient) -> None:
        now = timezone.now()
        credential = CredentialFactory(user__application=harbour.application)
        for _ in range(3):
            harbour.ask()
        live, *expired = AccessToken.objects.all()
        AccessToken.objects.filter(pk__in=[token.pk for token in expired]).update(expires=now)
        arguments: dict[str, Any] = {"credential": credential, "scopes": ["user:read"], "now": now - timedelta(days=2)}
        kept, _ = create_personal_access_token(name="kept", **arguments)
        create_personal_access_token(name="expired", expires_at=now - timedelta(days=1), **arguments)
        revoked, _ = create_personal_access_token(name="revoked", **arguments)
        revoke_personal_access_token(revoked, now=now)

        assert run("purge_expired_tokens") == "4 tokens deleted\n"

        assert list(AccessToken.objects.all()) == [live]
        assert list(PersonalAccessToken.objects.all()) == [kept]

    def test_tokens_deleted_by_a_concurrent_purge_are_not_counted(self, harbour: OAuthClient) -> None:
        harbour.ask()
        AccessToken.objects.update(expires=timezone.now())

        def another_purge() -> None:
            AccessToken.objects.all().delete()

        assert purge_expired_tokens(now=timezone.now(), keep_lease=another_purge) == 0

    @pytest.mark.parametrize("kind", ["of an application", "personal"])
    def test_the_daily_job_keeps_its_lease(self, harbour: OAuthClient, kind: str) -> None:
        """The job renews its lease before each batch, and therefore stops when its worker is told to stop."""
        now, credential = timezone.now(), CredentialFactory(user__application=harbour.application)
        if kind == "personal":
            long_ago = {"now": now - timedelta(days=2), "expires_at": now - timedelta(days=1)}
            create_personal_access_token(credential=credential, name="old", scopes=["user:read"], **long_ago)
        else:
            harbour.ask()
            AccessToken.objects.update(expires=now)
        job = enqueue("purge_expired_tokens", now=now)
        worker = JobWorker()
        worker.stop()

        worker.run_one()

        job.refresh_from_db()
        assert job.state == "queued"
        assert AccessToken.objects.exists() or PersonalAccessToken.objects.exists()


class TestDemoApplication:
    def test_its_well_known_credentials_work_with_all_scopes(self, client: Client) -> None:
        assert shown(run("demo_application")) == {
            "client_id": "demo-partner",
            "client_secret": "demo-partner-secret",
        }

        answer = ask_token(client, "demo-partner", "demo-partner-secret")
        assert answer.body["scope"] == " ".join(SCOPES)

    def test_creating_it_again_changes_nothing(self) -> None:
        run("demo_application")
        before = Application.objects.values().get()

        run("demo_application")

        assert Application.objects.values().get() == before

    def test_creating_it_again_restores_its_secret(self, client: Client) -> None:
        run("demo_application")
        run("rotate_secret", "demo-partner")

        run("demo_application")

        assert ask_token(client, "demo-partner", "demo-partner-secret").status == 200

    def test_it_is_not_created_in_production(self, production: None) -> None:
        with pytest.raises(CommandError, match="development profile only"):
            run("demo_application")

        assert not Application.objects.exists()

    @imports_wsgi
    def test_production_does_not_start_while_it_exists(self, settings: Settings) -> None:
        run("demo_application")
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, profile="production")

        with pytest.raises(SystemExit) as stopped:
            runpy.run_module("partners.wsgi")

        assert str(stopped.value).startswith("The application demo-partner has its public secret in this database")
        assert "\n" not in str(stopped.value)

    def test_the_system_check_fails_in_production_while_it_exists(self, settings: Settings) -> None:
        run("demo_application")
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, profile="production")

        with pytest.raises(SystemCheckError, match=r"oauth\.E001"):
            call_command("check", databases=["default"])

    @imports_wsgi
    def test_production_starts_after_its_secret_is_rotated(self, settings: Settings) -> None:
        run("demo_application")
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, profile="production")

        run("rotate_secret", "demo-partner", "--revoke-tokens")

        assert callable(runpy.run_module("partners.wsgi")["application"])
        call_command("check", databases=["default"])

    def test_its_public_secret_is_not_accepted_in_production(self, client: Client, settings: Settings) -> None:
        run("demo_application")
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, profile="production")

        assert ask_token(client, "demo-partner", "demo-partner-secret").error == (401, "invalid_client")

    @imports_wsgi
    def test_the_start_leaves_no_database_connection_open(self, production: None) -> None:
        connection.ensure_connection()

        runpy.run_module("partners.wsgi")

        assert connection.connection is None

    @imports_wsgi
    def test_development_starts_while_it_exists(self) -> None:
        run("demo_application")

        assert callable(runpy.run_module("partners.wsgi")["application"])
