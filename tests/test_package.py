"""The wheel holds every file that the server needs, and the server starts from it without the checkout."""

import os
import subprocess
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.installed_package import build_wheel, files_of_the_repository, install
from tests.running_server import free_port
from tests.test_requirements import DEVELOPMENT, SERVER

pytestmark = pytest.mark.slow
START_TIMEOUT_SECONDS = 60


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(wheel, tmp_path_factory.mktemp("environment"))


@pytest.fixture
def settings_of_installation(tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PROFILE": "development", "DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def base_url(python: Path, settings_of_installation: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """An installed server, started in an empty folder with a migrated database."""
    empty = tmp_path / "empty"
    empty.mkdir()
    manage: list[str | Path] = [python.with_name("partners-manage"), "migrate", "--verbosity", "0"]
    subprocess.run(manage, cwd=empty, env=settings_of_installation, check=True)  # noqa: S603
    port = free_port()
    server: list[str | Path] = [python.with_name("partners-manage"), "api", "--port", str(port), "--processes", "1"]
    process = subprocess.Popen(server, cwd=empty, env=settings_of_installation)  # noqa: S603
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def wait_for(url: str) -> httpx.Response:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            return httpx.get(url)
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_the_wheel_holds_the_server_and_nothing_else(wheel: Path) -> None:
    expected = {name for name in files_of_the_repository() if name.partition("/")[0] in SERVER}

    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert "openapi/examples.yaml" in expected
    assert held == expected


def test_the_installed_package_is_not_the_checkout(
    python: Path, settings_of_installation: dict[str, str], tmp_path: Path
) -> None:
    script = "import partners; print(partners.__file__)"

    command: list[str | Path] = [python, "-c", script]
    found = subprocess.check_output(command, cwd=tmp_path, env=settings_of_installation, text=True)  # noqa: S603

    assert Path(found.strip()).is_relative_to(python.parents[1])


@pytest.mark.parametrize("package", sorted(DEVELOPMENT))
def test_development_packages_are_not_installed(python: Path, package: str, tmp_path: Path) -> None:
    found = subprocess.run(  # noqa: S603
        [python, "-c", f"import {package}"], cwd=tmp_path, env={}, capture_output=True, text=True, check=False
    )

    assert f"No module named '{package}'" in found.stderr


def test_an_installed_server_answers_with_its_pages_and_data(base_url: str) -> None:
    assert wait_for(f"{base_url}/healthz").status_code == 200

    answers = {path: httpx.get(base_url + path) for path in ("/", "/static/partners/pages.css", "/api/v1/schema/")}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert "list_listings" in answers["/api/v1/schema/"].text
