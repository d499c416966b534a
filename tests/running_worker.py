"""Runs a worker in a thread, for tests that need it beside themselves."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from jobs.worker import JobWorker

PATIENCE = 90.0  # seconds


def wait_until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the condition did not become true in time"
        time.sleep(0.02)


@contextmanager
def running(worker: JobWorker) -> Iterator[None]:
    """The worker runs until the block ends; then it has to stop in time."""

    def run() -> None:
        try:
            worker.run()
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(timeout=PATIENCE)
        assert not thread.is_alive()
