"""Coliving, a marketplace for rooms let by the month (docs/channels-coliving.md)."""

from connectors.coliving.configuration import ColivingConfiguration
from connectors.coliving.connector import Coliving

__all__ = ["Coliving", "ColivingConfiguration"]
