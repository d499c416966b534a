"""The storage in which the server counts requests."""

import threading
from functools import cache
from pathlib import Path
from typing import cast

from django.conf import settings
from limits.storage import Storage, storage_from_string

from jsonapi.outages import Outage
from throttling.breaker import BreakingStorage
from throttling.storage import SharedFileStorage

REDIS_TIMEOUT_SECONDS = 0.25
# How long a storage is left alone after an error. A locked file is free again sooner than a server.
REDIS_PAUSE_SECONDS, FILE_PAUSE_SECONDS = 5, 1

# The first call imports the Redis client. A second thread must not find it half imported. The server calls it when it
# starts (partners/wsgi.py), so that no request waits here.
_creating = threading.Lock()


def storage() -> Storage:
    """The process's storage: Redis if it is configured, else a file that all processes of the machine share.

    It supports every strategy of `limits` except the sliding window counter. Its methods raise
    limits.errors.StorageError; after one they do so at once for some seconds, without asking the storage. The outage is
    logged here, once, and not by callers.
    """
    environment = settings.ENVIRONMENT
    with _creating:
        return _storage(environment.redis_url, environment.data_dir)


@cache
def _storage(redis_url: str, data_dir: Path) -> Storage:
    if not redis_url:
        file = SharedFileStorage(data_dir / "rate-limits.sqlite3")
        return BreakingStorage(file, outage("The file of the rate limits"), pause=FILE_PAUSE_SECONDS)
    timeouts = {"socket_timeout": REDIS_TIMEOUT_SECONDS, "socket_connect_timeout": REDIS_TIMEOUT_SECONDS}
    redis = cast(Storage, storage_from_string(redis_url, wrap_exceptions=True, **timeouts))
    return BreakingStorage(redis, outage("Redis"), pause=REDIS_PAUSE_SECONDS)


def outage(service: str) -> Outage:
    return Outage(service, "neither rate limits nor channels' limits are kept")
