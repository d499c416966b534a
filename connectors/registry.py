"""The channels: the supported ones with their connector classes, and others that exist.

A class tells a channel's name, whether it is a PMS, and its credentials. sync.channels makes the connectors.
"""

from collections.abc import Mapping

from connectors.coliving import Coliving
from connectors.direct import Direct
from connectors.hostaway import Hostaway
from connectors.protocol import Channel
from connectors.spotahome import Spotahome

_CONNECTORS: tuple[type[Channel], ...] = (Coliving, Direct, Hostaway, Spotahome)
SUPPORTED: Mapping[str, type[Channel]] = {connector.slug: connector for connector in _CONNECTORS}

# Channels that partners may name and that have no connector here.
KNOWN_UNSUPPORTED = frozenset(
    {
        "agoda",
        "airbnb",
        "avantio",
        "beds24",
        "booking-com",
        "cloudbeds",
        "escapia",
        "expedia",
        "google-vacation-rentals",
        "guesty",
        "homeaway",
        "hospitable",
        "hostfully",
        "hostify",
        "hosthub",
        "igms",
        "lodgify",
        "mews",
        "ownerrez",
        "rentals-united",
        "smoobu",
        "streamline",
        "tokeet",
        "track",
        "tripadvisor",
        "uplisting",
        "vrbo",
    }
)


class NoConnector(LookupError):
    """No connector supports the channel, or none does any more."""


def find(slug: str) -> type[Channel] | None:
    """The connector class of a channel, or None for a channel that is not supported."""
    return SUPPORTED.get(slug)


def get(slug: str) -> type[Channel]:
    """The connector class of a channel that accounts are connected to. Raises NoConnector."""
    connector = find(slug)
    if connector is None:
        raise NoConnector(f"There is no connector for {slug}.")
    return connector
