"""The tutorial's commands, run as written, in each language: only the port differs."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.documented import blocks
from tests.running_server import Server, running_server

TIMEOUT_SECONDS = 300
LANGUAGES = {"curl": "sh", "Python": "python", "TypeScript": "ts"}
PAGE = (Path(__file__).parents[1] / "docs/tutorial.md").read_text()


def commands(variant: str) -> list[str]:
    """The blocks of one variant, in order."""
    return re.findall(rf"^\*\*{variant}\*\*\n\n```{LANGUAGES[variant]}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server(LIMITS="off") as started:
        yield started


def prepared(variant: str, server: Server) -> str:
    text = "\n".join(commands(variant))
    return text.replace(":8000", f":{server.port}").replace(":8001", f":{server.port + 1}")


def run(*command: object, text: str | None = None) -> str:
    done = subprocess.run(  # noqa: S603
        [*map(str, command)], input=text, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def price_arrived(printed: str, server: Server) -> None:
    """The printed text shows a posted price, and the sandbox has accepted a PUT of the listing's calendar."""
    assert "completed" in printed
    (price,) = re.findall(r"^posted: (\d+)$", printed, re.MULTILINE)
    assert int(price) > 0
    log = httpx.get(f"http://127.0.0.1:{server.port + 1}/_control/requests?channel=hostaway&method=PUT").json()
    assert {request["status"] for request in log["requests"] if "/calendar" in request["path"]} == {200}


def nothing_is_left(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.token()}"}
    assert httpx.get(f"{server.base_url}/api/v1/users/", headers=headers).json()["data"] == []


@pytest.fixture(autouse=True)
def forgotten_requests(server: Server) -> None:
    httpx.delete(f"http://127.0.0.1:{server.port + 1}/_control/requests").raise_for_status()


def test_every_step_is_shown_in_each_language_and_nothing_else_is_to_be_run() -> None:
    steps = {variant: len(commands(variant)) for variant in LANGUAGES}

    assert len(set(steps.values())) == 1
    shown = [text for language, text in blocks("tutorial.md") if language in LANGUAGES.values()]
    assert len(shown) == sum(steps.values()) + 1  # the first is `make serve`, which the fixture stands for
    assert shown[0] == "make serve\n"


@pytest.mark.slow
def test_the_commands_of_curl(server: Server, tmp_path: Path) -> None:
    script = tmp_path / "tutorial.sh"
    script.write_text(prepared("curl", server))

    printed = run("bash", "-eu", script)

    price_arrived(printed, server)
    nothing_is_left(server)


@pytest.mark.slow
def test_the_python_program(server: Server) -> None:
    printed = run(sys.executable, "-", text=prepared("Python", server))

    price_arrived(printed.replace("posted: None\n", ""), server)
    nothing_is_left(server)


@pytest.mark.slow
@pytest.mark.skipif("TYPESCRIPT" not in os.environ, reason="TYPESCRIPT, the folder of the compiler, is not set")
def test_the_typescript_program(server: Server, tmp_path: Path) -> None:
    """`.ci/tutorial` installs the compiler."""
    tools = Path(os.environ["TYPESCRIPT"])
    program = tools / "tutorial.mts"
    program.write_text(prepared("TypeScript", server))
    options: list[str | Path] = [
        "--strict",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "--types",
        "node",
        "--skipLibCheck",
    ]
    options += ["--typeRoots", tools / "node_modules/@types"]
    run(tools / "node_modules/.bin/tsc", *options, "--outDir", tmp_path, program)

    printed = run("node", tmp_path / "tutorial.mjs")

    price_arrived(printed.replace("posted: null\n", ""), server)
    nothing_is_left(server)


def test_a_refusal_is_shown(tmp_path: Path) -> None:
    definition = commands("curl")[0]
    field = definition[definition.index("field()") : definition.index("TOKEN=")]
    script = tmp_path / "field.sh"
    script.write_text(field + """echo '{"errors": [{"status": "409"}]}' | field data id""")

    ended = subprocess.run(["bash", script], capture_output=True, text=True, timeout=60)  # noqa: S603, S607

    assert ended.returncode == 1
    assert json.loads(ended.stderr) == {"errors": [{"status": "409"}]}
