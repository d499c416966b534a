"""The files of a deployment agree with the server and with each other. `.ci/deploy` runs what they run."""

import fnmatch
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from jobs.worker import STOP_WITHIN
from partners.environment import Environment
from partners.serving.command import STOP_SECONDS
from tests.deploy.files import (
    DEPLOY,
    ROOT,
    UNITS,
    compose,
    example_settings,
    image,
    manifest,
    manifests,
    pods,
    services,
    stages,
    unit,
)

SETTINGS = {name.upper() for name in Environment.model_fields}
# Variables that are not the server's: Python's, the machine's, and those that compose.yaml itself needs.
OTHERS = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "TMPDIR", "SITE", "POSTGRES_PASSWORD"}
SERVER = ("api", "worker", "migrate")
USER = 10001


def variables() -> Iterator[tuple[str, str]]:
    """Every variable that a file sets for the server, with the file."""
    yield from (("Dockerfile", name) for name in image().environment)
    yield from (("production.env.example", name) for name in example_settings())
    yield from (("compose.yaml", name) for each in SERVER for name in compose()["services"][each]["environment"])
    yield from (("settings.yaml", name) for name in manifest("ConfigMap", "partners-settings")["data"])
    for name, pod in pods():
        yield from ((name, variable["name"]) for each in pod["containers"] for variable in each.get("env", []))
    for name in ("partners-api.service", "partners-worker@.service"):
        yield from ((name, pair.partition("=")[0]) for pair in unit(name)["Environment"][0].split())


def test_every_variable_is_a_setting_of_the_server() -> None:
    assert {(file, name) for file, name in variables() if name not in SETTINGS | OTHERS} == set()


@pytest.mark.parametrize("service", services().values(), ids=lambda service: "-".join(service.command[-3:]))
def test_every_command_exists(service: Any) -> None:
    program, command, *_ = service.command

    assert Path(program).name == "partners-manage"
    assert command in get_commands()


@pytest.mark.parametrize("name", ["api", "worker"])
def test_kubernetes_runs_what_compose_runs(name: str) -> None:
    """So that `.ci/deploy` starts it once."""
    on_kubernetes, composed = services()["kubernetes", name], services()["compose", name]
    of_a_place = {*example_settings(), "DATABASE_URL", "REDIS_URL"} - {"PROFILE", "TRUSTED_PROXIES"}

    assert on_kubernetes.command == composed.command
    assert on_kubernetes.health == composed.health
    assert {key: value for key, value in on_kubernetes.environment.items() if key not in of_a_place} == {
        key: value for key, value in composed.environment.items() if key not in of_a_place
    }


def test_the_pods_use_the_image_and_its_commands() -> None:
    for _, pod in pods():
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["image"] == "partners-api"
            assert container["args"][0] in get_commands()


def test_signals_reach_the_server() -> None:
    """The exec form: a shell between would not pass SIGTERM on."""
    assert image().exec_form("ENTRYPOINT") == ("partners-manage",)
    assert image().exec_form("CMD")[0] == "api"


