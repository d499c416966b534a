"""Coliving, a marketplace for rooms let by the month (docs/channels-coliving.md)."""

from channels.coliving.connector import Coliving

__all__ = ["Coliving"]
