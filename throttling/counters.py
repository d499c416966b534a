"""The storage in which the server counts requests."""

import threading
from functools import cache
from pathlib import Path
from typing import cast

from django.conf import settings
from limits.storage import Storage, storage_from_string

from throttling.storage import SharedFileStorage

REDIS_TIMEOUT_SECONDS = 0.25

# The first call imports the Redis client. A second thread must not find it half imported.
_creating = threading.Lock()


def storage() -> Storage:
    """The process's storage: Redis if it is configured, else a file that all processes of the machine share.

    It supports every strategy of `limits` except the sliding window counter. Its methods raise
    limits.errors.StorageError.
    """
    environment = settings.ENVIRONMENT
    with _creating:
        return _storage(environment.redis_url, environment.data_dir)


@cache
def _storage(redis_url: str, data_dir: Path) -> Storage:
    if not redis_url:
        return SharedFileStorage(data_dir / "rate-limits.sqlite3")
    timeouts = {"socket_timeout": REDIS_TIMEOUT_SECONDS, "socket_connect_timeout": REDIS_TIMEOUT_SECONDS}
    return cast(Storage, storage_from_string(redis_url, wrap_exceptions=True, **timeouts))
