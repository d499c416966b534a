"""What an operator can do in an incident, by the commands of manage.py."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.test import Client
from django.utils import timezone

from audit.models import AuditEntry
from oauth.models import AccessToken, Application, PersonalAccessToken
from oauth.scopes import SCOPES
from oauth.services import (
    create_personal_access_token,
    demo_application_is_open,
    has_public_secret,
    rotate_secret,
)
from tests.factories import AccountFactory, CredentialFactory, UserFactory
from tests.oauth.test_commands import run, shown
from tests.oauth.token_requests import MakeClient, OAuthClient, ask_token
from tests.partner import issue_token
from users.models import User

pytestmark = pytest.mark.django_db

Headers = dict[str, str]


@pytest.fixture
def tokens(harbour: OAuthClient) -> dict[str, Headers]:
    """A token of each kind that can call the API for the application."""
    credential = CredentialFactory(user__application=harbour.application)
    _, personal = create_personal_access_token(
        credential=credential, name="cron", scopes=["user:read"], now=timezone.now()
    )
    return {
        "app-level": harbour.bearer(),
        "user-scoped": harbour.bearer(user_id=credential.user_id),
        "personal": {"authorization": f"Bearer {personal}"},
    }


@pytest.fixture
def statuses(harbour: OAuthClient, tokens: dict[str, Headers]) -> Callable[[], set[int]]:
    """Returns the statuses that the application's tokens get."""
    return lambda: {harbour.http.get("/api/v1/users/", headers=token).status_code for token in tokens.values()}


def audited() -> list[str]:
    rows = AuditEntry.objects.filter(resource_type="applications").order_by("id")
    return list(rows.values_list("action", flat=True))


def listed(command: str, *words: str) -> list[dict[str, Any]]:
    return json.loads(run(command, "--json", *words))


class TestRevokingAllTokens:
    @pytest.mark.parametrize("words", [("rotate_secret", "--revoke-tokens"), ("revoke_tokens",)])
    def test_every_kind_of_token_stops_at_once_and_new_ones_work(
        self, harbour: OAuthClient, statuses: Callable[[], set[int]], words: tuple[str, ...]
    ) -> None:
        assert statuses() == {200}

        output = run(words[0], harbour.application.client_id, *words[1:])

        assert "2 access tokens and 1 personal access tokens" in output
        assert statuses() == {401}
        if words[0] == "rotate_secret":
            harbour.secret = shown(output)["client_secret"]
        assert harbour.http.get("/api/v1/users/", headers=harbour.bearer()).status_code == 200

    def test_a_token_request_that_is_under_way_gets_no_valid_token(self, harbour: OAuthClient) -> None:
        authenticated_before = Application.objects.get(pk=harbour.application.pk)

        run("revoke_tokens", harbour.application.client_id)

        late = {"authorization": f"Bearer {issue_token(authenticated_before, ['user:read'])}"}
        assert AccessToken.objects.count() == 1
        assert harbour.http.get("/api/v1/users/", headers=late).status_code == 401

    def test_tokens_of_other_applications_stay(self, harbour: OAuthClient, make_client: MakeClient) -> None:
        other = make_client(name="Mountain Stays")
        token = other.bearer()

        run("rotate_secret", harbour.application.client_id, "--revoke-tokens")

        assert harbour.http.get("/api/v1/users/", headers=token).status_code == 200


