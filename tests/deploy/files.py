"""What the files of a deployment say: Dockerfile, compose.yaml, systemd units, Kubernetes manifests."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"
MANIFESTS = DEPLOY / "kubernetes"
FILLED_IN = {"POSTGRES_PASSWORD": "letters", "SITE": "api.example.com"}  # by production.env


@dataclass(frozen=True)
class Service:
    """One long-running process of the server. `grace` is the time in seconds that it has after SIGTERM."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    health: tuple[str, ...]
    grace: float


@dataclass
class Image:
    """The last stage of the Dockerfile."""

    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, keyword: str) -> list[str]:
        return [rest for name, rest in self.instructions if name == keyword]

    def exec_form(self, keyword: str) -> tuple[str, ...]:
        """The arguments of an instruction in its exec form. Raises ValueError for the shell form."""
        (rest,) = self.all(keyword)
        return tuple(json.loads(rest[rest.index("[") :]))

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for rest in self.all("ENV") for pair in shlex.split(rest))


@cache
def stages() -> list[Image]:
    """The stages of the Dockerfile, in order."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: list[Image] = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        keyword, _, rest = line.strip().partition(" ")
        if keyword == "FROM":
            found.append(Image())
        if keyword and found:
            found[-1].instructions.append((keyword, rest.strip()))
    return found


def image() -> Image:
    return stages()[-1]


@cache
def compose() -> dict[str, Any]:
    """compose.yaml with its variables replaced."""

    def replaced(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        return FILLED_IN[name] if default is None else default

    text = re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*)|:\?)\}", replaced, (ROOT / "compose.yaml").read_text())
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@cache
def manifests() -> list[dict[str, Any]]:
    """The documents of all manifests that kustomization.yaml names."""
    names = yaml.safe_load((MANIFESTS / "kustomization.yaml").read_text())["resources"]
    return [document for name in names for document in yaml.safe_load_all((MANIFESTS / name).read_text())]


def manifest(kind: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in manifests() if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """The name and the specification of each kind of pod."""
    for each in manifests():
        if each["kind"] in ("Deployment", "Job"):
            yield each["metadata"]["name"], each["spec"]["template"]["spec"]


def unit(name: str) -> dict[str, list[str]]:
    """The settings of a unit, without their sections. A setting may occur more than once."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / name).read_text().splitlines():
        key, assigned, value = line.partition("=")
        if assigned and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def example_settings() -> dict[str, str]:
    """The variables of production.env.example."""
    lines = (DEPLOY / "production.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def services() -> dict[tuple[str, str], Service]:
    """Each service of the server, by the kind of deployment and its name."""
    entry = image().exec_form("ENTRYPOINT")
    found = {}
    for name in ("api", "worker"):
        written = compose()["services"][name]
        found["compose", name] = Service(
            name,
            (*entry, *written["command"]),
            {**image().environment, **example_settings(), **written["environment"]},
            tuple(written["healthcheck"]["test"][1:]),
            seconds(written["stop_grace_period"]),
        )
        pod = manifest("Deployment", f"partners-{name}")["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        settings = manifest("ConfigMap", "partners-settings")["data"]
        own = {each["name"]: each["value"] for each in container.get("env", [])}
        probe = container["livenessProbe"].get("exec", {}).get("command") or ("python", "-m", "partners.probe", "api")
        found["kubernetes", name] = Service(
            name,
            (*entry, *container["args"]),
            {**image().environment, **settings, **own},
            tuple(probe),
            float(pod["terminationGracePeriodSeconds"]),
        )
        said = unit("partners-worker@.service" if name == "worker" else "partners-api.service")
        found["systemd", name] = Service(
            name,
            tuple(shlex.split(said["ExecStart"][0])),
            {**example_settings(), **dict(pair.split("=", 1) for pair in said["Environment"][0].split())},
            ("python", "-m", "partners.probe", "api") if name == "api" else (),
            float(said["TimeoutStopSec"][0]),
        )
    return found
