"""A channel to copy (docs/building-a-channel.md). It connects, and has no listings yet. It is not registered."""

from connectors.template.configuration import TemplateConfiguration
from connectors.template.connector import Template

__all__ = ["Template", "TemplateConfiguration"]
