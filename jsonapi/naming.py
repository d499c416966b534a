"""Member names: dasherized in documents and snake_case in Python, at every depth. Requests may use both spellings."""

from typing import Any


def dasherize(name: str) -> str:
    return name.replace("_", "-")


def underscore(name: str) -> str:
    return name.replace("-", "_")


def dasherize_deep(value: Any) -> Any:
    """The same value with every mapping's keys dasherized."""
    if isinstance(value, dict):
        return {dasherize(str(key)): dasherize_deep(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [dasherize_deep(inner) for inner in value]
    return value


class TooDeep(ValueError):
    """A value nested more deeply than any accepted document."""


def underscore_deep(value: Any, levels: int = 32) -> Any:
    """The same value with every mapping's keys in snake_case. Raises TooDeep for more than `levels` levels."""
    if not isinstance(value, dict | list):
        return value
    if not levels:
        raise TooDeep
    if isinstance(value, dict):
        return {underscore(key): underscore_deep(inner, levels - 1) for key, inner in value.items()}
    return [underscore_deep(inner, levels - 1) for inner in value]
