"""Countries, regions and cities, however a channel spells them."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from holidays.registry import COUNTRIES


class Locality(NamedTuple):
    """Where a listing is.

    country: ISO 3166-1 alpha-2, "" when not known. region: a subdivision as the `holidays` package names it, mostly
    the second part of an ISO 3166-2 code; None when not known. city: a `city_key`, "" when not known.
    """

    country: str
    region: str | None
    city: str


def locality_of(country: str | None, city: str | None) -> Locality:
    """The place that a channel's country (a code or an English name) and city stand for."""
    code, key = country_code(country), city_key(city)
    region = _NATIONS.get(_plain(country)) or REGION_OF_CITY.get((code, key)) or _REGION_OF_MOST.get(code)
    return Locality(code, region, key)


def country_code(country: str | None) -> str:
    """ISO 3166-1 alpha-2 of a code or an English name, "" when not known.

    Two letters are returned as they are, in upper case, except "UK", which means GB.
    """
    name = _plain(country)
    return _COUNTRY_CODES.get(name) or (name.upper() if len(name) == 2 else "")


def city_key(city: str | None) -> str:
    """A city's name in lower case, without accents and with hyphens: "New York" is "new-york"."""
    name = _plain(city).replace(" ", "-")
    return _CITY_KEYS.get(name, name)


def _plain(name: str | None) -> str:
    decomposed = unicodedata.normalize("NFKD", name or "")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold().strip()


# English names come from the `holidays` package; these are further spellings.
_COUNTRY_CODES: Mapping[str, str] = MappingProxyType(
    {name.replace("_", " "): codes[1] for name, codes in COUNTRIES.items()}
    | {
        "czech republic": "CZ", "england": "GB", "great britain": "GB", "hong kong": "HK", "macao": "MO",
        "northern ireland": "GB", "scotland": "GB", "the netherlands": "NL", "turkiye": "TR", "uae": "AE",
        "uk": "GB", "united states of america": "US", "usa": "US", "viet nam": "VN", "wales": "GB",
    }
)  # fmt: skip

# Regions that a channel may give in place of the country.
_NATIONS: Mapping[str, str] = MappingProxyType(
    {"england": "ENG", "northern ireland": "NIR", "scotland": "SCT", "wales": "WLS"}
)

_CITY_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "koln": "cologne",
        "lisboa": "lisbon",
        "munchen": "munich",
        "new-york-city": "new-york",
        "sevilla": "seville",
        "venezia": "venice",
    }
)