class TestTwoSecrets:
    def rotate(self, harbour: OAuthClient, *words: str) -> str:
        return shown(run("rotate_secret", harbour.application.client_id, *words))["client_secret"]

    def accepted(self, harbour: OAuthClient, secret: str) -> bool:
        return OAuthClient(harbour.http, harbour.application, secret).ask(basic=True).status == 200

    def test_both_work_until_the_old_one_is_ended_by_command(self, harbour: OAuthClient) -> None:
        old, new = harbour.secret, self.rotate(harbour, "--keep-old")
        assert self.accepted(harbour, old)
        assert self.accepted(harbour, new)

        assert "no longer works" in run("end_old_secret", harbour.application.client_id)

        assert not self.accepted(harbour, old)
        assert self.accepted(harbour, new)
        assert "did not work" in run("end_old_secret", harbour.application.client_id)
        assert audited() == ["application.created", "application.secret_rotated", "application.old_secret_ended"]

    def test_the_old_one_ends_at_its_time(self, harbour: OAuthClient) -> None:
        old = harbour.secret
        self.rotate(harbour, "--keep-old-hours", "48")
        assert self.accepted(harbour, old)
        assert listed("list_applications")[0]["old_secret_works"]

        Application.objects.update(previous_secret_ends_at=timezone.now() - timedelta(seconds=1))

        assert not self.accepted(harbour, old)
        assert not listed("list_applications")[0]["old_secret_works"]

    def test_only_the_last_two_secrets_can_work(self, harbour: OAuthClient) -> None:
        first, second = harbour.secret, self.rotate(harbour, "--keep-old")
        third = self.rotate(harbour, "--keep-old")

        assert [self.accepted(harbour, secret) for secret in (first, second, third)] == [False, True, True]

    def test_a_rotation_without_the_option_ends_a_kept_one_too(self, harbour: OAuthClient) -> None:
        first, second = harbour.secret, self.rotate(harbour, "--keep-old")
        self.rotate(harbour)

        assert not self.accepted(harbour, first)
        assert not self.accepted(harbour, second)

    @pytest.mark.parametrize("hours", ["0", "-1", "1e99", "nan"])
    def test_a_time_that_is_not_in_the_future_is_refused(self, harbour: OAuthClient, hours: str) -> None:
        with pytest.raises(CommandError):
            self.rotate(harbour, f"--keep-old-hours={hours}")

        assert self.accepted(harbour, harbour.secret)

    def test_a_public_secret_counts_as_open_while_it_is_kept(self) -> None:
        run("demo_application")
        demo = Application.objects.get()

        rotate_secret(demo, now=timezone.now(), keep_old=True)

        assert has_public_secret(demo)

    def test_a_deleted_demo_application_is_not_open_and_is_made_again(self, client: Client) -> None:
        run("demo_application")
        run("delete_application", "demo-partner")

        assert not demo_application_is_open()
        assert shown(run("demo_application"))["client_id"] == "demo-partner"
        assert ask_token(client, "demo-partner", "demo-partner-secret").status == 200


class TestDisabling:
    def test_tokens_and_secret_stop_at_once_until_it_is_enabled(
        self, harbour: OAuthClient, statuses: Callable[[], set[int]]
    ) -> None:
        client_id = harbour.application.client_id

        assert run("disable_application", client_id) == "Harbour Homes is now disabled.\n"
        assert statuses() == {401}
        assert harbour.ask().error == (401, "invalid_client")
        assert "state       disabled" in run("list_applications")
        assert run("disable_application", client_id) == "Harbour Homes is already disabled.\n"

        assert run("enable_application", client_id) == "Harbour Homes is now enabled.\n"
        assert statuses() == {200}
        assert harbour.ask().status == 200
        assert run("enable_application", client_id) == "Harbour Homes is already enabled.\n"
        assert audited()[-2:] == ["application.disabled", "application.enabled"]


class TestDeleting:
    def test_an_application_with_users_needs_a_second_thought(
        self, harbour: OAuthClient, statuses: Callable[[], set[int]]
    ) -> None:
        with pytest.raises(CommandError, match=r"has 1 users\. Add --with-users"):
            run("delete_application", harbour.application.client_id)

        assert statuses() == {200}

    def test_everything_stops_and_a_repetition_changes_nothing(
        self, harbour: OAuthClient, statuses: Callable[[], set[int]], make_client: MakeClient
    ) -> None:
        AccountFactory(user__application=harbour.application)
        stranger = UserFactory(application=make_client(name="Mountain Stays").application)
        client_id = harbour.application.client_id

        assert run("delete_application", client_id, "--with-users").endswith("now deleted; 2 users deleted.\n")

        assert statuses() == {401}
        assert harbour.ask().status == 401
        assert list(User.objects.filter(deleted_at=None)) == [stranger]
        assert run("delete_application", client_id).endswith("already deleted; 0 users deleted.\n")
        assert audited().count("application.deleted") == 1
        with pytest.raises(CommandError, match="was deleted"):
            run("enable_application", client_id)
        with pytest.raises(CommandError, match="was deleted"):
            run("rotate_secret", client_id)

    def test_an_interrupted_deletion_is_finished_by_the_next_call(self, harbour: OAuthClient) -> None:
        UserFactory.create_batch(2, application=harbour.application)
        run("delete_application", harbour.application.client_id, "--with-users")
        User.objects.filter(pk=User.objects.latest("pk").pk).update(deleted_at=None)

        run("delete_application", harbour.application.client_id, "--with-users")

        assert not User.objects.filter(deleted_at=None).exists()


