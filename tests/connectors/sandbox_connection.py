"""Connects a connector to the sandbox over real HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
from django.conf import settings

from connectors.clients import client_for
from connectors.connection import Connection
from connectors.http import ChannelHttp, Patience
from connectors.pacing import Pace
from connectors.protocol import Channel
from connectors.values import RemoteReservation, ReservationPage
from partners.environment import Environment, read_environment
from sandbox.server import RunningSandbox
from sync.channels import connector
from tests.environment import changed
from throttling.counters import storage

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
SMALL, MEDIUM, LARGE = 0, 1, 2  # positions in `managers()`: 3, 40 and 1,000 listings
ONCE = Patience(attempts=1, longest_wait=0.0)


def environment_of(sandbox: RunningSandbox, **changes: Any) -> Environment:
    """Development settings with every channel in this sandbox, and with request limits too high to matter.

    All tests that run at the same time share the counters of these limits.
    """
    here = read_environment({"PROFILE": "development", "SANDBOX_URL": sandbox.base_url})
    in_sandbox = {name: getattr(here, name) for name in dir(here) if name.endswith("_base_url")}
    unlimited = {name: 100_000 for name in dir(here) if name.endswith("_requests_per_10s")}
    unlimited |= dict.fromkeys(("connects_per_minute", "refused_credentials_per_minute"), 100_000)
    return changed(settings.ENVIRONMENT, **in_sandbox, **(unlimited | changes))


@dataclass
class AtSandbox:
    """One channel with the credentials of one of its managers."""

    sandbox: RunningSandbox
    slug: str
    credentials: Mapping[str, Any]
    patience: Patience = ONCE
    timeout: float = 20.0  # seconds
    session: dict[str, Any] = field(default_factory=dict)

    @property
    def channel(self) -> Channel:
        return connector(self.slug)

    @property
    def connection(self) -> Connection:
        wire = self.channel.wire(self.credentials)
        http = ChannelHttp(
            self.channel.name,
            client_for(wire.base_url, self.timeout, public_only=wire.public_only),
            pace=Pace((), channel=self.slug, account="test", storage=storage()),
            timeout=self.timeout,
            patience=self.patience,
            slug=self.slug,
            words=wire.words,
        )
        return Connection(
            channel_credentials=self.credentials,
            recall=lambda: self.session,
            remember=self.session.update,
            http=http,
            now=lambda: datetime.fromtimestamp(self.sandbox.clock.now(), UTC),
        )

    def with_credentials(self, **changes: Any) -> "AtSandbox":
        return AtSandbox(self.sandbox, self.slug, {**self.credentials, **changes})

    def listings(self) -> list[Any]:
        return [listing for page in self.channel.listings(self.connection) for listing in page]

    def reservation_pages(
        self, cursor: Mapping[str, Any] | None = None, listing_id: str | None = None
    ) -> list[ReservationPage]:
        return list(self.channel.reservations(self.connection, cursor or {}, listing_id))

    def reservations(self, cursor: Mapping[str, Any] | None = None) -> dict[str, RemoteReservation]:
        return merged(self.reservation_pages(cursor))

    def fault(self, kind: str, **members: Any) -> None:
        self.sandbox.faults.add({"kind": kind, "channel": self.slug, **members})

    def requests(self) -> int:
        """Number of requests that this channel has received."""
        return len(self.sandbox.log.matching(channel=self.slug))

    def switch(self, **switches: Any) -> None:
        """Set switches of the sandbox's channel."""
        self.ask("POST", "/_switches", json=switches).raise_for_status()

    def ask(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Send a request to the channel's own API, without the connector. `path` follows the channel's name."""
        return httpx.request(method, f"{self.sandbox.base_url}/{self.slug}{path}", timeout=10, **parts)


def merged(pages: list[ReservationPage]) -> dict[str, RemoteReservation]:
    """Reservations by id. A later one replaces an earlier one, as in the sync."""
    return {row.channel_reservation_id: row for page in pages for row in page.reservations}


def told(pages: list[ReservationPage]) -> dict[str, RemoteReservation | str]:
    """What pages say about each reservation: the reservation, "cancelled", or the group that it is for."""
    known: dict[str, RemoteReservation | str] = {}
    for page in pages:
        known |= {row.channel_reservation_id: row for row in page.reservations}
        known |= {row.channel_reservation_id: "cancelled" for row in page.without_nights}
        known |= page.unplaced
    return known


def managers(sandbox: RunningSandbox, slug: str) -> list[Mapping[str, Any]]:
    """Credentials of the channel's managers, from the sandbox's index. The smallest manager is the first."""
    credentials: list[Mapping[str, Any]] = _index(sandbox.base_url)["channels"][slug]["credentials"]
    return credentials


@cache
def _index(sandbox_url: str) -> Any:
    return httpx.get(sandbox_url).json()


Connect = Callable[..., AtSandbox]