# Cities with many listings, by region. Not the United States: holidays of single states mostly close offices only.
_CITIES_OF_REGIONS: Mapping[str, Mapping[str, str]] = {
    "AU": {
        "ACT": "canberra",
        "NSW": "sydney newcastle byron-bay wollongong",
        "NT": "darwin alice-springs",
        "QLD": "brisbane cairns gold-coast noosa-heads townsville",
        "SA": "adelaide",
        "TAS": "hobart launceston",
        "VIC": "melbourne geelong ballarat",
        "WA": "perth fremantle broome",
    },
    "BR": {
        "BA": "salvador",
        "CE": "fortaleza",
        "DF": "brasilia",
        "PE": "recife",
        "RJ": "rio-de-janeiro buzios paraty",
        "RS": "porto-alegre gramado",
        "SC": "florianopolis",
        "São Paulo Capital": "sao-paulo",
    },
    "CA": {
        "AB": "calgary edmonton banff canmore",
        "BC": "vancouver victoria whistler kelowna",
        "MB": "winnipeg",
        "NB": "fredericton moncton saint-john",
        "NL": "st-john's",
        "NS": "halifax",
        "ON": "toronto ottawa hamilton niagara-falls",
        "PE": "charlottetown",
        "QC": "montreal quebec quebec-city mont-tremblant gatineau",
        "SK": "regina saskatoon",
    },
    "CH": {
        "BE": "bern interlaken grindelwald",
        "BS": "basel",
        "GE": "geneva geneve",
        "GR": "davos st-moritz",
        "LU": "lucerne luzern",
        "SG": "st-gallen",
        "Stadt Zurich": "zurich",
        "TI": "lugano locarno ascona",
        "VD": "lausanne montreux",
        "VS": "zermatt verbier sion",
    },
    "DE": {
        "Augsburg": "augsburg",
        "BB": "potsdam",
        "BE": "berlin",
        "BW": "stuttgart freiburg heidelberg karlsruhe mannheim",
        "BY": "munich nuremberg nurnberg regensburg garmisch-partenkirchen",
        "HB": "bremen",
        "HE": "frankfurt frankfurt-am-main wiesbaden",
        "HH": "hamburg",
        "MV": "rostock schwerin",
        "NI": "hanover hannover",
        "NW": "cologne dusseldorf dortmund essen bonn munster",
        "RP": "mainz trier",
        "SH": "kiel lubeck",
        "SL": "saarbrucken",
        "SN": "dresden leipzig",
        "ST": "magdeburg halle",
        "TH": "erfurt weimar",
    },
    "ES": {
        "AN": "seville malaga granada cordoba cadiz marbella almeria",
        "AR": "zaragoza",
        "AS": "oviedo gijon",
        "CB": "santander",
        "CL": "salamanca valladolid segovia burgos leon",
        "CM": "toledo cuenca",
        "CN": "las-palmas las-palmas-de-gran-canaria santa-cruz-de-tenerife adeje arona",
        "CT": "barcelona girona tarragona sitges lleida",
        "EX": "caceres badajoz merida",
        "GA": "santiago-de-compostela a-coruna vigo",
        "IB": "palma palma-de-mallorca ibiza eivissa mahon",
        "MC": "murcia cartagena",
        "MD": "madrid",
        "NC": "pamplona",
        "PV": "bilbao san-sebastian donostia vitoria-gasteiz",
        "RI": "logrono",
        "VC": "valencia alicante benidorm",
    },
    "FR": {"6AE": "strasbourg colmar mulhouse", "57": "metz"},
    "GB": {
        "NIR": "belfast derry londonderry",
        "SCT": "edinburgh glasgow aberdeen dundee inverness stirling st-andrews",
        "WLS": "cardiff swansea",
    },
    "IN": {
        "GA": "panaji",
        "GJ": "ahmedabad",
        "KA": "bangalore bengaluru mysore",
        "KL": "kochi thiruvananthapuram",
        "MH": "mumbai pune",
        "TN": "chennai madurai",
        "WB": "kolkata",
    },
    "IT": {
        "BA": "bari",
        "BO": "bologna",
        "CT": "catania",
        "FI": "florence firenze",
        "GE": "genoa genova",
        "MI": "milan milano",
        "NA": "naples napoli",
        "PA": "palermo",
        "RM": "rome roma",
        "SI": "siena",
        "TO": "turin torino",
        "VE": "venice",
        "VR": "verona",
    },
    "MY": {
        "01": "johor-bahru",
        "02": "langkawi alor-setar",
        "04": "malacca melaka",
        "07": "george-town penang",
        "08": "ipoh",
        "10": "shah-alam petaling-jaya",
        "12": "kota-kinabalu",
        "13": "kuching",
        "14": "kuala-lumpur",
    },
    "NZ": {
        "AUK": "auckland",
        "CAN": "christchurch",
        "OTA": "queenstown dunedin wanaka",
        "WGN": "wellington",
    },
}  # fmt: skip

# By country and `city_key`.
REGION_OF_CITY: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (country, city): region
        for country, regions in _CITIES_OF_REGIONS.items()
        for region, cities in regions.items()
        for city in cities.split()
    }
)

# Where most people live: the holidays of England and of Ontario hold almost everywhere in their countries.
_REGION_OF_MOST: Mapping[str, str] = MappingProxyType({"CA": "ON", "GB": "ENG"})
