"""The cities of the world: addresses, coordinates and currencies. Their demand is in `sandbox.markets`."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Place:
    city: str
    country: str
    country_code: str
    state: str
    currency: str
    decimals: int
    """Decimal places of the currency."""
    timezone: str
    language: str
    phone: str
    latitude: float
    longitude: float
    zipcodes: tuple[str, ...]
    areas: tuple[str, ...]
    streets: tuple[str, ...]
    number_first: bool = False
    """Whether addresses put the house number before the street."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def address(self, street: str, number: int, zipcode: str) -> str:
        line = f"{number} {street}" if self.number_first else f"{street} {number}"
        state = f", {self.state}" if self.state else ""
        return f"{line}, {zipcode} {self.city}{state}, {self.country}"


PLACES = {
    place.city: place
    for place in (
        Place(
            "Lisbon",
            "Portugal",
            "PT",
            "",
            "EUR",
            2,
            "Europe/Lisbon",
            "pt",
            "+351",
            38.7139,
            -9.1394,
            ("1100-053", "1200-109", "1150-001", "1250-096", "1300-472", "1170-012"),
            ("Alfama", "Chiado", "Bairro Alto", "Príncipe Real", "Belém", "Graça"),
            (
                "Rua de São Bento",
                "Rua da Madalena",
                "Rua do Salitre",
                "Rua da Graça",
                "Rua das Flores",
                "Calçada do Combro",
                "Rua de São Mamede",
                "Travessa do Carmo",
            ),
        ),
        Place(
            "Barcelona",
            "Spain",
            "ES",
            "",
            "EUR",
            2,
            "Europe/Madrid",
            "es",
            "+34",
            41.3874,
            2.1686,
            ("08001", "08003", "08010", "08012", "08015", "08036"),
            ("Gràcia", "Eixample", "El Born", "Barceloneta", "Poble-sec", "Sant Antoni"),
            (
                "Carrer de Verdi",
                "Carrer del Parlament",
                "Carrer de Mallorca",
                "Carrer de Balmes",
                "Carrer de la Princesa",
                "Carrer de Blai",
                "Carrer de Girona",
                "Passeig de Sant Joan",
            ),
        ),
        Place(
            "Edinburgh",
            "United Kingdom",
            "GB",
            "Scotland",
            "GBP",
            2,
            "Europe/London",
            "en",
            "+44",
            55.9533,
            -3.1883,
            ("EH1 1RE", "EH2 2BY", "EH3 6SU", "EH6 6LX", "EH8 9AB", "EH10 4BF"),
            ("Old Town", "New Town", "Leith", "Stockbridge", "Bruntsfield", "Marchmont"),
            (
                "Cockburn Street",
                "Thistle Street",
                "Raeburn Place",
                "Great Junction Street",
                "Marchmont Road",
                "Canongate",
                "Bruntsfield Place",
                "Broughton Street",
            ),
            number_first=True,
        ),
        Place(
            "Prague",
            "Czechia",
            "CZ",
            "",
            "CZK",
            2,
            "Europe/Prague",
            "cs",
            "+420",
            50.0755,
            14.4378,
            ("110 00", "118 00", "120 00", "130 00", "150 00", "170 00"),
            ("Malá Strana", "Vinohrady", "Žižkov", "Staré Město", "Karlín", "Holešovice"),
            ("Vinohradská", "Nerudova", "Křižíkova", "Mánesova", "Dlouhá", "Újezd", "Korunní", "Dukelskych hrdinů"),
        ),
        Place(
            "Innsbruck",
            "Austria",
            "AT",
            "Tyrol",
            "EUR",
            2,
            "Europe/Vienna",
            "de",
            "+43",
            47.2692,
            11.4041,
            ("6020", "6060", "6080", "6100", "6162"),
            ("Altstadt", "Wilten", "Hötting", "Igls", "Mühlau", "Pradl"),
            (
                "Maria-Theresien-Straße",
                "Leopoldstraße",
                "Höttinger Gasse",
                "Innstraße",
                "Anichstraße",
                "Bilgeristraße",
                "Pradler Straße",
                "Museumstraße",
            ),
        ),
        Place(
            "Austin",
            "United States",
            "US",
            "Texas",
            "USD",
            2,
            "America/Chicago",
            "en",
            "+1",
            30.2672,
            -97.7431,
            ("78701", "78702", "78703", "78704", "78705", "78751"),
            ("East Austin", "South Congress", "Zilker", "Hyde Park", "Downtown", "Clarksville"),
            (
                "South Congress Avenue",
                "East 6th Street",
                "Barton Springs Road",
                "Duval Street",
                "West Lynn Street",
                "Rainey Street",
                "South Lamar Boulevard",
                "Guadalupe Street",
            ),
            number_first=True,
        ),
        Place(
            "Cape Town",
            "South Africa",
            "ZA",
            "Western Cape",
            "ZAR",
            2,
            "Africa/Johannesburg",
            "en",
            "+27",
            -33.9249,
            18.4241,
            ("8001", "8005", "7700", "7945", "8051", "7925"),
            ("Sea Point", "Gardens", "Camps Bay", "Woodstock", "Green Point", "Observatory"),
            (
                "Kloof Street",
                "Beach Road",
                "Long Street",
                "Main Road",
                "Victoria Road",
                "Bree Street",
                "Regent Road",
                "Albert Road",
            ),
            number_first=True,
        ),
        Place(
            "Tokyo",
            "Japan",
            "JP",
            "Tokyo",
            "JPY",
            0,
            "Asia/Tokyo",
            "ja",
            "+81",
            35.6762,
            139.6503,
            ("150-0001", "160-0022", "111-0032", "110-0005", "153-0051", "106-0032"),
            ("Shibuya", "Shinjuku", "Asakusa", "Ueno", "Nakameguro", "Roppongi"),
            (
                "Meiji-dori",
                "Yasukuni-dori",
                "Kaminarimon-dori",
                "Aoyama-dori",
                "Kokusai-dori",
                "Yamate-dori",
                "Gaien-higashi-dori",
                "Omotesando",
            ),
        ),
    )
}
