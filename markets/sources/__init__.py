"""The providers of public data that can be imported, by name. Another provider is one module and one line here."""

from collections.abc import Mapping

from markets.sources.inside_airbnb import InsideAirbnb
from markets.sources.source import Source

SOURCES: Mapping[str, Source] = {source.name: source for source in (InsideAirbnb(),)}
