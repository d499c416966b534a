"""The channel credentials of an account. They are used in URLs and headers, so they are checked first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import BadCredential
from connectors.timezones import is_iana

KEY = re.compile(r"[!-~]{1,512}")
PROVIDER = re.compile(r"[A-Za-z0-9_-]{1,64}")
HOUSE_ID = re.compile(r"[0-9]{1,18}")
HEADERS = {"x-api-key": "X-API-Key", "bearer": "Authorization"}


@dataclass(frozen=True, slots=True)
class HousesPlace:
    """The place of the houses, as the account names it. Coliving does not tell it."""

    city: str | None
    country: str | None
    timezone: str | None


@dataclass(frozen=True, slots=True)
class ChannelCredentials:
    """`houses`: the ids that Coliving calls `listing_id`."""

    headers: Mapping[str, str] = field(repr=False)
    provider: str
    houses: Sequence[str]
    place: HousesPlace

    @property
    def learns_houses(self) -> bool:
        """Whether houses of bookings are added to the account. They are not if the account stands for one city."""
        return self.place.city is None or not self.houses


def read_channel_credentials(channel_credentials: Mapping[str, Any]) -> ChannelCredentials:
    """Raises BadCredential."""
    houses = channel_credentials.get("listing_ids") or []
    if not isinstance(houses, list):
        houses = str(houses).replace(" ", "").split(",")
    for house in houses:
        _matched(HOUSE_ID, house, "listing_ids", "listing_ids are Coliving's listing ids: whole numbers.")
    key = _matched(KEY, channel_credentials.get("api_key"), "api_key", "api_key has letters, digits and signs only.")
    auth = _text(channel_credentials, "auth") or "x-api-key"
    if auth not in HEADERS:
        raise BadCredential("auth", f"auth is one of {', '.join(HEADERS)}.")
    return ChannelCredentials(
        headers={HEADERS[auth]: f"Bearer {key}" if auth == "bearer" else key},
        provider=_matched(
            PROVIDER, channel_credentials.get("provider"), "provider", "provider has letters, digits, - and _."
        ),
        houses=list(dict.fromkeys(str(int(house)) for house in houses)),
        place=HousesPlace(
            _text(channel_credentials, "city"), _text(channel_credentials, "country"), _timezone(channel_credentials)
        ),
    )


def _matched(pattern: re.Pattern[str], value: Any, name: str, problem: str) -> str:
    if not pattern.fullmatch(str(value)):
        raise BadCredential(name, problem)
    return str(value)


def _text(channel_credentials: Mapping[str, Any], name: str) -> str | None:
    value = channel_credentials.get(name)
    if value is not None and not isinstance(value, str):
        raise BadCredential(name, f"{name} is a text.")
    return (value or "").strip() or None


def _timezone(channel_credentials: Mapping[str, Any]) -> str | None:
    name = _text(channel_credentials, "timezone")
    if name is not None and not is_iana(name):
        raise BadCredential("timezone", "timezone is an IANA name, such as Europe/Lisbon.")
    return name
