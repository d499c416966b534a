"""Keeps the documented rate limits of channels. All processes of this server share the counters."""

import time
from collections.abc import Sequence

from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import Storage
from limits.strategies import MovingWindowRateLimiter

from connectors.shares import Party, Shares
from connectors.wire import RateLimit

# Requests may arrive closer together than they were sent, so a full window gets this extra time to empty.
MARGIN = 0.3  # seconds


class Pace:
    """The limits on one account's requests: its own, and those of our address, of which it has a share.

    `application` shares the address's limit with other applications. `in_background`: no person waits for the requests.
    `is_urgent`: somebody does wait for the end of this background work, which takes seconds.
    """

    def __init__(
        self,
        limits: Sequence[RateLimit],
        *,
        channel: str,
        account: str,
        storage: Storage,
        application: str = "",
        in_background: bool = False,
        is_urgent: bool = False,
    ) -> None:
        party = Party(application, account, in_background=in_background, is_urgent=is_urgent)
        self._limiter = MovingWindowRateLimiter(storage)
        self._limits = [
            (
                RateLimitItemPerSecond(limit.requests, limit.seconds, namespace="channel"),
                (channel, "address") if limit.per == "address" else (channel, "account", account),
                Shares(storage, limit, channel=channel, party=party) if limit.per == "address" else None,
            )
            for limit in limits
        ]

    def take(self) -> float:
        """Counts one request and returns 0 if it may be sent now. Else counts nothing and returns a wait in seconds.

        If the counters cannot be reached, the request may be sent: a refusal by the channel is waited out anyway.

        Raises ShareUsedUp for background work that may not start now.
        """
        try:
            wait = max((self._wait(*limit) for limit in self._limits), default=0.0)
            if wait:
                return wait
            # Another process may have been faster. A request that is counted but not sent only slows us down a little.
            if not all(self._limiter.hit(item, *key) for item, key, _ in self._limits):
                return MARGIN
            for _, _, shares in self._limits:
                if shares:
                    shares.count()
        except StorageError:  # the storage logs it
            return 0.0
        return 0.0

    def _wait(self, item: RateLimitItemPerSecond, key: tuple[str, ...], shares: Shares | None) -> float:
        if shares:
            shares.enter()
        reset_at, room = self._limiter.get_window_stats(item, *key)
        wait = shares.wait(room) if shares else 0.0 if room else None
        return max(reset_at - time.time(), 0.0) + MARGIN if wait is None else wait
