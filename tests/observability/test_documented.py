"""docs/observability.md lists the members of log lines, the metrics and the alerts as they are."""

import json
import logging
import re
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.test import RequestFactory
from prometheus_client.metrics import MetricWrapperBase

from connectors.observing import Exchange, Tally
from jobs.clocks import clocks_from
from jobs.models import Job
from jobs.observing import Turn
from jobs.running import RunningJob
from partners.observability import database_gauges, lines, metrics, requests
from tests.documented import DOCS
from tests.observability.test_dashboards import ALERTS, NOW

PAGE = (DOCS / "observability.md").read_text()
SHOWN = {name: json.loads(text) for name, text in re.findall(r"<!-- fields: (\w+) -->\n```json\n(.*?)```", PAGE, re.S)}
METRICS = {
    name: (kind, set(re.findall(r"`(\w+)`", labels)))
    for name, kind, labels in re.findall(r"^\| `(partners_\w+)` \| (\w+) \| (.*?) ?\|", PAGE, re.M)
}


def fields_of(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    fields: dict[str, Any] = caplog.records[-1].fields  # type: ignore[attr-defined]
    return fields


def test_the_members_of_access_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    lines.AccessLines().ended(requests.Asked(RequestFactory().get("/"), "GET", 0.0, status=200))

    assert fields_of(caplog).keys() == SHOWN["access"].keys()


def test_the_members_of_lines_about_jobs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    row = Job(pk=1, kind="sync_account", due_at=NOW, created_at=NOW)
    job = RunningJob(row, clocks=clocks_from(lambda: NOW), lease=timedelta(seconds=1), stopping=lambda: False)
    lines.JobLines().ended(Turn(job))

    assert fields_of(caplog).keys() == SHOWN["jobs"].keys()


def test_the_members_of_lines_about_channels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    lines.ChannelLines().ended(Exchange("hostaway", "GET", "api.example", "/listings", status=200))

    assert fields_of(caplog).keys() == SHOWN["channels"].keys()


def test_what_a_job_counts() -> None:
    (shown,) = SHOWN["channel_requests"].values()

    assert Tally("hostaway", shown).summary() == shown


@pytest.mark.django_db
def test_every_metric_with_its_type_and_its_labels() -> None:
    counted = [each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)]
    real = {
        f"{each._name}_total" if each._type == "counter" else each._name: (each._type, set(each._labelnames))
        for each in counted
    }
    for gauge in database_gauges.read(now=NOW, real_now=NOW):
        real[gauge.name] = ("gauge", set(gauge._labelnames))  # type: ignore[attr-defined]

    assert real == METRICS


def test_every_alert_says_what_to_do() -> None:
    rules = {rule["alert"] for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]}

    assert set(re.findall(r"`(Partners\w+)`", PAGE)) == rules
