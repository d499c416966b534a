"""Sends messages that say "there is work", without ever making the sender wait."""

import logging
import threading
import time

from kombu import Connection
from kombu.exceptions import OperationalError as BrokerError

from jobs.celery_engine.app import BROKER_TIMEOUT, EXPIRES, QUEUE, TASK, celery_app

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 50  # messages; each job that ends sends another one if there is more to do
SILENT_AFTER_ERROR = 5.0  # seconds without an attempt; the sweep announces what was not announced
LONGEST_IDLE = 30.0  # seconds; a connection that was idle longer may be dead without anybody knowing
UNREACHABLE = (BrokerError, OSError)


class Sender:
    """A connection to the broker for one thread. Its methods wait at most a few BROKER_TIMEOUTs; UNREACHABLE."""

    def __init__(self, broker_url: str) -> None:
        self._app = celery_app(broker_url)
        self._connection: Connection | None = None
        self._used = 0.0

    def send(self, messages: int) -> None:
        producer = self._app.amqp.Producer(self._connected())
        try:
            for _ in range(min(messages, MOST_AT_ONCE)):
                self._app.send_task(
                    TASK, queue=QUEUE, ignore_result=True, retry=False, expires=EXPIRES, producer=producer,
                    confirm_timeout=BROKER_TIMEOUT,
                )  # fmt: skip
        except UNREACHABLE:
            self.close()
            raise

    def waiting(self) -> int:
        """The number of messages in the queue."""
        connection = self._connected()
        try:
            queue = self._app.amqp.queues[QUEUE].bind(connection.default_channel)
            return int(queue.queue_declare().message_count)
        except UNREACHABLE:
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.collect(BROKER_TIMEOUT)  # type: ignore[no-untyped-call]  # without saying goodbye to a dead broker
            self._connection = None

    def _connected(self) -> Connection:
        if time.monotonic() - self._used > LONGEST_IDLE:
            self.close()
        self._used = time.monotonic()
        if self._connection is None:
            self._connection = self._app.connection_for_write(
                connect_timeout=BROKER_TIMEOUT, transport_options=self._options()
            )
        return self._connection

    def _options(self) -> dict[str, object]:
        # Without a limit, kombu tries to connect for ever.
        once = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
        options: dict[str, object] = {**self._app.conf.broker_transport_options, **once}
        if self._app.conf.broker_url.startswith("redis"):
            return options | {"socket_timeout": BROKER_TIMEOUT}
        return options | {
            "confirm_publish": True, "read_timeout": BROKER_TIMEOUT, "write_timeout": BROKER_TIMEOUT,
        }  # fmt: skip


class Announcer:
    """Sends messages in a thread of its own. While the broker is away, announcements are dropped."""

    def __init__(self, broker_url: str) -> None:
        self._sender = Sender(broker_url)
        self._changing = threading.Lock()
        self._announced = threading.Event()
        self._jobs = 0
        self._thread: threading.Thread | None = None
        self._away = False

    def announce(self, jobs: int = 1) -> None:
        with self._changing:
            self._jobs += jobs
            # Not earlier: a server may fork its processes after it has loaded the application.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
                self._thread.start()
        self._announced.set()

    def _run(self) -> None:
        while True:
            self._announced.wait()
            self._announced.clear()
            with self._changing:
                jobs, self._jobs = self._jobs, 0
            try:
                self._sender.send(jobs)
            except UNREACHABLE as error:
                if not self._away:
                    logger.error("the broker is unavailable, jobs wait for the next sweep: %s", error)
                self._away = True
                time.sleep(SILENT_AFTER_ERROR)
            except Exception:
                logger.exception("jobs could not be announced")
                time.sleep(SILENT_AFTER_ERROR)
            else:
                if self._away and jobs:
                    logger.info("the broker is available again")
                self._away = False
