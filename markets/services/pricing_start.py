"""The homes that a market's first estimate may start from (docs/pricing.md, *Who counts how much*)."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q

from listings.services.places import Place
from markets.comparing import WHOLE, room_type_of
from markets.models import PublicListing, PublicMarket
from markets.review_estimate import occupancy_by_reviews
from markets.services.comparables import SEEN_WITHIN, markets_on_file
from markets.services.insights import where_public
from pricing import ListingFacts, PublicHome, minor_units_per_unit
from pricing.market import bedrooms_of
from pricing.monthly import MONTHLY_FROM_NIGHTS

# Older prices say little about today's.
OLDEST = timedelta(days=365)


def homes_of(place: Place, today: date) -> Iterator[PublicHome]:
    """The whole homes of the place that are let by the night, with a price and reviews. Two queries, few columns."""
    on_file = markets_on_file()
    here = [market.pk for market in PublicMarket.objects.all() if where_public(market) == tuple(place)]
    since = {pk: max(latest - SEEN_WITHIN, today - OLDEST) for pk in here if (latest := on_file[pk].latest)}
    seen = Q(pk__in=())
    for pk, day in since.items():
        seen |= Q(market=pk, last_seen_on__gte=day)
    nightly = PublicListing.objects.filter(seen, price__gt=0, reviews_per_month__gt=0).exclude(
        min_stay__gte=MONTHLY_FROM_NIGHTS
    )
    rows = nightly.values_list(
        "host", "room_type", "bedrooms", "person_capacity", "price", "reviews_per_month", "min_stay"
    )
    minor_units = minor_units_per_unit(place.currency)
    for host, room_type, bedrooms, capacity, price, reviews, min_stay in rows.order_by("pk").iterator():
        estimate = occupancy_by_reviews(reviews, min_stay)
        if price and estimate and room_type_of(room_type) == WHOLE:
            facts = ListingFacts(bedrooms=bedrooms, person_capacity=capacity)
            yield PublicHome(host, bedrooms_of(facts), price / minor_units, estimate.occupancy)
