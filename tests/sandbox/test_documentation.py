"""The statements of docs/sandbox.md are true."""

import re
import shlex
from pathlib import Path

import httpx
import pytest

from sandbox import demand
from sandbox.faults import FaultKind
from sandbox.server import RunningSandbox

DOCUMENT = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text()
CURL_LINES = re.findall(r"^curl .*$", DOCUMENT, re.MULTILINE)
PARAMETERS = dict(re.findall(r"^\| `([A-Z_]+)` \| ([\d.]+) \|", DOCUMENT, re.MULTILINE))


def test_the_page_has_examples_and_parameters() -> None:
    assert len(CURL_LINES) > 10
    assert len(PARAMETERS) > 20


@pytest.mark.parametrize("line", CURL_LINES)
def test_every_curl_line_is_answered_with_success(sandbox: RunningSandbox, line: str) -> None:
    _, *words = shlex.split(line)
    url = next(word for word in words if word.startswith("http")).replace("http://127.0.0.1:8001", sandbox.base_url)
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    body = words[words.index("-d") + 1] if "-d" in words else None
    for _ in range(2):
        sandbox.faults.add({"kind": "slow"})

    answer = httpx.request(method, url, content=body)

    assert answer.is_success, answer.text


@pytest.mark.parametrize("name", [name for name in vars(demand) if isinstance(getattr(demand, name), int | float)])
def test_every_demand_parameter_is_documented_with_its_value(name: str) -> None:
    assert float(PARAMETERS[name]) == getattr(demand, name)


def test_every_fault_is_documented() -> None:
    table = DOCUMENT.split("| `kind` |")[1].split("\n\n")[0]

    assert set(re.findall(r"`([a-z_]+)`", table)) >= set(FaultKind)
