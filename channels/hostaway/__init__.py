"""Hostaway, a property management system (docs/channels.md)."""

from channels.hostaway.connector import Hostaway

__all__ = ["Hostaway"]
