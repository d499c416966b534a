"""Which channels accounts can be connected to and what each asks for, told by the connectors themselves."""

from typing import Any

from connectors import registry


def channels() -> list[dict[str, Any]]:
    """The supported channels in the order of their names; credentials are field names and what they are."""
    found = [registry.get(slug) for slug in sorted(registry.SUPPORTED)]
    return [
        {
            "channel": channel.slug,
            "name": channel.name,
            "is-pms": channel.is_pms,
            "required-credentials": dict(channel.required_credentials),
            "optional-credentials": dict(channel.optional_credentials),
        }
        for channel in found
    ]


def channels_in_words() -> str:
    """The same as a list in Markdown."""
    lines = []
    for each in channels():
        lines.append(f"- **{each['name']}**, `{each['channel']}`")
        lines += [f"  - `{name}`: {words}" for name, words in each["required-credentials"].items()]
        lines += [f"  - `{name}` (optional): {words}" for name, words in each["optional-credentials"].items()]
    return "\n".join(lines)
