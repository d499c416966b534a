"""Keeps the documented rate limits of channels. All processes of this server share the counters."""

import time
from collections.abc import Sequence

from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import Storage
from limits.strategies import MovingWindowRateLimiter

from connectors.wire import RateLimit

# Requests may arrive closer together than they were sent, so a full window gets this extra time to empty.
MARGIN = 0.3  # seconds

# Background work leaves one request in ten of an address's limit to requests that a person waits for.
SPARE_ONE_IN = 10


class Pace:
    """The limits on one account's requests: the limits of our address, which all accounts share, and its own.

    `in_background`: no person waits for these requests, so they leave a part of the address's limit unused.
    """

    def __init__(
        self, limits: Sequence[RateLimit], *, channel: str, account: str, storage: Storage, in_background: bool = False
    ) -> None:
        self._limiter = MovingWindowRateLimiter(storage)
        self._limits = [
            (
                RateLimitItemPerSecond(limit.requests, limit.seconds, namespace="channel"),
                (channel, "address") if limit.per == "address" else (channel, "account", account),
                limit.requests // SPARE_ONE_IN if in_background and limit.per == "address" else 0,
            )
            for limit in limits
        ]

    def take(self) -> float:
        """Counts one request and returns 0 if it may be sent now. Else counts nothing and returns a wait in seconds.

        If the counters cannot be reached, the request may be sent: a refusal by the channel is waited out anyway.
        """
        try:
            wait = max((self._wait(*limit) for limit in self._limits), default=0.0)
            if wait:
                return wait
            # Another process may have been faster. A request that is counted but not sent only slows us down a little.
            return 0.0 if all(self._limiter.hit(item, *key) for item, key, _ in self._limits) else MARGIN
        except StorageError:  # the storage logs it
            return 0.0

    def _wait(self, item: RateLimitItemPerSecond, key: tuple[str, ...], spare: int) -> float:
        if self._limiter.test(item, *key, cost=1 + spare):
            return 0.0
        reset_at, _ = self._limiter.get_window_stats(item, *key)
        return max(reset_at - time.time(), 0.0) + MARGIN
