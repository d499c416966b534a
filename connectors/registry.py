"""Which channels there are: those supported here, by slug, and those known to exist."""

from functools import cache

from django.utils.module_loading import import_string

from connectors.protocol import Channel

# Slug to the connector's dotted name: a connector is imported when it is first needed.
SUPPORTED = {
    "coliving": "connectors.coliving.Coliving",
    "direct": "connectors.direct.Direct",
    "hostaway": "connectors.hostaway.Hostaway",
    "spotahome": "connectors.spotahome.Spotahome",
}

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
    """The channel was supported once, or never."""


def find(slug: str) -> Channel | None:
    """The connector of a channel; None when it is not supported here."""
    return _connector(slug) if slug in SUPPORTED else None


@cache
def _connector(slug: str) -> Channel:
    connector: Channel = import_string(SUPPORTED[slug])()
    return connector


def get(slug: str) -> Channel:
    """The connector of a channel that accounts are connected to. Raises NoConnector when it is gone."""
    connector = find(slug)
    if connector is None:
        raise NoConnector(f"There is no connector for {slug}.")
    return connector
