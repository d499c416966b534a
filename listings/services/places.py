"""Places: where a listing competes, independent of spelling."""

from typing import Any, NamedTuple

from django.db.models import QuerySet

from listings.models import Listing, Market
from pricing.localities import city_key, country_code


class Place(NamedTuple):
    """The place in which a listing competes: Lisboa is Lisbon, and PT is Portugal. Without a city: a whole country."""

    city: str
    country: str
    currency: str

    @classmethod
    def of(cls, market: Market) -> "Place":
        return cls(market.city, market.country, market.currency)

    def markets(self) -> QuerySet[Market]:
        """The rows of the place: anybody's, and those of single applications and owners."""
        return Market.objects.filter(**self._asdict())

    def listings(self) -> QuerySet[Listing]:
        """The listings that were assigned to the place; of a country, those of all its cities."""
        where = {f"market__{name}": value for name, value in self._asdict().items() if value or name != "city"}
        return Listing.objects.filter(**where)

    def market(self, application: int | None = None, owner: int | None = None) -> Market:
        """The row of one reader. It is created where it is missing."""
        reader: dict[str, Any] = {"application_id": application, "owner_id": owner}
        rows = Market.objects.defer("statistics")  # they are large and will be replaced
        row: Market = rows.get_or_create(**self._asdict(), **reader)[0]
        return row


def place_of(listing: Listing) -> Place | None:
    """The place of a listing; None if its city or its currency is unknown."""
    city = city_key(listing.city)
    if not city or not listing.currency:
        return None
    country = country_code(listing.country) or city_key(listing.country)
    return Place(city[:256], country[:256], listing.currency.upper())
