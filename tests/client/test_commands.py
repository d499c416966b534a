"""The commands against a real server: what they print, for people and for programs, and how they end."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.client.command_line import COMMAND, CommandLine
from tests.running_server import ROOT

pytestmark = pytest.mark.slow


def test_a_user_is_created_found_and_deleted(partners: CommandLine) -> None:
    user = partners.succeeds(
        "users", "create", "--email", "alan@example.com", "--first-name", "Alan", "--last-name", "Host", "--json"
    ).document()["data"]

    assert user["attributes"]["email"] == "alan@example.com"
    found = partners.succeeds("users", "ls", "--email", "alan@example.com", "--json").objects()
    assert [each["id"] for each in found] == [user["id"]]
    assert "Alan Host" in partners.succeeds("users", "show", user["id"]).out
    refused = partners.run("users", "delete", user["id"])
    assert (refused.code, refused.err) == (2, "✗ There is no terminal to ask for a confirmation. Add --yes.\n")
    assert partners.on_terminal("users", "delete", user["id"], typed=[("?", "n")])[0] == 130
    assert partners.on_terminal("users", "delete", user["id"], typed=[("?", "y")])[0] == 0
    assert partners.run("users", "show", user["id"]).err.startswith(f"✗ 404 Not Found: User {user['id']} not found\n")


def test_a_refusal_names_the_member_and_the_request(partners: CommandLine) -> None:
    ended = partners.run("users", "create", "--email", "ADA@example.com", "--first-name", "A", "--last-name", "B")

    assert (ended.code, ended.out) == (1, "")
    assert re.fullmatch(
        r"✗ 409 Conflict: A user with this email already exists\. \(/data/attributes/email.*\)\n  Request id [\w-]+\n",
        ended.err,
    )


def test_a_users_token_opens_only_what_is_the_users(partners: CommandLine) -> None:
    token = partners.succeeds("users", "token", "1", "--scope", "listings:read").out.strip()

    assert len(partners.succeeds("listings", "ls", "--json", PARTNERS_TOKEN=token).objects()) == 3
    assert partners.run("users", "ls", PARTNERS_TOKEN=token).code == 1


def test_pages_are_followed_as_far_as_the_limit(partners: CommandLine) -> None:
    assert len(partners.succeeds("calendar", "show", "1", "--json").objects()) == 366
    ended = partners.succeeds("calendar", "show", "1", "--json", "--limit", "130")
    assert len(ended.objects()) == 130
    assert ended.err == "The first 130 of 366 are shown. --limit 0 shows all.\n"


def test_credentials_come_from_options_files_and_the_sandbox(partners: CommandLine, tmp_path: Path) -> None:
    ready = partners.succeeds("accounts", "sandbox", "--json").objects()
    (first,) = (each["credentials"] for each in ready if (each["channel"], each["number"]) == ("direct", 1))
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps(first))

    for way in (["-c", f"api_key={first['api_key']}"], ["--credentials", f"@{file}"], ["--sandbox", "1"]):
        ended = partners.run("accounts", "connect", "1", "direct", *way)

        assert ended.code == 1, way
        assert "(already_connected)" in ended.err, way
    code, shown = partners.on_terminal("accounts", "connect", "1", "direct", typed=[("Number", "1")])
    assert (code, "already_connected" in shown) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["accounts", "connect", "1", "direct"],
            "The credentials are missing: --credential, --credentials or --sandbox.",
        ),
        (["accounts", "connect", "1", "direct", "--sandbox", "9"], "The sandbox has 3 accounts of direct."),
        (["accounts", "connect", "1", "none", "--sandbox", "1"], "The sandbox has no channel none, but "),
        (["accounts", "connect", "1", "direct", "--sandbox", "1", "-c", "a=b"], "Give --credential, --credentials or"),
        (["accounts", "connect", "1", "direct", "--credentials", "{"], "--credentials is not JSON: "),
        (
            ["accounts", "connect", "1", "direct", "--credentials", "@/none"],
            "--credentials: /none cannot be read: No such",
        ),
        (["customizations", "set", "1", "m", "a=1"], "The customizations are base-price, "),
        (["customizations", "set", "1", "base"], "Nothing is to be changed."),
        (["customizations", "set", "1", "base", "a"], "A change has the form ATTRIBUTE=VALUE, unlike 'a'."),
        (["api", "FETCH", "/users/"], "FETCH is not one of GET, "),
        (["api", "GET", "https://evil.example/api/v1/users/"], "PATH is a path, without a server."),
        (["api", "GET", "//evil.example/"], "PATH is a path, without a server."),
        (["api", "GET", "/users/", "-H", "a: b\nc: d"], "A header has the form NAME: VALUE, unlike"),
        (
            ["users", "ls", "--url", "ftp://a.example"],
            "A URL begins with https:// or http://, unlike 'ftp://a.example'.",
        ),
        (["calendar", "show", "1", "--from", "tomorrow"], "Invalid value for '--from': "),
        (["users"], ""),
        (["users", "fly"], "No such command 'fly'."),
        (["users", "show"], "Missing argument 'USER'."),
        (["listen", "--forward-to", "hooks"], "A URL begins with https:// or http://, unlike 'hooks'."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_explained(arguments: list[str], message: str, partners: CommandLine) -> None:
    ended = partners.run(*arguments)

    assert ended.code == (2 if message else 0), ended
    assert ended.err.startswith(f"✗ {message}" if message else ""), ended.err


def test_all_seven_customizations_are_read_and_set(partners: CommandLine, tmp_path: Path) -> None:
    changes = {
        "base-price": "base-price=150", "min-max-prices": "min-price=70", "extra-guest-fees": "extra-guest-fee=15",
        "min-stays": "min-stay=2", "max-stays": "max-stay=30", "checkin-checkout-days": 'checkin-days=["monday"]',
        "time-based-adjustments": 'dynamic-time-based-adjustments={"enabled": true, "tier": "revenue"}',
    }  # fmt: skip
    for name, change in changes.items():
        attribute, _, value = change.partition("=")
        answer = partners.succeeds("customizations", "set", "2", name, change, "--json").document()
        assert answer["data"]["attributes"][attribute] == json.loads(value)

    together = partners.succeeds("customizations", "get", "2", "--json").document()["data"]["attributes"]
    assert together.keys() == changes.keys()
    assert together["min-stays"]["min-stay"] == 2
    partners.succeeds("customizations", "set", "2", "max-s", "--from", "-", stdin='{"max-stay": null}')
    assert re.search(r"^max-stay +-$", partners.succeeds("customizations", "get", "2", "max-s").out, re.MULTILINE)


def test_a_listing_is_activated_and_refreshed(partners: CommandLine) -> None:
    partners.succeeds("listings", "activate", "3", "--base-price", "140", "--min-price", "90")
    listing = partners.succeeds("listings", "refresh", "3", "--watch", "--json")
    assert json.loads(listing.out)["data"]["attributes"]["enabled"] is True
    assert re.search(r"^Listing 3: (waits for a worker|reads the channel)$", listing.err, re.MULTILINE)

    partners.succeeds("listings", "deactivate", "3")
    assert re.search(r"^enabled +no$", partners.succeeds("listings", "show", "3").out, re.MULTILINE)


def test_what_has_only_lists_and_documents_is_shown(partners: CommandLine) -> None:
    assert "Three Rivers Lets" in partners.succeeds("accounts", "ls").out
    assert "Three Rivers Lets" in partners.succeeds("accounts", "show", "1", "1").out
    assert "connected" in partners.succeeds("compsets", "ls", "--listing", "1").out
    assert "booked 30 days" in partners.succeeds("compsets", "show", "1").out
    assert re.search(r"^\d{4}-\d\d ", partners.succeeds("insights", "1").out, re.MULTILINE)
    assert partners.succeeds("recommendations", "ls", "1", "--json").err == ""
    assert "account.created" in partners.succeeds("events", "ls").out


def test_webhooks_are_managed(partners: CommandLine) -> None:
    created = partners.succeeds("webhooks", "create", "http://127.0.0.1:9/", "--events", "listing.created", "--json")
    endpoint = created.document()["data"]
    assert endpoint["attributes"]["event-types"] == ["listing.created"]
    assert "whsec_" in partners.succeeds("webhooks", "rotate", endpoint["id"], "--overlap", "0").out
    delivery = partners.succeeds("webhooks", "test", endpoint["id"], "--json").document()["data"]
    partners.succeeds("webhooks", "replay", delivery["id"])

    assert len(partners.succeeds("webhooks", "deliveries", "--endpoint", endpoint["id"], "--json").objects()) == 2
    partners.succeeds("webhooks", "delete", endpoint["id"], "--yes")


def test_any_request_can_be_sent(partners: CommandLine) -> None:
    body = '{"data": {"type": "users", "attributes": {"first-name": "B", "last-name": "C", "email": "bc@example.com"}}}'
    created = partners.succeeds("api", "POST", "/users/", "-d", "-", stdin=body).document()
    partners.succeeds("api", "DELETE", f"/api/v1/users/{created['data']['id']}/")

    shown = partners.succeeds("api", "GET", "users/?page[size]=1", "--include", "-H", "X-Request-ID: mine").out
    assert re.match(r"HTTP/1\.1 200 ", shown)
    assert "\nx-request-id: mine\n" in shown
    refused = partners.run("api", "GET", "/users/77/")
    assert (refused.code, json.loads(refused.out)["errors"][0]["status"]) == (1, "404")


def test_a_terminal_gets_colours_unless_they_are_not_wanted(partners: CommandLine) -> None:
    _, coloured = partners.on_terminal("calendar", "show", "1", "--plot", width=100)
    _, plain = partners.on_terminal("calendar", "show", "1", "--plot", width=100, NO_COLOR="1")

    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    assert "\x1b[" not in partners.succeeds("calendar", "show", "1", "--plot").out


@pytest.mark.parametrize(
    "arguments", [["listings", "ls"], ["calendar", "show", "1", "--plot"], ["compsets", "show", "1"]]
)
def test_a_narrow_terminal_shows_everything(arguments: list[str], partners: CommandLine) -> None:
    code, shown = partners.on_terminal(*arguments, width=44, NO_COLOR="1")

    assert code == 0
    titles = [line for line in shown.splitlines() if line.startswith(("title", "  title", "Charming apartment"))]
    assert titles
    assert all(len(line) <= 44 for line in shown.splitlines() if "title" not in line and "Charming" not in line)


def test_progress_is_a_bar_on_a_terminal(partners: CommandLine) -> None:
    _, shown = partners.on_terminal("accounts", "refresh", "1", "1", "--watch", width=100)

    assert "━" in shown
    assert "3 listings found" in shown


def test_the_reader_of_a_pipe_may_stop(partners: CommandLine) -> None:
    read, write = os.pipe()
    process = subprocess.Popen(  # noqa: S603
        [*COMMAND, "calendar", "show", "1"], cwd=ROOT, env=partners.environment(), stdout=write, stderr=subprocess.PIPE
    )
    os.close(write)
    os.close(read)

    assert (process.communicate(timeout=60)[1], process.returncode) == (b"", 0)


def test_an_interrupted_command_says_nothing(partners: CommandLine) -> None:
    with partners.started("events", "follow", "--since", "2020-01-01") as running:
        running.shows("account.created")

        assert running.stop(signal.SIGINT) == 130
    assert "Traceback" not in running.shown


def test_a_locale_without_utf_8_is_no_problem(partners: CommandLine) -> None:
    ended = partners.succeeds("calendar", "show", "1", "--plot", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")

    assert "\\u2581" in ended.out


def test_the_shell_completes_commands(partners: CommandLine) -> None:
    def completed(words: str, at: int) -> list[str]:
        return partners.run(_PARTNERS_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(at)).out.split()

    assert completed("partners us", 1) == ["users"]
    assert completed("partners customizations get 1 b", 4) == ["base-price"]


def test_the_script_runs_from_any_folder_and_through_a_link(partners: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "devtools").mkdir()  # is not ours, and must not be imported
    (tmp_path / "devtools" / "__init__.py").write_text("raise SystemExit('the wrong folder')")
    link = tmp_path / "linked" / "partners"
    link.parent.mkdir()
    link.symlink_to(ROOT / "bin" / "partners")

    ended = subprocess.run(  # noqa: S603
        [link, "whoami"],
        cwd=tmp_path,
        env=partners.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "demo-partner" in ended.stdout
