"""Makes what a channel tells fit our columns: texts are cut, and what no column can hold is left out."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import CharField, Model

from connectors.timezones import is_iana
from connectors.values import RemoteListing, RemoteReservation
from listings.models import Listing, Reservation
from listings.timezones import timezone_at

LISTING_TEXTS = ("neighborhood", "city", "state", "country", "address", "room_type")
MOST_ROOMS = 10_000
MOST_MINOR_UNITS = 2**63 - 1


def _lengths(model: type[Model]) -> dict[str, int | None]:
    return {field.name: field.max_length for field in model._meta.fields if isinstance(field, CharField)}


_LISTING, _RESERVATION = _lengths(Listing), _lengths(Reservation)


def listing_attributes(remote: RemoteListing) -> dict[str, Any]:
    """Attributes of listings.models.Listing. `kept_members` names those that do not replace stored values."""
    attributes: dict[str, Any] = {name: _text(getattr(remote, name), _LISTING[name]) or None for name in LISTING_TEXTS}
    if remote.units is not None:
        attributes["units"] = fitting_units(remote.units)
    return attributes | {
        "title": _text(remote.title, _LISTING["title"]) or f"Listing {remote.channel_listing_id}",
        "image": _link(remote.image, _LISTING["image"]),
        "timezone": timezone_at(remote.timezone, remote.country, remote.city),
        "currency": _currency(remote.currency),
        "bedrooms": _count(remote.bedrooms),
        "bathrooms": _decimal(remote.bathrooms, Decimal("0.01"), lowest=0, highest=99),
        "person_capacity": _count(remote.person_capacity),
        "latitude": _decimal(remote.latitude, Decimal("0.00000001"), lowest=-90, highest=90),
        "longitude": _decimal(remote.longitude, Decimal("0.00000001"), lowest=-180, highest=180),
    }


def kept_members(remote: RemoteListing) -> frozenset[str]:
    """The members of a listing whose stored values stay, because the channel did not tell them readably this time.

    Without a currency, prices mean nothing, and what the connector needs for a push is incomplete.
    """
    without_currency = frozenset() if _currency(remote.currency) else {"currency", "price", "details"}
    without_timezone = frozenset() if remote.timezone and is_iana(remote.timezone) else {"timezone"}
    return remote.unanswered | without_currency | without_timezone


def reservation_attributes(told: RemoteReservation) -> dict[str, Any]:
    """The columns of models.Reservation that channels decide (listings.services.reservations.COLUMNS)."""
    known_total = told.total is not None and abs(told.total) <= MOST_MINOR_UNITS
    return {
        "status": told.status.value,
        "check_in": told.check_in,
        "check_out": told.check_out,
        "units": fitting_units(told.units),
        "total": told.total if known_total else None,
        "currency": _currency(told.currency),
        "source": _text(told.source, _RESERVATION["source"]),
        "booked_at": told.booked_at,
        "cancelled_at": told.cancelled_at,
    }


def _text(value: str | None, length: int | None) -> str:
    return (value or "")[:length].strip()


def _link(value: str | None, length: int | None) -> str | None:
    """A link that is cut leads nowhere."""
    link = _text(value, None)
    fits = link.startswith(("https://", "http://")) and len(link) <= (length or 0)
    return link if fits else None


def _currency(code: str | None) -> str | None:
    known = code is not None and len(code) == 3 and code.isascii() and code.isalpha()
    return code.upper() if code and known else None


def _count(number: int | None) -> int | None:
    return number if number is not None and 0 <= number <= MOST_ROOMS else None


def fitting_units(number: int) -> int:
    """A listing has at least one unit."""
    return min(max(number, 1), MOST_ROOMS)


def _decimal(value: Decimal | None, step: Decimal, *, lowest: int, highest: int) -> Decimal | None:
    if value is None or not lowest <= value <= highest:
        return None
    return value.quantize(step, ROUND_HALF_UP)
