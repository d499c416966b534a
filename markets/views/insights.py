"""The endpoint of market insights."""

from datetime import date
from typing import Any

from django_filters import FilterSet
from rest_framework.request import Request
from rest_framework.response import Response

import clock
from jsonapi.fast.views import Planned
from jsonapi.operations import Operation
from listings.calendar import MOST_DAYS
from listings.filters import IsoDateFilter
from markets.filters import CurrencyFilter, ListFilter, read_bedrooms, read_city, read_cluster, read_market
from markets.insight_answers import (
    DEFAULT_DAYS_AHEAD,
    DEFAULT_DAYS_BACK,
    MOST_MARKETS,
    Asked,
    insight_range,
    insights_of,
)
from markets.insight_days import MOST_BEDROOMS
from markets.serializers.insights import MarketInsightsSerializer
from users.models import User
from users.views import OfUser


class InsightFilters(FilterSet):
    markets = ListFilter(
        read=read_market,
        help_text="Countries and cities, separated by commas: `PT`, `PT/Lisbon`, `Lisbon`. The default is the markets "
        f"of the user's listings, at most {MOST_MARKETS}.",
    )
    clusters = ListFilter(
        read=read_cluster, help_text="Neighborhoods, separated by commas, in the cities of the other filters."
    )
    cities = ListFilter(read=read_city, help_text="Cities, separated by commas, in the countries of `filter[markets]`.")
    bedrooms = ListFilter(
        read=read_bedrooms,
        help_text=f"Numbers of bedrooms, separated by commas; {MOST_BEDROOMS} stands for {MOST_BEDROOMS} or more.",
    )
    start_date = IsoDateFilter(help_text=f"First date. The default is {DEFAULT_DAYS_BACK} days before today, UTC.")
    end_date = IsoDateFilter(
        help_text=f"Last date, at most {MOST_DAYS} days after the first. The default is {DEFAULT_DAYS_AHEAD} days "
        "after today, UTC."
    )
    currency = CurrencyFilter(
        help_text="ISO 4217 code of the currency of all amounts. The default is the currency of the first market. "
        "Returns 422 if an amount cannot be converted, because no rate is known for its date."
    )


class MarketInsights(Planned, OfUser):
    queryset = User.objects.all()
    serializer_class = MarketInsightsSerializer
    operations = {
        "GET": Operation(
            id="get_market_insights", tag="Insights", summary="Get market insights",
            scopes=[["user:read", "insights:read"]], answer=MarketInsightsSerializer, errors=(422,),
            description="Returns what was offered, booked and paid in a market, one resource for each date, and the "
            "same of the user's own listings. The figures of markets are computed at least once a day, and no figure "
            "tells anything about a single owner. A range that ends before it starts or is longer than "
            f"{MOST_DAYS} days returns 422.",
        )
    }  # fmt: skip
    is_collection = True
    default_sort = "date"
    filterset_class = InsightFilters

    def get(self, request: Request, user_id: int) -> Response:
        now = clock.now()
        asked: dict[str, Any] = dict(self.filters.form.cleaned_data) if self.filters else {}
        first, last = insight_range(asked.pop("start_date", None), asked.pop("end_date", None), now)
        days = self.paginate_queryset(range(first.toordinal(), last.toordinal() + 1)) or ()
        filters = {name: value for name, value in asked.items() if value}
        return self.answer_page(insights_of(self.owner, Asked(**filters), [date.fromordinal(day) for day in days], now))
