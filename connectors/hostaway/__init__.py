"""Hostaway, a property management system (docs/channels.md)."""

from connectors.hostaway.configuration import HostawayConfiguration
from connectors.hostaway.connector import Hostaway

__all__ = ["Hostaway", "HostawayConfiguration"]
