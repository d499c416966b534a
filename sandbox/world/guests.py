"""The guests of the stays that the world generates."""

from dataclasses import dataclass

from sandbox.world.chance import seeded_number

# fmt: off
NATIONS = (
    ("PT", "Portugal", "pt", "+351", ("Inês", "João", "Mariana", "Tiago", "Beatriz", "Rui"),
     ("Ferreira", "Almeida", "Carvalho", "Sousa", "Pereira"), ("Porto", "Braga", "Coimbra")),
    ("ES", "Spain", "es", "+34", ("Lucía", "Javier", "Carmen", "Pablo", "Elena", "Álvaro"),
     ("García", "Navarro", "Romero", "Iglesias", "Vidal"), ("Madrid", "Valencia", "Sevilla")),
    ("GB", "United Kingdom", "en", "+44", ("Emma", "Oliver", "Charlotte", "Harry", "Sophie", "George"),
     ("Hughes", "Bennett", "Fletcher", "Walsh", "O'Connor"), ("London", "Bristol", "Leeds")),
    ("DE", "Germany", "de", "+49", ("Anna", "Lukas", "Katharina", "Jonas", "Lena", "Jürgen"),
     ("Schäfer", "Becker", "Vogel", "Krüger", "Brandt"), ("Berlin", "Hamburg", "Köln")),
    ("FR", "France", "fr", "+33", ("Camille", "Hugo", "Chloé", "Antoine", "Manon", "Étienne"),
     ("Lefèvre", "Moreau", "Girard", "Rousseau", "Blanchard"), ("Paris", "Lyon", "Nantes")),
    ("US", "United States", "en", "+1", ("Madison", "Tyler", "Ashley", "Marcus", "Grace", "Ethan"),
     ("Johnson", "Ramirez", "Nguyen", "Patterson", "Brooks"), ("Chicago", "Denver", "Boston")),
    ("NL", "Netherlands", "nl", "+31", ("Sanne", "Daan", "Fleur", "Bram", "Lotte", "Sven"),
     ("de Vries", "Bakker", "Visser", "Mulder", "van Dijk"), ("Utrecht", "Rotterdam", "Groningen")),
    ("JP", "Japan", "ja", "+81", ("Yuki", "Haruto", "Sakura", "Ren", "Aoi", "Kenji"),
     ("Tanaka", "Watanabe", "Kobayashi", "Yamamoto", "Ito"), ("Osaka", "Nagoya", "Sapporo")),
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Guest:
    first_name: str
    last_name: str
    email: str
    phone: str
    city: str
    country_code: str
    country: str
    language: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def guest_of(stay_id: int, *, seed: int) -> Guest:
    """The guest of a stay. The same seed and id always give the same guest."""
    mixed = seeded_number(seed, "guest", stay_id)
    mixed, nation = divmod(mixed, len(NATIONS))
    country_code, country, language, prefix, first_names, last_names, cities = NATIONS[nation]
    mixed, first = divmod(mixed, len(first_names))
    mixed, last = divmod(mixed, len(last_names))
    mixed, city = divmod(mixed, len(cities))
    return Guest(
        first_name=first_names[first],
        last_name=last_names[last],
        email=f"guest-{stay_id}@mail.example",
        phone=f"{prefix} 555 {mixed % 10_000_000:07d}",
        city=cities[city],
        country_code=country_code,
        country=country,
        language=language,
    )
