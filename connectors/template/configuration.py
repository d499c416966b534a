"""The configuration of the Template connector."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TemplateConfiguration:
    """`base_url` has no slash at its end."""

    base_url: str
    requests_per_10s: int = 100
