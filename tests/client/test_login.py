"""Logging in: what is saved, for whom, and what is never shown."""

import json
import stat
from pathlib import Path

import httpx
import pytest

from tests.client.command_line import CommandLine
from tests.client.scripted_server import TOKEN, Prepared, ScriptedServer
from tests.running_api import Api
from tests.running_server import CLIENT

pytestmark = pytest.mark.slow

SECRET = CLIENT["client_secret"]


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def saved_token(partners: CommandLine) -> str:
    return str(json.loads(partners.profile.with_suffix(".token").read_text())["access_token"])


def test_a_login_is_saved_for_its_owner_only(anyone: CommandLine) -> None:
    ended = anyone.succeeds("login", "--demo")
    anyone.succeeds("users", "ls")

    assert f"Logged in to {anyone.url} as demo-partner." in ended.out
    assert mode(anyone.profile.parent) == 0o700
    assert {file.name: mode(file) for file in anyone.profile.parent.iterdir()} == {
        "default.json": 0o600,
        "default.token": 0o600,
    }


def test_id_and_secret_can_be_options_or_in_the_environment(anyone: CommandLine) -> None:
    anyone.succeeds("login", "--client-id", CLIENT["client_id"], "--client-secret", SECRET, "--profile", "options")
    anyone.succeeds(
        "login", "--profile", "other", PARTNERS_CLIENT_ID=CLIENT["client_id"], PARTNERS_CLIENT_SECRET=SECRET
    )

    assert anyone.succeeds("whoami", "--profile", "options", "--json").document()["client-id"] == "demo-partner"
    assert anyone.succeeds("whoami", "--profile", "other", "--json").document()["profile"] == "other"


def test_on_a_terminal_the_demo_application_is_offered(anyone: CommandLine) -> None:
    code, shown = anyone.on_terminal("login", typed=[("Client id", ""), ("Client secret", "")])

    assert code == 0, shown
    assert "Client id at" in shown
    assert "[demo-partner]" in shown
    assert SECRET not in shown
    assert anyone.succeeds("users", "ls").code == 0


def test_a_typed_secret_is_not_shown(anyone: CommandLine) -> None:
    code, shown = anyone.on_terminal("login", typed=[("Client id", "demo-partner"), ("Client secret", SECRET)])

    assert code == 0, shown
    assert SECRET not in shown


def test_without_a_terminal_nobody_is_asked(anyone: CommandLine) -> None:
    ended = anyone.run("login")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "✗ --client-id is missing, and there is no terminal to ask for it.\n"


def test_a_refused_secret_is_not_saved(anyone: CommandLine) -> None:
    ended = anyone.run("login", "--client-id", "demo-partner", "--client-secret", "wrong-secret-of-mine")

    assert ended.code == 1
    assert ended.err.startswith("✗ 401 Unauthorized: ")
    assert "invalid_client" in ended.err
    assert "wrong-secret-of-mine" not in ended.err + ended.out
    assert not anyone.profile.exists()


def test_no_command_prints_the_secret(anyone: CommandLine) -> None:
    shown = [anyone.succeeds("login", "--demo"), anyone.succeeds("login", "--demo", "--json")]
    shown += [anyone.succeeds("whoami", *json_too) for json_too in ([], ["--json"])]
    shown += [anyone.run("users", "show", "7"), anyone.run("api", "GET", "/users/", "-i"), anyone.succeeds("logout")]

    assert not any(SECRET in ended.out + ended.err for ended in shown)


def test_a_file_that_others_can_read_is_refused(anyone: CommandLine) -> None:
    anyone.succeeds("login", "--demo")
    anyone.profile.chmod(0o644)

    ended = anyone.run("users", "ls")

    assert ended.code == 2
    assert ended.err == f"✗ Others can read {anyone.profile}. Run: chmod 600 {anyone.profile}\n"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 1}'])
def test_a_damaged_file_is_named(anyone: CommandLine, content: str) -> None:
    anyone.succeeds("login", "--demo")
    anyone.profile.write_text(content)

    ended = anyone.run("users", "ls")

    assert ended.code == 2
    assert ended.err == f"✗ {anyone.profile} is damaged. Delete it, and log in again.\n"


@pytest.mark.parametrize("name", ["../other", "a/b", "", "x.token"])
def test_a_profile_cannot_be_outside_its_folder(anyone: CommandLine, name: str) -> None:
    ended = anyone.run("login", "--demo", "--profile", name)

    assert ended.code == 2
    assert "A profile's name has letters, digits, _ and -" in ended.err
    assert list(anyone.config.iterdir()) == []


def test_logout_revokes_the_token_and_deletes_the_login(anyone: CommandLine, api: Api) -> None:
    anyone.succeeds("login", "--demo")
    anyone.succeeds("users", "ls")
    headers = {"Authorization": f"Bearer {saved_token(anyone)}"}
    assert httpx.get(f"{api.base_url}/api/v1/users/", headers=headers).status_code == 200

    anyone.succeeds("logout")

    assert list(anyone.profile.parent.iterdir()) == []
    assert httpx.get(f"{api.base_url}/api/v1/users/", headers=headers).status_code == 401
    assert anyone.run("users", "ls").err == "✗ You are not logged in. Run: partners login\n"


def test_a_token_is_used_until_it_expires(anyone: CommandLine) -> None:
    anyone.succeeds("login", "--demo")
    anyone.succeeds("users", "ls")
    first = saved_token(anyone)
    anyone.succeeds("users", "ls")
    assert saved_token(anyone) == first
    file = anyone.profile.with_suffix(".token")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"expires_at": 0}))

    anyone.succeeds("users", "ls")

    assert saved_token(anyone) != first


def test_a_revoked_token_is_replaced(anyone: CommandLine, api: Api) -> None:
    anyone.succeeds("login", "--demo")
    anyone.succeeds("users", "ls")
    httpx.post(f"{api.base_url}/o/revoke_token/", data={"token": saved_token(anyone), **CLIENT}).raise_for_status()

    anyone.succeeds("users", "ls")


def test_the_secret_is_sent_to_its_own_server_only(anyone: CommandLine, scripted: ScriptedServer) -> None:
    anyone.succeeds("login", "--demo")

    ended = anyone.run("users", "ls", "--url", scripted.url)

    assert ended.code == 2
    assert f"The profile default is for {anyone.url}." in ended.err
    assert scripted.received == []


def test_an_application_or_a_token_in_the_environment_needs_no_login(anyone: CommandLine, api: Api) -> None:
    anyone.succeeds("users", "ls", PARTNERS_CLIENT_ID=CLIENT["client_id"], PARTNERS_CLIENT_SECRET=SECRET)
    anyone.succeeds("users", "ls", PARTNERS_TOKEN=api.token())

    assert anyone.run("users", "ls", PARTNERS_CLIENT_ID="x").err == (
        "✗ PARTNERS_CLIENT_ID is set, and PARTNERS_CLIENT_SECRET is missing.\n"
    )
    assert anyone.run("users", "ls", PARTNERS_TOKEN="no-token").code == 1
    assert not anyone.profile.exists()


def test_a_server_whose_token_is_none_is_named(anyone: CommandLine, scripted: ScriptedServer) -> None:
    for answer in (Prepared([]), Prepared({**TOKEN, "access_token": None}), Prepared(b"<html>")):
        scripted.answer("/o/token/", answer)

        ended = anyone.run("login", "--demo", "--url", scripted.url)

        assert ended.code == 3
        assert "Does a Partners API run there?" in ended.err
    assert not anyone.profile.exists()
