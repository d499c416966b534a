"""Types of settings: how each kind of text in the environment is parsed and checked.

A validator raises ValueError with what the variable must be; the name of the variable is put before it.
"""

import re
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

LARGEST_NUMBER = 1_000_000_000  # in seconds this is 31 years, which dates and clocks can still represent

Default = Callable[[dict[str, Any]], Any]

_HOST = re.compile(r"\.?[\w-]+(\.[\w-]+)*|\[[0-9a-f:.]+\]", re.ASCII | re.IGNORECASE)  # the form that Django compares

_ORIGIN = re.compile(r"https?://([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?", re.ASCII)


def setting(default: Any, meaning: str, *, development: Any = None, unit: str = "", secret: bool = False) -> Any:
    """A setting with the default, the meaning and the unit that docs/settings.md states for it.

    `development` is the default of the development profile, if it differs. A callable default computes the value from
    the settings that are declared before it. A secret is left out of the `repr` of the environment.
    """
    compute = default if callable(default) else _by_profile(default if development is None else development, default)
    return Field(default_factory=compute, description=meaning, json_schema_extra={"unit": unit}, repr=not secret)


def _by_profile(development: Any, production: Any) -> Default:
    return lambda declared: development if declared.get("profile") == "development" else production


def at_sandbox(path: str, otherwise: str) -> Default:
    """The default of a channel's address: a path at the sandbox if there is a sandbox, else another address."""
    return lambda declared: declared["sandbox_url"] + path if declared["sandbox_url"] else otherwise


def _url(*schemes: str, needs_host: bool = True) -> AfterValidator:
    def check(text: str) -> str:
        url = text.rstrip("/")
        if text and not _is_url(url, schemes, needs_host):  # the message does not quote it: it can hold a password
            raise ValueError(f"be a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return url

    return AfterValidator(check)


def _is_url(text: str, schemes: tuple[str, ...], needs_host: bool) -> bool:
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and parts.port != 0  # raises ValueError for a port that is not a number
    except ValueError:
        return False
    return text.startswith(tuple(f"{scheme}://" for scheme in schemes)) and (has_host or not needs_host)


def _check_link_start(text: str) -> str:
    if not (re.fullmatch(r"/[!-~]*", text) or _is_url(text, ("https", "http"), needs_host=True)):
        raise ValueError("be the beginning of a URL: a path that begins with /, or https://…")
    return text


def _check_contacts(text: str) -> str:
    contacts = _words(text)
    for contact in contacts:
        if not re.fullmatch(r"(https://|mailto:|tel:)[!-~]+", contact):
            raise ValueError(f"be URIs that begin with mailto:, https:// or tel:, not {contact!r}")
    return ",".join(contacts)


def _check_instant(text: str) -> str:
    try:
        instant = datetime.fromisoformat(text) if text else None
    except ValueError:
        instant = None
    if text and (instant is None or instant.tzinfo is None):
        raise ValueError("be a date and time with a time zone, such as 2027-06-30T00:00:00Z")
    return text


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _check_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    for host in hosts:
        if host != "*" and not _HOST.fullmatch(host):
            raise ValueError(f"be names of hosts, without scheme and port, such as api.example.com, not {host!r}")
    return hosts


def _check_origins(text: str) -> str:
    origins = _words(text)
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"be origins without a path, such as https://app.example.com, not {origin!r}")
    return ",".join(origins)


def _check_networks(networks: tuple[str, ...]) -> tuple[str, ...]:
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise ValueError(f"be addresses or networks such as 10.0.0.0/8, not {network!r}") from None
    return networks


def _check_fernet_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        raise ValueError("be Fernet keys: each 32 bytes in URL-safe base64") from None
    return keys


Count = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
PositiveCount = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Port = Annotated[int, Field(ge=0, le=65_535)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0.01, le=LARGEST_NUMBER, allow_inf_nan=False)]
Uppercase = BeforeValidator(str.upper)
Folder = Annotated[Path, AfterValidator(Path.absolute)]
WebUrl = Annotated[str, _url("https", "http")]
BrokerUrl = Annotated[str, _url("redis", "rediss", "amqp", "amqps")]
RedisUrl = Annotated[str, _url("redis", "rediss")]
# A database can be a file, or a server that listens on a socket of this machine.
DatabaseUrl = Annotated[str, _url("postgres", "postgresql", "sqlite", needs_host=False)]
Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_check_hosts)]
Networks = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_check_networks)]
Contacts = Annotated[str, AfterValidator(_check_contacts)]  # separated by commas
Instant = Annotated[str, AfterValidator(_check_instant)]  # ISO 8601
LinkStart = Annotated[str, AfterValidator(_check_link_start)]  # a link is it, followed by a name
Origins = Annotated[str, AfterValidator(_check_origins)]  # separated by commas
FernetKeys = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_check_fernet_keys)]