def test_base_images_are_pinned_and_name_no_registry() -> None:
    default = re.search(r"^ARG PYTHON=(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    bases = [rest.split()[0] for stage in stages() for rest in stage.all("FROM")]
    assert default is not None
    used = [base.replace("${PYTHON}", default[1]) for base in bases if base != "build"]
    used += [each["image"] for name, each in compose()["services"].items() if name not in SERVER]

    assert len(used) == 5
    assert all(re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+[\w.-]*|postgres:\d+\.\d+-\w+", each) for each in used), used


def test_only_hashed_requirements_are_installed() -> None:
    text = (ROOT / "Dockerfile").read_text()
    installed = re.findall(r"pip install ([^\\&;\n]+)", text)

    assert len(installed) == 4
    assert all(each.startswith(("--require-hashes -r ", "--no-deps --no-build-isolation .")) for each in installed)


def test_the_image_does_not_run_as_root() -> None:
    assert image().all("USER") == [f"{USER}:{USER}"]
    assert image().instructions.index(("USER", f"{USER}:{USER}")) < [name for name, _ in image().instructions].index(
        "CMD"
    )


def test_the_context_of_the_build_holds_every_package_and_no_secret() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    allowed = {line[1:] for line in lines if line.startswith("!")}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert lines[0] == "*"
    assert packages - allowed == {"bench", "reliability", "sandbox", "tests"}
    assert fnmatch.fnmatch("deploy/production.env", next(line for line in lines if line.endswith(".env")))


@pytest.mark.parametrize("name", compose()["services"])
def test_every_container_is_confined(name: str) -> None:
    service = compose()["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "memory", "pids"} <= service["deploy"]["resources"]["limits"].keys()
    assert "healthcheck" in service
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")


def test_only_the_proxy_is_published() -> None:
    published = {name for name, service in compose()["services"].items() if "ports" in service}
    reach_out = {name for name, service in compose()["services"].items() if "outside" in service["networks"]}

    assert published == {"proxy"}
    assert compose()["networks"]["inside"] == {"internal": True}
    assert reach_out == {"proxy", "api", "worker"}


def test_the_server_starts_after_the_migration() -> None:
    for name in ("api", "worker"):
        needed = compose()["services"][name]["depends_on"]
        assert needed["migrate"] == {"condition": "service_completed_successfully"}
        assert needed["postgres"] == needed["redis"] == {"condition": "service_healthy"}


def test_only_the_two_folders_of_the_server_are_writable() -> None:
    for name in SERVER:
        folders = {mount.partition(":")[0] for mount in compose()["services"][name]["tmpfs"]}
        assert folders == {image().environment["DATA_DIR"], image().environment["TMPDIR"]}
    for _, pod in pods():
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert {mount["mountPath"] for mount in container["volumeMounts"]} == folders


def test_pods_keep_the_restricted_standard() -> None:
    for name, pod in pods():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == USER, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"]["memory"]


def test_probes_send_a_host_that_the_server_answers_for() -> None:
    (container,) = manifest("Deployment", "partners-api")["spec"]["template"]["spec"]["containers"]
    hosts = manifest("ConfigMap", "partners-settings")["data"]["ALLOWED_HOSTS"].split(",")

    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        request = container[kind]["httpGet"]
        assert request["path"] == "/healthz"
        assert request["httpHeaders"] == [{"name": "Host", "value": hosts[0]}]
    assert container["args"][container["args"].index("--port") + 1] == str(container["ports"][0]["containerPort"])
    (rule,) = manifest("Ingress", "partners-api")["spec"]["rules"]
    assert rule["host"] == hosts[0]


def test_selectors_find_their_pods() -> None:
    labels = {
        each["metadata"]["name"]: each["spec"]["template"]["metadata"]["labels"].items()
        for each in manifests()
        if each["kind"] in ("Deployment", "Job")
    }
    for kind in ("Deployment", "PodDisruptionBudget"):
        for name in ("partners-api", "partners-worker"):
            assert manifest(kind, name)["spec"]["selector"]["matchLabels"].items() <= labels[name]
    assert manifest("Service", "partners-api")["spec"]["selector"].items() <= labels["partners-api"]
    allowed = manifest("NetworkPolicy", "ingress-to-api")["spec"]
    assert allowed["podSelector"]["matchLabels"].items() <= labels["partners-api"]
    assert allowed["ingress"][0]["ports"] == [{"protocol": "TCP", "port": 8000}]


def test_a_process_has_time_to_stop() -> None:
    for service in services().values():
        needed = STOP_SECONDS if service.name == "api" else STOP_WITHIN + 10
        assert service.grace > needed, service


def test_units_use_files_that_the_project_has() -> None:
    for file in sorted(UNITS.glob("*.service")):
        program, *arguments = shlex.split(unit(file.name)["ExecStart"][0])
        scripts = [each for each in arguments if each.startswith("/opt/partners/source/")]

        assert program in ("/opt/partners/venv/bin/partners-manage", "/opt/partners/venv/bin/python")
        assert all((ROOT / script.removeprefix("/opt/partners/source/")).is_file() for script in scripts)
        assert unit(file.name)["User"] == ["partners"]
        assert unit(file.name)["EnvironmentFile"] == ["/etc/partners/partners.env"]
        assert unit(file.name)["ProtectSystem"] == ["strict"]


def test_the_proxies_replace_what_a_caller_says_about_its_address() -> None:
    nginx, caddy = (DEPLOY / "nginx/partners-api.conf").read_text(), (DEPLOY / "caddy/Caddyfile").read_text()

    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    assert "underscores_in_headers on" not in nginx
    assert "trusted_proxies static" not in caddy
    assert "request_header -*_*" in caddy
