"""A worker process of Celery: its tasks run jobs, and one thread beside them looks after leases and lost messages."""

import logging
import os
import threading
import time
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_shutting_down
from django.conf import settings

import clock
from jobs.announcing import announce_after_commit
from jobs.celery_engine.app import TASK, celery_app
from jobs.celery_engine.sending import MOST_AT_ONCE, UNREACHABLE, Sender
from jobs.claiming import ready_jobs
from jobs.periodic import start_once
from jobs.worker import JobWorker

logger = logging.getLogger(__name__)

SWEEP = timedelta(seconds=1)
GRACE = 1.0  # seconds for Celery to say goodbye to its broker


def configured_app(serving: "Serving") -> Celery:
    """The application of the setting CELERY_BROKER_URL, ready to run as a worker."""
    app = celery_app(settings.ENVIRONMENT.celery_broker_url)
    app.conf.worker_concurrency = serving.worker.places
    app.task(name=TASK, ignore_result=True)(serving.run_due_job)
    # Weak references would lose the bound methods at once.
    setup_logging.connect(_keep_logging, weak=False)
    worker_init.connect(serving.start, weak=False)
    worker_shutting_down.connect(serving.stop, weak=False)
    return app


def run_worker() -> int:
    """Run a Celery worker until SIGTERM or SIGINT; return its exit code."""
    serving = Serving(settings.ENVIRONMENT.celery_broker_url)
    app = configured_app(serving)
    worker = app.Worker(pool="threads", without_mingle=True, without_gossip=True, without_heartbeat=True, quiet=True)
    worker.start()
    # Celery calls Ctrl-C a failure.
    return 0 if serving.worker.stopped else int(worker.exitcode or 0)


def _keep_logging(**_: Any) -> None:
    """Celery leaves logging alone if this signal has a receiver."""


class Serving:
    """What one worker process does. `worker` holds the places, the claim and the leases."""

    def __init__(self, broker_url: str) -> None:
        self.worker = JobWorker()
        self._sender = Sender(broker_url)
        self._broker_away_until = 0.0

    def run_due_job(self) -> None:
        """The task: run the job whose turn it is, if there is one and this process has a place for it."""
        if self.worker.run_next() and ready_jobs(clock.queue_now(), 1, real=clock.real_now()):
            announce_after_commit(1)

    def start(self, **_: Any) -> None:
        threading.Thread(target=self._look_after, name="look after", daemon=True).start()

    def stop(self, **_: Any) -> None:
        self.worker.stop()

    def _look_after(self) -> None:
        self.worker.run(self._round)
        # All jobs have ended or are handed back. Celery would wait for threads that are stuck, and for its broker.
        time.sleep(GRACE)
        logging.shutdown()
        os._exit(0)

    def _round(self) -> None:
        self._sweep()
        if time.monotonic() < self._broker_away_until:
            self.worker.fill_places()  # Without messages, work goes on as with the database engine.
        else:
            self.worker.ask_to_give_way()

    def _sweep(self) -> None:
        """Announce jobs that wait without a message: it was lost, or the job has become due. One host at a time."""
        real = clock.real_now()
        if not start_once("sweep", SWEEP, real):
            return
        waiting = ready_jobs(clock.queue_now(), MOST_AT_ONCE, real=real)
        if not waiting:
            return
        try:
            missing = min(waiting, MOST_AT_ONCE - self._sender.waiting())
            if missing > 0:
                self._sender.send(missing)
        except UNREACHABLE as error:
            if time.monotonic() >= self._broker_away_until:
                logger.error("the broker is unavailable, this worker looks for jobs itself: %s", error)
            self._broker_away_until = time.monotonic() + 10
