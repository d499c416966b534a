"""Whatever a server answers: nothing reaches the terminal that it could obey, and every end is in words."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from devtools.client.__main__ import main
from tests.client.command_line import CommandLine, Ended
from tests.client.scripted_server import TOKEN, Prepared, ScriptedServer

pytestmark = pytest.mark.slow

# Clears the screen, sets the title, writes the clipboard, C1's form of the same, deletes, and reverses what follows.
EVIL = "\x1b[2J\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x9b31m\x7f\u202eevil\u2066[red]x[/red]\r\nnew line\ud800"
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
NAMES = (
    "title", "email", "first-name", "last-name", "status", "city", "currency", "label", "channel", "date", "kind", EVIL,
    "availability", "event-type", "webhook-id", "occurred-at", "url", "description", "recommendations", "category",
)  # fmt: skip
EVERYWHERE = dict.fromkeys(NAMES, EVIL)
RESOURCE = {"type": "x", "id": EVIL, "attributes": {**EVERYWHERE, "payload": EVERYWHERE, "event-types": [EVIL]}}
LISTS = [
    ["users", "ls"], ["accounts", "ls", "1"], ["listings", "ls"], ["events", "ls"], ["webhooks", "ls"],
    ["webhooks", "deliveries"], ["compsets", "ls"], ["recommendations", "ls", "1"], ["insights", "1"],
]  # fmt: skip
SINGLE = [
    ["users", "show", "1"], ["accounts", "show", "1", "1"], ["listings", "show", "1"], ["compsets", "show", "1"],
    ["customizations", "get", "1"], ["customizations", "get", "1", "base"], ["api", "GET", "/users/1/"],
    ["customizations", "set", "1", "base", "base-price=1"], ["webhooks", "rotate", "1"], ["webhooks", "test", "1"],
]  # fmt: skip
CALENDAR = [["calendar", "show", "1"], ["calendar", "show", "1", "--plot"]]


Run = Callable[..., Ended]


@pytest.fixture
def run(
    scripted: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command against the scripted server, in this process: the tests here run hundreds."""
    variables = {"PARTNERS_URL": scripted.url, "PARTNERS_CLIENT_ID": "x", "PARTNERS_CLIENT_SECRET": "y"}
    for name, value in {**variables, "XDG_CONFIG_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> Ended:
        code = main(list(arguments))
        shown = capsys.readouterr()
        assert "has a fault" not in shown.err, shown.err
        return Ended(code, shown.out, shown.err)

    return run


@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["words", "json"])
@pytest.mark.parametrize("arguments", [*LISTS, *SINGLE], ids=" ".join)
def test_text_of_the_server_cannot_control_the_terminal(
    arguments: list[str], as_json: list[str], run: Run, scripted: ScriptedServer
) -> None:
    scripted.answer_everything(Prepared({"data": [RESOURCE] if arguments in LISTS else RESOURCE}))

    ended = run(*arguments, *as_json)

    assert ended.code == 0, ended.err
    assert not OBEYED.search(ended.out + ended.err)
    assert ended.out.strip()
    if as_json:
        shown = ended.document()
        assert (shown if arguments in LISTS else shown["data"]) == RESOURCE


def test_a_terminal_gets_only_our_own_escapes(tmp_path: Path, scripted: ScriptedServer) -> None:
    victim = CommandLine(tmp_path, scripted.url)
    scripted.answer_everything(Prepared({"data": [RESOURCE]}))

    code, shown = victim.on_terminal("users", "ls", width=200, PARTNERS_CLIENT_ID="x", PARTNERS_CLIENT_SECRET="y")

    assert code == 0
    assert "evil" in shown
    assert set(re.findall(r"\x1b.[^m]*m?", shown)) <= {"\x1b[1m", "\x1b[0m"}  # bold, and its end


@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["words", "json"])
def test_neither_can_its_errors(as_json: list[str], run: Run, scripted: ScriptedServer) -> None:
    error = {"title": EVIL, "detail": EVIL, "code": EVIL, "source": {"pointer": EVIL}, "meta": {"code": EVIL}}
    scripted.answer_everything(Prepared({"errors": [error]}, status=422, headers={"X-Request-ID": "a\x1b[2Jb"}))

    ended = run("users", "ls", *as_json)

    assert ended.code == 1
    assert "evil" in ended.err
    assert not OBEYED.search(ended.out + ended.err)


def test_nor_can_the_token_endpoint(run: Run, scripted: ScriptedServer) -> None:
    scripted.answer("/o/token/", Prepared({"error": EVIL, "error_description": EVIL}, status=400))
    refused = run("users", "ls")
    scripted.answer("/o/token/", Prepared({**TOKEN, "access_token": "a", "scope": EVIL}))
    accepted = run("login")

    assert (refused.code, accepted.code) == (1, 0)
    assert not OBEYED.search(refused.err + accepted.out + accepted.err)


