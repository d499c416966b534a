"""WORKER_LIFE_FILE: a worker shows health checks that it looks for jobs."""

import os
from pathlib import Path
from typing import Any

import pytest

from jobs.worker import JobWorker, show_life
from tests.environment import changed


@pytest.mark.django_db(transaction=True)
def test_a_worker_touches_its_file_each_time_it_looks_for_jobs(settings: Any, tmp_path: Path) -> None:
    file = tmp_path / "alive"
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, worker_life_file=str(file), worker_poll_seconds=0.01)
    worker, touched = JobWorker(), []

    def look() -> None:
        touched.append(file.stat().st_mtime)
        os.utime(file, (0, 0))
        if len(touched) == 2:
            worker.stop()

    worker.run(each_round=look)

    assert len(touched) == 2
    assert min(touched) > 0


def test_a_file_that_cannot_be_touched_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        show_life(str(tmp_path / "missing/alive"))

    assert [record.getMessage().rpartition(" cannot")[2] for record in caplog.records] == [
        " be touched: No such file or directory"
    ]
