"""Spotahome, a marketplace for stays of a month and more (docs/channels-spotahome.md)."""

from connectors.spotahome.configuration import SpotahomeConfiguration
from connectors.spotahome.connector import Spotahome

__all__ = ["Spotahome", "SpotahomeConfiguration"]
