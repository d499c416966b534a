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


class Repeated(ValueError):
    """An object has a member in both spellings; `path` leads to it."""

    def __init__(self, *path: str | int) -> None:
        super().__init__(path)
        self.path = path


class TooDeep(ValueError):
    """A value nested more deeply than any accepted document."""


def underscore_deep(value: Any, levels: int = 32) -> Any:
    """The same value with every mapping's keys in snake_case.

    Raises TooDeep for more than `levels` levels, and Repeated for an object with two spellings of one key.
    """
    if not isinstance(value, dict | list):
        return value
    if not levels:
        raise TooDeep
    if isinstance(value, list):
        return [_part(position, inner, levels) for position, inner in enumerate(value)]
    renamed = {underscore(key): _part(key, inner, levels) for key, inner in value.items()}
    if len(renamed) != len(value):
        last_spelling = {underscore(key): key for key in value}
        first_spelling = {underscore(key): key for key in reversed(value)}
        raise Repeated(next(key for name, key in last_spelling.items() if key != first_spelling[name]))
    return renamed


def _part(name: str | int, value: Any, levels: int) -> Any:
    try:
        return underscore_deep(value, levels - 1)
    except Repeated as repeated:
        raise Repeated(name, *repeated.path) from None
