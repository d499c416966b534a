"""The connectors, made from the settings once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings

from connectors.coliving import Coliving, ColivingConfiguration
from connectors.direct import Direct, DirectConfiguration
from connectors.hostaway import Hostaway, HostawayConfiguration
from connectors.http import REQUEST, WORKER, Patience
from connectors.protocol import Channel
from connectors.registry import NoConnector
from connectors.spotahome import Spotahome, SpotahomeConfiguration


@dataclass(frozen=True, slots=True)
class Tuning:
    """Waits that no variable of the environment sets. `settings.CHANNEL_TUNING` may replace them, as tests do.

    `worker` is the patience of background work, `request` the patience while a person waits. `configurations` has
    further members of connectors' configurations by slug, such as {"hostaway": {"history": timedelta(days=60)}}.
    """

    worker: Patience = WORKER
    request: Patience = REQUEST
    configurations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


DEFAULT_TUNING = Tuning()


def tuning() -> Tuning:
    chosen: Tuning = getattr(settings, "CHANNEL_TUNING", DEFAULT_TUNING)
    return chosen


@dataclass(frozen=True, slots=True)
class _Made:
    environment: Any
    tuning: Tuning
    connectors: Mapping[str, Channel]


_made: _Made | None = None


def find(slug: str) -> Channel | None:
    """The connector of a channel, or None for a channel that is not supported."""
    global _made
    # The settings do not change while a server runs; tests replace them.
    if _made is None or _made.environment is not settings.ENVIRONMENT or _made.tuning is not tuning():
        _made = _Made(settings.ENVIRONMENT, tuning(), _make(settings.ENVIRONMENT, tuning().configurations))
    return _made.connectors.get(slug)


def connector(slug: str) -> Channel:
    """The connector of a channel that accounts are connected to. Raises NoConnector."""
    found = find(slug)
    if found is None:
        raise NoConnector(f"There is no connector for {slug}.")
    return found


def _make(environment: Any, changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Channel]:
    coliving = ColivingConfiguration(
        base_url=environment.coliving_base_url,
        write_method=environment.coliving_write_method,
        since_parameter=environment.coliving_since_parameter,
        push_availability=environment.coliving_push_availability,
    )
    direct = DirectConfiguration(
        base_url=environment.direct_base_url,
        requests_per_10s=environment.direct_requests_per_10s,
        public_only=environment.is_production,
    )
    hostaway = HostawayConfiguration(
        base_url=environment.hostaway_base_url, requests_per_10s=environment.hostaway_requests_per_10s
    )
    spotahome = SpotahomeConfiguration(base_url=environment.spotahome_base_url)
    return {
        "coliving": Coliving(replace(coliving, **changes.get("coliving", {}))),
        "direct": Direct(replace(direct, **changes.get("direct", {}))),
        "hostaway": Hostaway(replace(hostaway, **changes.get("hostaway", {}))),
        "spotahome": Spotahome(replace(spotahome, **changes.get("spotahome", {}))),
    }