NONSENSE: list[Any] = [
    None, [], "text", 7, {}, {"data": None}, {"data": 7}, {"data": [7]}, {"data": [None]}, {"data": {}}, {"data": [{}]},
    {"data": {"attributes": 7}}, {"data": [{"attributes": [], "relationships": 7}]},
    {"data": {"attributes": {"sync-status": 7, "channel-listings": [7], "failed-listings": [7], "members": [7],
                             "source": 7, "base-price": {}, "event-types": [7], "currency": 7}}},
    {"data": [{"attributes": {"price": "x", "date": 7, "payload": 7, "sync-status": []},
               "relationships": {"owner": {"data": []}}}], "links": 7, "meta": 7},
    {"data": [], "links": {"next": 7}, "meta": {"pagination": {"count": "x"}}},
]  # fmt: skip


@pytest.mark.parametrize("arguments", [*LISTS, *SINGLE, *CALENDAR], ids=" ".join)
def test_nonsense_ends_in_words(arguments: list[str], run: Run, scripted: ScriptedServer) -> None:
    """`run` refuses faults of the program, which would be tracebacks."""
    for nonsense in NONSENSE:
        scripted.answer_everything(Prepared(nonsense))

        ended = run(*arguments)

        assert ended.code in (0, 3), (nonsense, ended.err)
        assert ended.code == 0 or "✗ The server's answer is no JSON:API" in ended.err, (nonsense, ended.err)


@pytest.mark.parametrize(
    "answer",
    [
        Prepared(b"<html>Welcome</html>", headers={"Content-Type": "text/html"}),
        Prepared(b"[" * 100_000),
        Prepared(b"\xff\xfe"),
        Prepared(b"{}", headers={"Content-Encoding": "gzip"}),
    ],
    ids=["a page", "deep", "no text", "not compressed"],
)
def test_what_is_no_partners_api_has_its_own_exit_code(answer: Prepared, run: Run, scripted: ScriptedServer) -> None:
    scripted.answer_everything(answer)

    ended = run("users", "ls")

    assert ended.code == 3
    assert len(ended.err.splitlines()) == 1


def test_where_nothing_answers_that_is_said_at_once(run: Run) -> None:
    ended = run("users", "ls", "--url", "http://127.0.0.1:9")

    assert ended.code == 3
    assert ended.err.startswith("✗ Nothing answers at http://127.0.0.1:9: ")


def test_the_next_page_is_asked_of_the_same_server(run: Run, scripted: ScriptedServer) -> None:
    """A link to another host does not get the token, and a list without an end ends."""
    scripted.answer(
        "/api/v1/users/",
        Prepared({"data": [RESOURCE], "links": {"next": "http://evil.example/steal?page%5Bnumber%5D=2"}}),
    )

    ended = run("users", "ls", "--json", "--limit", "0")

    assert ended.code == 0
    assert len(ended.objects()) == 2
    assert [request.path for request in scripted.requests("/api/v1/users/")] == [
        "/api/v1/users/?page%5Bsize%5D=100", "/api/v1/users/?page%5Bnumber%5D=2",
    ]  # fmt: skip


def test_a_redirect_is_not_followed(run: Run, scripted: ScriptedServer) -> None:
    scripted.answer("/api/v1/users/", Prepared(b"", status=302, headers={"Location": "http://127.0.0.1:9/"}))

    ended = run("users", "ls")

    assert (ended.code, ended.err.splitlines()[0]) == (1, "✗ 302 Found.")


def test_a_limit_is_waited_for_and_the_same_request_repeated(run: Run, scripted: ScriptedServer) -> None:
    busy = Prepared({"errors": [{"detail": "Slow down."}]}, status=429, headers={"Retry-After": "1"})
    gone = Prepared(breaks_off=True)
    scripted.answer("/api/v1/users/", busy, gone, Prepared({"data": {"type": "users", "id": "5", "attributes": {}}}))

    ended = run("users", "create", "--email", "a@example.com", "--first-name", "A", "--last-name", "B")

    assert ended.code == 0, ended.err
    assert "The server answered 429 and asks to wait. Waiting 1 s …" in ended.err
    keys = [request.headers["Idempotency-Key"] for request in scripted.requests("/api/v1/users/")]
    assert len(keys) == 3
    assert len(set(keys)) == 1


@pytest.mark.parametrize("wait", ["86400", "-1", "soon", "9" * 400, "Wed, 21 Oct 2099 07:28:00 GMT", ""])
def test_a_wait_that_is_too_long_is_not_waited(wait: str, run: Run, scripted: ScriptedServer) -> None:
    scripted.answer_everything(
        Prepared({"errors": [{"detail": "Slow down."}]}, status=429, headers={"Retry-After": wait})
    )

    ended = run("users", "ls")

    assert (ended.code, ended.err.splitlines()[0]) == (1, "✗ 429 Too Many Requests: Slow down.")


def test_a_refused_token_is_renewed_once(run: Run, scripted: ScriptedServer) -> None:
    scripted.answer_everything(
        Prepared(
            {"errors": [{"detail": "No."}]}, status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
        )
    )

    ended = run("users", "ls")

    assert ended.code == 1
    assert len(scripted.requests("/o/token/")) == 2
    assert len(scripted.requests("/api/v1/users/")) == 2


def test_errors_in_json_are_the_document_of_the_api(run: Run, scripted: ScriptedServer) -> None:
    document = {"errors": [{"status": "404", "detail": "User 7 not found"}]}
    scripted.answer_everything(Prepared(document, status=404))

    ended = run("users", "show", "7", "--json")

    assert (ended.code, ended.out, json.loads(ended.err)) == (1, "", document)
