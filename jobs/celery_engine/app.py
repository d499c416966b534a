"""The Celery application."""

from functools import cache
from typing import Any

from celery import Celery

TASK = "jobs.run_due_job"
QUEUE = "partners-jobs"
# A message that waited longer is dropped: the sweep has sent another one.
EXPIRES = 300  # seconds
BROKER_TIMEOUT = 2.0  # seconds


@cache
def celery_app(broker_url: str) -> Celery:
    """The application for a broker: `redis://` or `amqp://`."""
    app = Celery("partners", broker=broker_url, set_as_current=True)
    app.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        result_backend=None,
        task_serializer="json",
        accept_content=["json"],
        # Acknowledged before the job, not after: RabbitMQ takes back a message that is not acknowledged within half an
        # hour, and Redis one after its visibility timeout, while a long sync goes on. A killed worker's job is found by
        # its lease.
        task_acks_late=False,
        task_default_delivery_mode="transient",  # the rows are what survives
        task_publish_retry=False,
        worker_pool="threads",  # jobs wait for channels most of the time
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_timeout=BROKER_TIMEOUT,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a worker waits for its broker as long as it takes
        broker_transport_options=_transport_options(broker_url),
    )
    return app


def _transport_options(broker_url: str) -> dict[str, Any]:
    if broker_url.startswith("redis"):
        # A message that a process holds while all its threads are busy goes to another process after this time.
        return {"visibility_timeout": EXPIRES, "socket_connect_timeout": BROKER_TIMEOUT, "socket_keepalive": True}
    return {}
