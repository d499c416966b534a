"""A property management system that speaks our own protocol (docs/building-a-channel.md)."""

from connectors.direct.configuration import DirectConfiguration
from connectors.direct.connector import Direct

__all__ = ["Direct", "DirectConfiguration"]
