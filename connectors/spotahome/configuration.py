"""The configuration of the Spotahome connector."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpotahomeConfiguration:
    """`base_url` has no slash at its end."""

    base_url: str
