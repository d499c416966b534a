"""A property management system that speaks our own protocol (docs/building-a-channel.md)."""

from connectors.direct.connector import Direct

__all__ = ["Direct"]
