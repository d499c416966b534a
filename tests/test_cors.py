"""Calls from web pages of other origins: refused unless a setting names the origin."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from partners.environment import BadEnvironment, read_environment

ROOT = Path(__file__).parents[1]
ORIGIN = "https://app.example.com"

# Answers requests as a server with these settings does: a list of [method, path, headers] on standard input.
SCRIPT = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.test import Client

call_command("migrate", verbosity=0)
client = Client(raise_request_exception=False)
answers = [client.generic(method, path, headers=headers) for method, path, headers in json.load(sys.stdin)]
print(json.dumps([[answer.status_code, {name.lower(): value for name, value in answer.items()}] for answer in answers]))
"""


def ask(tmp_path: Path, origins: str, *requests: tuple[str, str, dict[str, str]]) -> list[Any]:
    environment = os.environ | {
        "PROFILE": "development",
        "DJANGO_SETTINGS_MODULE": "partners.settings",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/cors.sqlite3",
        "CORS_ALLOWED_ORIGINS": origins,
    }
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT, env=environment, input=json.dumps(requests), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return list(json.loads(finished.stdout.splitlines()[-1]))


def preflight(origin: str, method: str = "PATCH") -> dict[str, str]:
    return {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": "authorization,content-type",
    }


PATH = "/api/v1/listings/1/activation/"


@pytest.mark.slow
def test_a_page_of_a_named_origin_may_call_the_api(tmp_path: Path) -> None:
    allowed, without_slash, token, called, stranger, stranger_called, page = ask(
        tmp_path,
        f"{ORIGIN}, http://localhost:3000",
        ("OPTIONS", PATH, preflight(ORIGIN)),
        ("OPTIONS", PATH.removesuffix("/"), preflight("http://localhost:3000")),
        ("OPTIONS", "/o/token/", preflight(ORIGIN, "POST")),
        ("GET", "/api/v1/listings/", {"origin": ORIGIN}),
        ("OPTIONS", PATH, preflight("https://evil.example.com")),
        ("GET", "/api/v1/listings/", {"origin": "https://evil.example.com"}),
        ("GET", "/", {"origin": ORIGIN}),
    )

    for status, headers in (allowed, token):
        assert status == 200
        assert headers["access-control-allow-origin"] == ORIGIN
        assert "PATCH" in headers["access-control-allow-methods"]
        assert "authorization" in headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in headers
    assert without_slash[1]["access-control-allow-origin"] == "http://localhost:3000"

    status, headers = called
    assert (status, headers["access-control-allow-origin"]) == (401, ORIGIN)
    exposed = headers["access-control-expose-headers"].split(", ")
    assert {"Retry-After", "X-Request-ID", "X-RateLimit-Remaining", "Link", "Location"} <= set(exposed)
    assert "origin" in headers["vary"].lower()

    for _, headers in (stranger, stranger_called, page):
        assert "access-control-allow-origin" not in headers


@pytest.mark.slow
def test_without_origins_no_answer_has_anything_of_it(tmp_path: Path) -> None:
    (status, preflighted), (_, called) = ask(
        tmp_path, "", ("OPTIONS", PATH, preflight(ORIGIN)), ("GET", "/api/v1/listings/", {"origin": ORIGIN})
    )

    assert status == 401
    for headers in (preflighted, called):
        assert not [name for name in headers if name.startswith("access-control")]
        assert "origin" not in headers["vary"].lower()


@pytest.mark.parametrize(
    "origin",
    ["*", "app.example.com", "https://app.example.com/", "https://*.example.com", "null", "ftp://a.b", "https://A.b:0"],
)
def test_an_origin_is_a_scheme_and_a_host(origin: str) -> None:
    with pytest.raises(BadEnvironment, match=r"^CORS_ALLOWED_ORIGINS must be origins without a path"):
        read_environment({"PROFILE": "development", "CORS_ALLOWED_ORIGINS": f"{ORIGIN},{origin}"})
