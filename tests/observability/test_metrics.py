"""The metrics of a running server with several processes, after real work."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.observability.conftest import Watched, read_metrics, value
from tests.running_api import running_api
from tests.running_server import free_port

pytestmark = pytest.mark.slow

BETWEEN_ENDS = 7.0  # seconds; the server ends if the same process ends twice within six


def test_requests_are_counted_by_operation_and_class_of_the_status(watched: Watched) -> None:
    before = watched.metrics()
    token = watched.server.token()
    for path in ("/api/v1/users/", "/api/v1/users/?page[size]=1", "/api/v1/users/?nonsense=1", "/nothing/like/it"):
        httpx.get(f"{watched.server.base_url}{path}", headers={"Authorization": f"Bearer {token}"})

    after = watched.metrics()

    def more(status: str, operation: str) -> float:
        labels = {"status": status, "operation": operation, "method": "GET"}
        name = "partners_http_requests_total"
        return value(after, name, **labels) - value(before, name, **labels)

    assert more("2xx", "list_users") == 2
    assert more("4xx", "list_users") == 1
    assert more("4xx", "other") == 1
    assert value(after, "partners_http_request_seconds_count", operation="list_users") >= 3
    assert value(after, "partners_http_requests_in_progress") == 0


def test_work_is_counted_by_kind_channel_and_outcome(watched: Watched) -> None:
    metrics = watched.metrics()

    assert value(metrics, "partners_jobs_total", kind="sync_account", outcome="succeeded") == 1
    assert value(metrics, "partners_job_seconds_count", kind="sync_account") == 1
    synced = {"channel": "hostaway", "kind": "sync_account", "outcome": "succeeded"}
    assert value(metrics, "partners_channel_jobs_total", **synced) == 1
    assert value(metrics, "partners_channel_jobs_total", channel="hostaway", kind="push_listing") >= 1
    assert value(metrics, "partners_channel_requests_total", channel="hostaway", outcome="2xx") > 5
    assert value(metrics, "partners_channel_request_seconds_count", channel="hostaway") > 5


def test_the_database_tells_queue_workers_accounts_and_listings(watched: Watched) -> None:
    metrics = watched.metrics()

    assert value(metrics, "partners_database_up") == 1
    assert value(metrics, "partners_workers") == 1
    assert value(metrics, "partners_accounts", channel="hostaway", state="valid") == 1
    assert value(metrics, "partners_listings", state="enabled") == 1
    assert value(metrics, "partners_outage", service="database") == 0


def test_no_label_is_an_id_a_path_or_an_address(watched: Watched) -> None:
    values = {
        (name, text)
        for family in watched.metrics().values()
        for sample in family.samples
        for name, text in sample.labels.items()
    }

    assert not [each for each in values if "/" in each[1] or "@" in each[1]]
    assert not [each for each in values if each[1].isdigit() and each[0] not in ("le", "status", "outcome")]
    assert len({text for name, text in values if name == "operation"}) < 100


def test_the_api_port_answers_the_same_to_the_networks_of_the_setting(watched: Watched) -> None:
    answer = httpx.get(f"{watched.server.base_url}/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "partners_jobs_total" in answer.text


def test_others_get_404_and_so_do_all_without_the_setting() -> None:
    port = free_port()
    with running_api(METRICS_NETWORKS="192.0.2.0/24", METRICS_PORT=str(port)) as api:
        assert httpx.get(f"{api.base_url}/metrics").status_code == 404
        wait_for_port(port)
        assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 404
    with running_api() as api:
        assert httpx.get(f"{api.base_url}/metrics").status_code == 404
        assert not list(Path(api.log).parent.rglob("metrics"))


def test_a_killed_process_is_replaced_and_no_counter_goes_back() -> None:
    """Another process takes over the port, and the files of the dead ones are folded into one."""
    port = free_port()
    with running_api(processes=2, METRICS_PORT=str(port), METRICS_NETWORKS="127.0.0.1") as api:
        counted = 0.0
        for _ in range(2):
            ended = time.monotonic()
            for _ in range(20):
                assert httpx.get(f"{api.base_url}/api/v1/users/").status_code == 401
            wait_for_port(port)
            folder = next(api.log.parent.rglob("metrics/*"))  # in the worker's own folder under pytest-xdist
            now = value(read_metrics(port), "partners_http_requests_total", operation="list_users")
            assert now == counted + 20
            counted = now
            time.sleep(max(0.0, ended + BETWEEN_ENDS - time.monotonic()))
            for pid in pids_in(folder):
                os.kill(pid, signal.SIGKILL)
            wait_until_it_answers(api.base_url)

        wait_for_port(port)
        assert value(read_metrics(port), "partners_http_requests_total", operation="list_users") == counted
        alive = pids_in(folder)
        assert (folder / "counter_folded.db").exists()
        assert all(Path(f"/proc/{pid}").exists() for pid in alive)


def test_nothing_is_imported_when_all_is_off() -> None:
    program = (
        "import sys, partners.rsgi; from django.test import Client; Client().get('/api/v1/users/');"
        "print([name for name in sys.modules if name.split('.')[0] in ('prometheus_client', 'opentelemetry')])"
    )
    environment = os.environ | {"PROFILE": "development"}
    printed = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )

    assert printed.stdout.strip() == "[]", printed.stderr


def pids_in(folder: Path) -> set[int]:
    return {int(pid) for file in folder.glob("*.db") if (pid := file.stem.rpartition("_")[2]).isdigit()}


def wait_for_port(port: int) -> None:
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/metrics")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nobody offers the metrics")


def wait_until_it_answers(base_url: str) -> None:
    for _ in range(400):
        try:
            if httpx.get(f"{base_url}/healthz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the API does not answer")
