"""Keeps the channels' documented limits on our side, counted where all our processes see it."""

import logging
import time
from collections.abc import Sequence

from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import Storage
from limits.strategies import MovingWindowRateLimiter

from connectors.wire import RateLimit

logger = logging.getLogger(__name__)

# Requests may arrive closer together than they left, so a full window is given a little longer to empty.
MARGIN = 0.3  # seconds


# Of an address's limit, one request in so many is kept free of background work, for somebody who waits.
SPARE_ONE_IN = 10


class Pace:
    """The limits on one account's requests: those it shares with all others from this address, and its own.

    `in_background`: nobody waits for these requests, so a part of the address's limit is left to those who do wait.
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
        """Counts one request and returns 0 when it may go now; else counts nothing and returns seconds to wait.

        When the counters cannot be reached the request may go: the channel's own refusal is waited out too.
        """
        try:
            wait = max((self._wait(*limit) for limit in self._limits), default=0.0)
            if wait:
                return wait
            # Another process may have been quicker. What is counted all the same only slows us down a little.
            return 0.0 if all(self._limiter.hit(item, *key) for item, key, _ in self._limits) else MARGIN
        except StorageError as error:
            logger.warning("The limits of channels are not kept: %s", error)
            return 0.0

    def _wait(self, item: RateLimitItemPerSecond, key: tuple[str, ...], spare: int) -> float:
        if self._limiter.test(item, *key, cost=1 + spare):
            return 0.0
        reset_at, _ = self._limiter.get_window_stats(item, *key)
        return max(reset_at - time.time(), 0.0) + MARGIN