class TestChanging:
    def change(self, harbour: OAuthClient, *words: str) -> Application:
        run("change_application", harbour.application.client_id, *words)
        return Application.objects.get()

    def test_scopes_taken_away_are_missing_in_tokens_of_before(self, harbour: OAuthClient) -> None:
        token = harbour.bearer()

        self.change(harbour, "--remove-scopes", "user:read")

        assert harbour.http.get("/api/v1/users/", headers=token).status_code == 403

    def test_an_allowlist_applies_to_tokens_of_before(self, harbour: OAuthClient) -> None:
        token = harbour.bearer()

        self.change(harbour, "--add-ips", "192.0.2.1")
        assert harbour.http.get("/api/v1/users/", headers=token).status_code == 403

        self.change(harbour, "--any-ip")
        assert harbour.http.get("/api/v1/users/", headers=token).status_code == 200

    def test_each_option_changes_its_column(self, harbour: OAuthClient) -> None:
        changed = self.change(
            harbour, "--name", "Harbour", "--scopes", "user:read", "--ips", "192.0.2.0/24", "192.0.2.0/24",
            "--rate-limit", "7", "--require-user-scoped-tokens",
        )  # fmt: skip

        assert (changed.name, changed.enabled_scopes, changed.ip_allowlist) == (
            "Harbour", ["user:read"], ["192.0.2.0/24"],
        )  # fmt: skip
        assert changed.rate_limit_per_minute == 7
        assert changed.require_user_scoped_tokens

        changed = self.change(
            harbour, "--add-scopes", "listings:read", "user:read", "--add-ips", "2001:db8::1", "--default-rate-limit",
            "--no-require-user-scoped-tokens",
        )  # fmt: skip
        assert changed.enabled_scopes == ["user:read", "listings:read"]
        assert changed.ip_allowlist == ["192.0.2.0/24", "2001:db8::1/128"]
        assert changed.rate_limit_per_minute is None
        assert not changed.require_user_scoped_tokens

    def test_a_repetition_changes_nothing_and_is_not_audited(self, harbour: OAuthClient) -> None:
        for _ in range(2):
            self.change(harbour, "--rate-limit", "7", "--remove-ips", "192.0.2.1")

        assert run("change_application", harbour.application.client_id).endswith("Nothing changed.\n")
        entry = AuditEntry.objects.get(action="application.changed")
        assert entry.changes == {"rate_limit_per_minute": [None, 7]}

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            (["--scopes", "admin"], "Unknown scope: admin"),
            (["--remove-scopes", *SCOPES], "Unknown scope: \\(none\\)"),
            (["--ips", "192.0.2.300"], "Not an IP address or CIDR"),
            (["--remove-ips", "nowhere"], "Not an IP address or CIDR"),
            (["--rate-limit", "0"], "at least 1"),
            (["--rate-limit", "99999999999"], "at most"),
        ],
    )
    def test_invalid_values_are_refused_and_change_nothing(
        self, harbour: OAuthClient, words: list[str], complaint: str
    ) -> None:
        before = Application.objects.values().get()

        with pytest.raises(CommandError, match=complaint):
            self.change(harbour, *words)

        assert Application.objects.values().get() == before

    def test_the_last_address_is_not_removed_by_mistake(self, harbour: OAuthClient) -> None:
        self.change(harbour, "--ips", "192.0.2.1")

        with pytest.raises(CommandError, match="Use --any-ip"):
            self.change(harbour, "--remove-ips", "192.0.2.1")


