from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.running_server import Server, free_port, running_server


@dataclass(frozen=True)
class Watched:
    """A whole server with metrics at two ports and all its lines in JSON, which a partner was onboarded at."""

    server: Server
    metrics_port: int

    def metrics(self) -> dict[str, Metric]:
        return read_metrics(self.metrics_port)


def read_metrics(port: int) -> dict[str, Metric]:
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").raise_for_status().text
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(metrics: dict[str, Metric], sample: str, **labels: str) -> float:
    """The sum of the samples with this name and these labels."""
    return sum(
        each.value
        for family in metrics.values()
        for each in family.samples
        if each.name == sample and labels.items() <= each.labels.items()
    )


@pytest.fixture(scope="session")
def watched() -> Iterator[Watched]:
    port = free_port()
    switches = {"METRICS_PORT": str(port), "METRICS_NETWORKS": "127.0.0.0/8", "ACCESS_LOG": "on", "LOG_FORMAT": "json"}
    with running_server(**switches) as server:
        server.onboard()
        yield Watched(server, port)
