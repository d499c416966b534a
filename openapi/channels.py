"""The channels in the published schema: how an account is connected to each."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol


class ConnectableChannel(Protocol):
    """The self-description of a channel. Credentials are field names with their descriptions."""

    @property
    def slug(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def is_pms(self) -> bool: ...

    @property
    def required_credentials(self) -> Mapping[str, str]: ...

    @property
    def optional_credentials(self) -> Mapping[str, str]: ...


def describe_channels(channels: Iterable[ConnectableChannel]) -> list[dict[str, Any]]:
    """The channels as data, in the order of their slugs."""
    return [
        {
            "channel": channel.slug,
            "name": channel.name,
            "is-pms": channel.is_pms,
            "required-credentials": dict(channel.required_credentials),
            "optional-credentials": dict(channel.optional_credentials),
        }
        for channel in sorted(channels, key=lambda each: each.slug)
    ]


def channels_in_words(described: Iterable[Mapping[str, Any]]) -> str:
    """What `describe_channels` returns, as a list in Markdown."""
    lines = []
    for each in described:
        lines.append(f"- **{each['name']}**, `{each['channel']}`")
        lines += [f"  - `{name}`: {words}" for name, words in each["required-credentials"].items()]
        lines += [f"  - `{name}` (optional): {words}" for name, words in each["optional-credentials"].items()]
    return "\n".join(lines)
