"""The dictionaries: property types, amenities, bed types, countries, currencies, languages, time zones."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.envelope import success
from sandbox.hostaway.tokens import Tokens
from sandbox.state import Sandbox
from sandbox.world.listings import AMENITIES


def _numbered(*names: str) -> dict[str, int]:
    return {name: number for number, name in enumerate(names, 1)}


# fmt: off
PROPERTY_TYPES = _numbered(
    "Apartment", "House", "Bed and breakfast", "Boutique hotel", "Bungalow", "Cabin", "Chalet", "Condominium",
    "Cottage", "Guest suite", "Guesthouse", "Hostel", "Hotel", "Loft", "Serviced apartment", "Townhouse", "Villa",
)
AMENITY_IDS = _numbered(*AMENITIES)
BED_TYPES = _numbered(
    "Single bed", "Double bed", "Queen bed", "King bed", "Sofa bed", "Bunk bed", "Crib", "Air mattress",
)
CURRENCIES = {
    "AED": "UAE Dirham", "AUD": "Australian Dollar", "BGN": "Bulgarian Lev", "BRL": "Brazilian Real",
    "CAD": "Canadian Dollar", "CHF": "Swiss Franc", "CZK": "Czech Koruna", "DKK": "Danish Krone", "EUR": "Euro",
    "GBP": "Pound Sterling", "HUF": "Forint", "IDR": "Rupiah", "INR": "Indian Rupee", "ISK": "Iceland Krona",
    "JPY": "Yen", "KRW": "Won", "MAD": "Moroccan Dirham", "MXN": "Mexican Peso", "NOK": "Norwegian Krone",
    "NZD": "New Zealand Dollar", "PLN": "Zloty", "RON": "Romanian Leu", "SEK": "Swedish Krona",
    "SGD": "Singapore Dollar", "THB": "Baht", "TRY": "Turkish Lira", "USD": "US Dollar", "ZAR": "Rand",
}
COUNTRIES = {
    "AE": "United Arab Emirates", "AR": "Argentina", "AT": "Austria", "AU": "Australia", "BE": "Belgium",
    "BG": "Bulgaria", "BR": "Brazil", "CA": "Canada", "CH": "Switzerland", "CL": "Chile", "CO": "Colombia",
    "CR": "Costa Rica", "CY": "Cyprus", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "EE": "Estonia",
    "ES": "Spain", "FI": "Finland", "FR": "France", "GB": "United Kingdom", "GR": "Greece", "HR": "Croatia",
    "HU": "Hungary", "ID": "Indonesia", "IE": "Ireland", "IL": "Israel", "IN": "India", "IS": "Iceland",
    "IT": "Italy", "JP": "Japan", "KR": "South Korea", "LT": "Lithuania", "LU": "Luxembourg", "LV": "Latvia",
    "MA": "Morocco", "ME": "Montenegro", "MT": "Malta", "MX": "Mexico", "NL": "Netherlands", "NO": "Norway",
    "NZ": "New Zealand", "PL": "Poland", "PT": "Portugal", "RO": "Romania", "RS": "Serbia", "SE": "Sweden",
    "SG": "Singapore", "SI": "Slovenia", "SK": "Slovakia", "TH": "Thailand", "TR": "Turkey", "US": "United States",
    "ZA": "South Africa",
}
LANGUAGES = {
    "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "hr": "Croatian", "hu": "Hungarian", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "sk": "Slovak", "sl": "Slovenian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "zh": "Chinese",
}
# fmt: on


class Dictionaries:
    def __init__(self, sandbox: Sandbox, tokens: Tokens) -> None:
        self._sandbox = sandbox
        self._tokens = tokens

    def routes(self) -> list[BaseRoute]:
        fixed = {
            "propertyTypes": _records(PROPERTY_TYPES),
            "amenities": _records(AMENITY_IDS),
            "bedTypes": _records(BED_TYPES),
            "countries": COUNTRIES,
            "currencies": CURRENCIES,
            "languages": LANGUAGES,
        }
        return [
            *(Route(f"/v1/{name}", self._answering(content), methods=["GET"]) for name, content in fixed.items()),
            Route("/v1/timezones", self.timezones, methods=["GET"]),
        ]

    async def timezones(self, request: Request) -> Response:
        self._tokens.portfolio_of(request)
        today = datetime.fromtimestamp(self._sandbox.clock.now(), UTC).date().isoformat()
        return success(_timezones(today))

    def _answering(self, content: object) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            self._tokens.portfolio_of(request)
            return success(content)

        return answer


def _records(ids: dict[str, int]) -> list[dict[str, object]]:
    return [{"id": number, "name": name} for name, number in ids.items()]


@lru_cache(2)
def _timezones(today: str) -> dict[str, dict[str, str]]:
    """Each time zone with its offset at noon of a day, such as `+05:30`."""
    noon = datetime.fromisoformat(f"{today}T12:00:00")
    names = sorted(name for name in available_timezones() if "/" in name)
    offsets = {name: noon.replace(tzinfo=ZoneInfo(name)).strftime("%z") for name in names}
    return {name: {"value": name, "diff": f"{offset[:3]}:{offset[3:5]}"} for name, offset in offsets.items()}
