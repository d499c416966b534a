"""Dashboard and alert rules name only metrics, labels and values that exist."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.urls import get_resolver
from prometheus_client.metrics import MetricWrapperBase

from connectors.registry import SUPPORTED
from jobs.handlers import is_known
from partners.observability import database_gauges, metrics
from tests.observability.conftest import Watched

SUFFIXES = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"]}
NOW = datetime(2030, 1, 1, tzinfo=UTC)
DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
DASHBOARD = DEPLOY / "grafana" / "partners-api.json"
SELECTOR = re.compile(r"\b(partners_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"([^\"]*)\"")
GROUPING = re.compile(r"by \(([^)]*)\)")
# Of Prometheus, and of each histogram.
ALWAYS = {"le", "instance", "job"}


def expressions() -> Iterator[str]:
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


@pytest.fixture
def labels(db: None) -> dict[str, set[str]]:
    """The labels of each name that `/metrics` can print."""
    found: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            suffixes = SUFFIXES[str(metric._type)]
            found |= {f"{metric._name}{suffix}": set(metric._labelnames) for suffix in suffixes}
    for gauge in database_gauges.read(now=NOW, real_now=NOW):
        found[gauge.name] = set(gauge._labelnames)  # type: ignore[attr-defined]
    return found


def test_every_metric_and_label_exists(labels: dict[str, set[str]]) -> None:
    used = set()
    for expression in expressions():
        names = {name for name, _ in SELECTOR.findall(expression)}
        used |= names
        assert names <= labels.keys(), expression
        known = ALWAYS.union(*(labels[name] for name in names))
        for grouped in GROUPING.findall(expression):
            assert {each.strip() for each in grouped.split(",")} <= known, expression
        for name, matchers in SELECTOR.findall(expression):
            assert {label for label, _ in MATCHER.findall(matchers)} <= labels[name], expression

    assert len(used) > 25


def test_every_value_that_a_matcher_names_exists() -> None:
    operations = {"other"} | {
        operation.id for pattern in _views(get_resolver()) for operation in getattr(pattern, "operations", {}).values()
    }
    for expression in expressions():
        for label, values in MATCHER.findall(expression):
            for value in values.split("|"):
                if label == "kind":
                    assert is_known(value), expression
                elif label == "operation":
                    assert value in operations, expression
                elif label == "channel":
                    assert value in SUPPORTED, expression


def _views(resolver: Any) -> Iterator[Any]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _views(pattern)
        else:
            yield getattr(pattern.callback, "cls", None)


@pytest.mark.slow
def test_work_without_failures_prints_what_the_first_row_of_the_dashboard_shows(watched: Watched) -> None:
    printed = {sample.name for family in watched.metrics().values() for sample in family.samples}
    first_row = json.loads(DASHBOARD.read_text())["panels"][:6]

    for panel in first_row:
        assert {name for name, _ in SELECTOR.findall(panel["targets"][0]["expr"])} <= printed


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is part of Prometheus")
def test_prometheus_reads_the_rules_and_they_ring_when_they_should(tmp_path: Path) -> None:
    """As recording rules, the expressions of the dashboard are parsed, too."""
    records = [
        {"record": f"expression_{number}", "expr": expression.replace("$__rate_interval", "5m")}
        for number, expression in enumerate(expressions())
    ]
    (tmp_path / "all.yaml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": records}]}))

    promtool(["check", "rules", str(tmp_path / "all.yaml")])
    promtool(["check", "config", "prometheus.yaml"])
    promtool(["test", "rules", "alerts.test.yaml"])


def promtool(arguments: list[str]) -> None:
    done = subprocess.run(  # noqa: S603
        ["promtool", *arguments],  # noqa: S607
        cwd=ALERTS.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_panel_has_its_place_and_its_data_source() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
        if panel["type"] != "row":
            assert panel["datasource"]["uid"] == "${datasource}"
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
