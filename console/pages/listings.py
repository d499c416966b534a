"""The list of listings, and the page of one listing."""

from calendar import day_abbr, day_name
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString

import clock
import pricing
from connectors.registry import SUPPORTED
from console.calendar_months import months_of, scale_of
from console.charts.booked_nights import BookedMonth, booked_chart
from console.charts.frame import NARROW, WIDE
from console.charts.prices import PricedNight, price_chart, weeks_of
from console.headlines import against_market, headlines
from console.money import whole_amount
from console.selectors.listing import MOST_JOBS, ListingPage, listing_page
from console.selectors.listings import ACTIVE, INACTIVE, Search, listings_page
from console.site import ConsoleSite
from console.sync_lines import sync_lines
from listings.services.far_prices import far_from_host, in_words
from pricing.money import round_to_unit


def register(site: ConsoleSite) -> None:
    def listings(request: HttpRequest) -> HttpResponse:
        found = listings_page(Search.of(request.GET.dict()), request.GET.get("page", ""))
        filters = [
            ("market", "Market", [(ACTIVE, "active"), (INACTIVE, "not active")], found.search.market),
            ("syncing", "Price syncing", [(ACTIVE, "on"), (INACTIVE, "off")], found.search.syncing),
            ("channel", "Channel", [(slug, kind.name) for slug, kind in SUPPORTED.items()], found.search.channel),
        ]
        return site.render(request, "console/listings/list.html", "Listings", found=found, filters=filters)

    def listing(request: HttpRequest, listing_id: int) -> HttpResponse:
        now = clock.now()
        page = listing_page(listing_id, now=now)
        if page is None:
            raise Http404
        return site.render(request, "console/listings/listing.html", page.listing.title, **shown(page))

    site.add_page("listings/", listings, name="listings")
    site.add_page("listings/<int:listing_id>/", listing, name="listing")
    site.add_to_menu("Partners", "Listings", "home_work", "listings")


def shown(page: ListingPage) -> dict[str, Any]:
    """What the template of the page reads, beside the page itself."""
    currency = page.listing.currency
    scale = scale_of(page.nights, currency)
    return {
        "page": page,
        "base_price": whole_amount(page.listing.base_price, currency) if page.listing.base_price else "None",
        "price_source": _price_source(page),
        "headlines": headlines(page.nights, page.market, currency, units=page.listing.units),
        "legend": list(enumerate(scale.names)),
        "months": months_of(page.nights, scale, currency, page.today, units=page.listing.units),
        "price_charts": _price_charts(page.market, currency),
        "price_months": _price_months(page.market),
        "booked_charts": _booked_charts(page.months),
        "booked_total": _booked_total(page.months),
        "sync_lines": sync_lines(page.jobs, page.channels),
        "most_jobs": MOST_JOBS,
        "weekdays": [(day_abbr[day], day_name[day]) for day in range(7)],
    }


def _price_source(page: ListingPage) -> str:
    listing, currency = page.listing, page.listing.currency
    words = "computed" if listing.base_price_is_automatic else "set by the user"
    limits = [
        f"{name} {whole_amount(limit, currency)}"
        for name, limit in (("minimum", listing.min_price), ("maximum", listing.max_price))
        if limit is not None
    ]
    return ", ".join([words, *limits, *_against_host(page)])


def _against_host(page: ListingPage) -> list[str]:
    """How far the average of the coming year is from the price that the host asked before any push, if that is far."""
    units = pricing.minor_units_per_unit(page.listing.currency)
    own = next((channel.own_price / units for channel in page.channels if channel.own_price), None)
    if not page.nights or own is None:
        return []
    difference = far_from_host(fmean(night.price for night in page.nights) / units, own)
    if difference is None:
        return []
    asked = whole_amount(round_to_unit(own), page.listing.currency)
    return [f"on average {in_words(difference)} the {asked} that the host asked at the channel"]


def _price_charts(nights: Sequence[PricedNight], currency: str | None) -> list[SafeString]:
    if not nights:
        return []
    ours, levels = fmean(each.ours for each in nights), [each.market for each in nights if each.market is not None]
    label = f"Our price in {currency or 'the currency of the listing'} by week, {round(ours):,} on average"
    if levels:
        label += f", {against_market(ours, fmean(levels))}"
    weeks = weeks_of(nights)
    return [price_chart(weeks, size, label=label, kind=kind) for size, kind in ((WIDE, "wide"), (NARROW, "narrow"))]


def _price_months(nights: Sequence[PricedNight]) -> list[dict[str, Any]]:
    """The numbers of the chart by month, for those who prefer a table."""
    months: dict[Any, list[PricedNight]] = {}
    for each in nights:
        months.setdefault(each.night.replace(day=1), []).append(each)
    rows = []
    for month, part in months.items():
        ours, levels = fmean(each.ours for each in part), [each.market for each in part if each.market is not None]
        level = fmean(levels) if levels else None
        percent = None if not level else round((ours / level - 1) * 100)
        shown_level = None if level is None else f"{round(level):,}"
        rows.append({"month": month, "ours": f"{round(ours):,}", "market": shown_level, "percent": percent})
    return rows


def _booked_charts(months: Sequence[BookedMonth]) -> list[SafeString]:
    label = f"Booked nights by month against last year. {_booked_total(months)}"
    return [booked_chart(months, size, label=label, kind=kind) for size, kind in ((WIDE, "wide"), (NARROW, "narrow"))]


def _booked_total(months: Sequence[BookedMonth]) -> str:
    """One sentence about all months. Last year is compared only with the months of which something is known."""
    booked = sum(month.booked for month in months)
    words = f"{booked:,} nights are booked from {months[0].month:%B %Y} to {months[-1].month:%B %Y}"
    known = [month for month in months if month.last_year is not None]
    if not known:
        return f"{words}. Nothing is known of last year."
    last_year = sum(month.last_year or 0 for month in known)
    words += f"; in the same months of last year it was {last_year:,} in the end"
    if all(month.last_year_by_now is not None for month in known):
        words += f", of which {sum(month.last_year_by_now or 0 for month in known):,} had been booked by this day"
    return (
        f"{words}. Of {len(months) - len(known)} of these months last year is not known."
        if len(known) < len(months)
        else f"{words}."
    )