class TestPersonalAccessTokens:
    @pytest.fixture
    def of_two_users(self, harbour: OAuthClient) -> list[PersonalAccessToken]:
        users = CredentialFactory.create_batch(2, user__application=harbour.application)
        return [
            create_personal_access_token(
                credential=credential, name=f"{name} {n}", scopes=["user:read"], now=timezone.now()
            )[0]
            for n, credential in enumerate(users)
            for name in ("cron", "script")
        ]

    def live(self) -> set[str]:
        return {token["name"] for token in listed("list_personal_access_tokens") if token["state"] == "valid"}

    def test_they_are_listed_with_owner_and_state_and_without_their_text(
        self, harbour: OAuthClient, of_two_users: list[PersonalAccessToken], make_client: MakeClient
    ) -> None:
        first = of_two_users[0]
        run("revoke_personal_access_token", str(first.pk))

        (shown_first,) = [
            token
            for token in listed("list_personal_access_tokens", "--user", str(first.credential.user_id))
            if token["id"] == first.pk
        ]
        assert shown_first["state"] == "revoked"
        assert shown_first["client_id"] == harbour.application.client_id
        assert shown_first["credential_id"] == first.credential_id
        assert first.token_checksum not in run("list_personal_access_tokens", "--json")
        assert f"owner       user {first.credential.user_id}" in run("list_personal_access_tokens")
        assert listed("list_personal_access_tokens", "--application", make_client().application.client_id) == []

    def test_they_are_revoked_by_id(self, of_two_users: list[PersonalAccessToken]) -> None:
        ids = [str(token.pk) for token in of_two_users[:3]]

        assert run("revoke_personal_access_token", *ids) == "Revoked cron 0, script 0, cron 1.\n"

        assert self.live() == {"script 1"}
        assert run("revoke_personal_access_token", *ids) == "Nothing to revoke.\n"
        assert AuditEntry.objects.filter(action="personal_access_token.revoked").count() == 3

    def test_they_are_revoked_by_owner(self, of_two_users: list[PersonalAccessToken]) -> None:
        run("revoke_personal_access_token", "--user", str(of_two_users[0].credential.user_id))

        assert self.live() == {"cron 1", "script 1"}

    def test_all_of_an_application_are_revoked(
        self, harbour: OAuthClient, of_two_users: list[PersonalAccessToken], make_client: MakeClient
    ) -> None:
        run("revoke_personal_access_token", "--application", make_client().application.client_id)
        assert len(self.live()) == 4

        run("revoke_personal_access_token", "--application", harbour.application.client_id)
        assert self.live() == set()

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            ([], "Give the ids of tokens"),
            (["1", "--user", "1"], "Give the ids of tokens"),
            (["--user", "1", "--application", "x"], "Give the ids of tokens"),
            (["--user", "987654"], "There is no user 987654"),
            (["--application", "nobody"], "There is no application nobody"),
            (["987654"], "There is no personal access token 987654"),
        ],
    )
    def test_errors_name_what_is_wrong(self, words: list[str], complaint: str) -> None:
        with pytest.raises(CommandError, match=complaint):
            run("revoke_personal_access_token", *words)


class TestAudit:
    def test_an_entry_is_written_with_the_change_or_not_at_all(
        self, harbour: OAuthClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client_id = harbour.application.client_id
        monkeypatch.setenv("LOGNAME", "grace")

        with pytest.raises(CommandError):
            run("change_application", client_id, "--rate-limit", "0")
        assert audited() == ["application.created"]

        run("disable_application", client_id)
        entry = AuditEntry.objects.latest("id")
        assert (entry.action, entry.who) == ("application.disabled", "disable_application by grace")
        assert entry.owner_application_id == harbour.application.pk
        assert entry.changes.keys() == {"disabled_at"}

    @pytest.mark.django_db(transaction=True)
    def test_the_log_gets_the_same_line_after_the_commit(
        self, harbour: OAuthClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO, logger="audit"):
            run("change_application", harbour.application.client_id, "--rate-limit", "7")

        assert (
            f"audit: application.changed of applications/{harbour.application.pk} by change_application by"
            in caplog.text
        )

    def test_no_entry_holds_a_secret(self, harbour: OAuthClient) -> None:
        output = run("rotate_secret", harbour.application.client_id, "--keep-old")

        assert shown(output)["client_secret"] not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("name", sorted(name for name, app in get_commands().items() if app == "oauth"))
def test_every_command_explains_itself(name: str) -> None:
    command = load_command_class("oauth", name)
    parser = command.create_parser("manage.py", name)
    text = StringIO()
    parser.print_help(text)

    assert command.help.endswith(".")
    assert " ".join(command.help.split()) in " ".join(text.getvalue().split())


@pytest.mark.parametrize(
    "name",
    ["change_application", "delete_application", "disable_application", "enable_application", "end_old_secret",
     "revoke_tokens", "rotate_secret"],
)  # fmt: skip
def test_an_unknown_application_is_named_in_the_error(name: str) -> None:
    with pytest.raises(CommandError, match="There is no application nobody"):
        call_command(name, "nobody")
