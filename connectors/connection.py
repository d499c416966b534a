"""The means with which a connector works for one account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.http import ChannelHttp


@dataclass(frozen=True, slots=True)
class Connection:
    """One account's channel credentials, its stored session, the HTTP client, and the clock.

    `recall` returns the mapping that any process last gave to `remember`, for example an access token and its expiry.
    It is stored encrypted with the account, so that tokens are reused. `of_this_run` is for what a connector reads once
    in a run; nobody else uses it, and it is never stored.
    """

    channel_credentials: Mapping[str, Any] = field(repr=False)
    recall: Callable[[], Mapping[str, Any]] = field(repr=False)
    remember: Callable[[Mapping[str, Any]], None] = field(repr=False)
    http: ChannelHttp = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)
    of_this_run: dict[str, Any] = field(default_factory=dict, repr=False)
