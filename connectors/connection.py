"""The means with which a connector works for one account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.http import ChannelHttp


@dataclass(frozen=True, slots=True)
class Connection:
    """What a connector works with: one account's credentials, its kept session, and the wire.

    `recall` reads what `remember` was last given, by any process: a channel access token and its expiry, say. It
    is stored encrypted with the account, so that tokens are reused.
    """

    channel_credentials: Mapping[str, Any] = field(repr=False)
    recall: Callable[[], Mapping[str, Any]] = field(repr=False)
    remember: Callable[[Mapping[str, Any]], None] = field(repr=False)
    http: ChannelHttp = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)
