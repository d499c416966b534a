"""Answers a request for market insights from the figures that markets/services/insights.py added up.

The figures of the user's own listings are read from their reservations, exactly.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from jsonapi.refusals import Refusal
from listings.calendar import END, FARTHEST_DAYS, MOST_DAYS, START, BadRange
from listings.models import Listing, Reservation
from markets.exchange_rates import Rates, UnknownRate
from markets.insight_days import (
    ANY_BEDROOMS,
    ANY_CLUSTER,
    MOST_BEDROOMS,
    ROWS,
    Figure,
    YearOfDays,
    day_of_year,
    median_lead_time,
    median_stay_length,
    week_before,
    years_before,
)
from markets.models import InsightPlace, InsightYear
from markets.services.insights import cluster_of
from pricing.money import minor_units_per_unit
from users.models import User

DEFAULT_DAYS_BACK, DEFAULT_DAYS_AHEAD = 90, 365
# The most markets of a user that are answered without a filter, and the most parts of markets in one answer.
MOST_MARKETS, MOST_PARTS = 10, 50
CURRENCY = "filter[currency]"
_YEARS_AGO = (
    "year_ago", "two_years_ago", "three_years_ago", "four_years_ago", "five_years_ago", "six_years_ago",
)  # fmt: skip

_MONEY = [figure for figure in Figure if "VOLUME" in figure.name or "BILLABLE" in figure.name]
_NOTHING = [0.0] * ROWS


class NoRate(Refusal):
    """An amount cannot be converted, because no rate is known for its day."""


class TooManyParts(Refusal):
    """The filters name more parts of markets than one request may read."""


@dataclass(frozen=True, slots=True)
class MarketName:
    """A country, or with `city` a city. A name that can be either has no country."""

    country: str
    city: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for; an empty filter asks for nothing. Names are written as in InsightPlace."""

    markets: Sequence[MarketName] = ()
    cities: Sequence[str] = ()
    clusters: Sequence[str] = ()
    bedrooms: Sequence[int] = ()
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class InsightDay:
    """The insights of a date: money in whole units, nights, and days. docs/markets.md says what each number means."""

    id: str
    date: date
    availability: int
    added_listing_count: int
    listing_count: int
    canceled_count_by_stay_date: int
    canceled_count_by_booked_date: int
    canceled_count_by_canceled_date: int
    total_count_by_stay_date: int
    total_count_by_booked_date: int
    checkin_date_count: int
    volume_by_checkin_date: float
    billable_volume_by_checkin_date: float
    sum_lead_time: int
    sum_stay_length: int
    median_lead_time: float
    median_stay_length: float
    booked_at_count: int
    volume_by_booked_at: float
    billable_volume_by_booked_at: float
    volume: float
    week_ago_volume: float
    year_ago_volume: float
    two_years_ago_volume: float
    three_years_ago_volume: float
    four_years_ago_volume: float
    five_years_ago_volume: float
    six_years_ago_volume: float
    billable_volume: float
    year_ago_billable_volume: float
    two_years_ago_billable_volume: float
    three_years_ago_billable_volume: float
    four_years_ago_billable_volume: float
    five_years_ago_billable_volume: float
    six_years_ago_billable_volume: float
    occupied_days_count: int
    week_ago_occupied_days_count: int
    year_ago_occupied_days_count: int
    two_years_ago_occupied_days_count: int
    three_years_ago_occupied_days_count: int
    four_years_ago_occupied_days_count: int
    five_years_ago_occupied_days_count: int
    six_years_ago_occupied_days_count: int
    median_lead_time_one_year_ago: float
    median_lead_time_two_years_ago: float
    median_lead_time_three_years_ago: float
    median_lead_time_four_years_ago: float
    median_lead_time_five_years_ago: float
    median_lead_time_six_years_ago: float
    owner_nights: int
    year_ago_owner_nights: int
    owner_volume: float
    year_ago_owner_volume: float


def insight_range(start: date | None, end: date | None, now: datetime) -> tuple[date, date]:
    """The first and the last requested date.

    Raises BadRange for a range that ends before it starts, is longer than MOST_DAYS or starts more than FARTHEST_DAYS
    from today.
    """
    today = now.date()
    earliest, latest = today - timedelta(days=FARTHEST_DAYS), today + timedelta(days=FARTHEST_DAYS)
    first = today - timedelta(days=DEFAULT_DAYS_BACK) if start is None else start
    last = today + timedelta(days=DEFAULT_DAYS_AHEAD) if end is None else end
    if not earliest <= first <= latest:
        raise BadRange(f"The start date must lie between {earliest} and {latest}. It is {first}.", parameter=START)
    if last < first:
        raise BadRange(f"The range ends on {last}, before it starts on {first}.", parameter=END)
    if (last - first).days > MOST_DAYS:
        raise BadRange(f"The range from {first} to {last} is longer than {MOST_DAYS} days.", parameter=END)
    return first, last


def insights_of(user: User, asked: Asked, dates: Sequence[date], now: datetime) -> list[InsightDay]:
    """The insights of the dates, in the given order. Raises NoRate and TooManyParts."""
    if not dates:
        return []
    own_markets = _own_markets(user, asked)
    places = _places(asked, own_markets)
    owns = _own_nights(user, asked, own_markets, dates)
    found = [place.currency for place in places] + [market.currency for market in own_markets]
    currency = asked.currency or (found[0] if found else _own_currency(user, asked))
    if not asked.currency:  # nobody asked for a conversion
        owns = [stay for stay in owns if stay.currency == currency]
    days = {day for each in dates for day in (each, week_before(each), *_years_ago(each))}
    sources = {place.currency for place in places} | {night.currency for night in owns}
    rates = Rates.around(days, {*sources, currency}, now.date())
    try:
        figures = _figures(places, asked, days, currency, rates)
        nights, volumes = _own_totals(owns, {*dates, *(years_before(day, 1) for day in dates)}, currency, rates)
    except UnknownRate as error:
        raise NoRate(str(error), parameter=CURRENCY) from error
    return [_insight_day(user, day, figures, nights, volumes) for day in dates]


@dataclass(frozen=True, slots=True)
class _OwnMarket:
    city: str
    country: str
    currency: str


def _own_markets(user: User, asked: Asked) -> list[_OwnMarket]:
    """The markets of the user's listings, those with most listings first; only of the first one's currency.

    With a currency to convert to, they are those of all currencies. Not read if the request names markets or cities.
    """
    if asked.markets or asked.cities:
        return []
    own = Listing.objects.filter(owner=user, deleted_at=None).exclude(market=None).order_by()
    counted = own.values_list("market__city", "market__country", "market__currency").annotate(listings=Count("pk"))
    found = [_OwnMarket(*row[:3]) for row in counted.order_by("-listings", *_OWN)]
    return [each for each in found if asked.currency or each.currency == found[0].currency][:MOST_MARKETS]


_OWN = ("market__city", "market__country", "market__currency")


def _own_currency(user: User, asked: Asked) -> str:
    """The currency of most of the user's listings in the named markets; empty without any."""
    listings = Listing.objects.filter(_named(asked, "market__"), owner=user, deleted_at=None)
    counted = listings.values_list("market__currency").annotate(listings=Count("pk"))
    most = counted.order_by("-listings", "market__currency").first()
    return most[0] if most else ""


def _places(asked: Asked, own: Sequence[_OwnMarket]) -> Sequence[InsightPlace]:
    """The places with figures to answer for, in the order in which the request names them."""
    if asked.markets or asked.cities:
        years = InsightYear.objects.filter(place=OuterRef("pk"), cluster__in=asked.clusters or [ANY_CLUSTER])
        found = InsightPlace.objects.filter(_named(asked), Exists(years))
        return sorted(found, key=lambda place: _position(place, asked))
    places = InsightPlace.objects.filter(_any(Q(city=market.city, **_country_of(market)) for market in own))
    with_years = places.annotate(is_known=Exists(InsightYear.objects.filter(place=OuterRef("pk"))))
    cities = sorted(with_years, key=lambda place: own.index(_OwnMarket(place.city, place.country, place.currency)))
    if asked.clusters or not own or any(place.is_known for place in cities):
        return cities
    return list(InsightPlace.objects.filter(_any(Q(city="", **_country_of(market)) for market in own)).order_by("pk"))


def _country_of(market: _OwnMarket) -> dict[str, str]:
    return {"country": market.country, "currency": market.currency}


def _any(conditions: Iterable[Q]) -> Q:
    """Whether one of the conditions holds; without any, none does."""
    either = Q(pk__in=[])
    for condition in conditions:
        either |= condition
    return either


def _named(asked: Asked, prefix: str = "") -> Q:
    """The places that the filters name. Cities and neighborhoods are looked for in the cities of a country.

    With a `prefix`, the condition is about the markets of listings, which are always in cities.
    """
    in_cities = bool(asked.cities or asked.clusters or prefix)

    def q(**values: str | Sequence[str]) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in values.items()})

    def market(name: MarketName) -> Q:
        country = q(country=name.country) if in_cities else q(country=name.country, city="")
        if not name.city:
            return country
        return (
            q(city=name.city, country=name.country)
            if name.country
            else q(city=name.city) | (q(country=name.city) if in_cities else q(country=name.city, city=""))
        )

    named = ~q(city="") if in_cities else Q()
    if asked.markets:
        named &= _any(map(market, asked.markets))
    if asked.cities:
        named &= q(city__in=asked.cities)
    return named


def _position(place: InsightPlace, asked: Asked) -> tuple[int, int, int]:
    def names(market: MarketName) -> bool:
        if not market.country:
            return market.city in (place.city, place.country)
        return market.country == place.country and market.city in ("", place.city)

    market = next((at for at, market in enumerate(asked.markets) if names(market)), 0)
    return market, asked.cities.index(place.city) if place.city in asked.cities else 0, place.pk


def _figures(
    places: Sequence[InsightPlace], asked: Asked, days: Collection[date], currency: str, rates: Rates
) -> Mapping[date, list[float]]:
    """All rows of each day, with money in whole units of `currency`. Days without figures are missing."""
    bedrooms, clusters = asked.bedrooms or [ANY_BEDROOMS], asked.clusters or [ANY_CLUSTER]
    if len(places) * len(bedrooms) * len(clusters) > MOST_PARTS:
        raise TooManyParts(
            f"The filters name more than {MOST_PARTS} combinations of a market, a neighborhood and a number of "
            "bedrooms. Ask for fewer of them at once."
        )
    by_year: dict[int, list[date]] = {}
    for day in days:
        by_year.setdefault(day.year, []).append(day)
    currencies = {place.pk: place.currency for place in places}
    rows = InsightYear.objects.filter(
        place__in=currencies, bedrooms__in=bedrooms, cluster__in=clusters, year__in=by_year
    ).values_list("place", "year", "days")
    figures: dict[date, list[float]] = {}
    for place, year, packed in rows if places else ():
        numbers = YearOfDays.unpack(packed)
        for day in by_year[year]:
            more = _converted(numbers.day(day_of_year(day)), currencies[place], currency, day, rates)
            own = figures.get(day)
            figures[day] = more if own is None else [a + b for a, b in zip(own, more, strict=True)]
    return figures


def _converted(rows: Iterable[float], source: str, target: str, day: date, rates: Rates) -> list[float]:
    converted = list(rows)
    if any(converted[figure] for figure in _MONEY):
        factor = rates.factor(source, target, day) / minor_units_per_unit(source)
        for figure in _MONEY:
            converted[figure] *= factor
    return converted


@dataclass(frozen=True, slots=True)
class _OwnNights:
    """Reservations of the user with the same dates: how many units, and their price in minor units of `currency`."""

    check_in: date
    check_out: date
    currency: str
    units: int
    total: int


def _own_nights(user: User, asked: Asked, own: Sequence[_OwnMarket], dates: Sequence[date]) -> list[_OwnNights]:
    """The stays of guests in the user's listings that the filters select, around the dates and a year before them."""
    listings = Listing.objects.filter(owner=user, deleted_at=None)
    if asked.markets or asked.cities:
        listings = listings.filter(_named(asked, "market__"))
    else:
        listings = listings.filter(_any(Q(**dict(zip(_OWN, _row(market), strict=True))) for market in own))
    if asked.bedrooms:
        listings = listings.filter(_any(map(_with_bedrooms, asked.bedrooms)))
    first, last = min(dates), max(dates)
    around = Q(check_in__lte=last, check_out__gt=first) | Q(
        check_in__lte=years_before(last, 1), check_out__gt=years_before(first, 1)
    )
    kinds = [Reservation.Status.BOOKED, Reservation.Status.HELD]
    stays = Reservation.objects.filter(around, listing__in=_in_clusters(listings, asked.clusters), status__in=kinds)
    rows = (
        stays.order_by("check_in", "check_out", "listing__currency")
        .values_list("check_in", "check_out", "listing__currency")
        .annotate(taken=Sum("units"), paid=Sum("total", filter=Q(currency=F("listing__currency"))))
    )
    return [_OwnNights(arrival, departure, (currency or "").upper(), units, total or 0)
            for arrival, departure, currency, units, total in rows if departure > arrival]  # fmt: skip


def _row(market: _OwnMarket) -> tuple[str, str, str]:
    return market.city, market.country, market.currency


def _with_bedrooms(bedrooms: int) -> Q:
    return Q(bedrooms__gte=MOST_BEDROOMS) if bedrooms == MOST_BEDROOMS else Q(bedrooms=bedrooms)


def _in_clusters(listings: QuerySet[Listing], clusters: Sequence[str]) -> QuerySet[Listing] | list[int]:
    if not clusters:
        return listings
    rows = listings.values_list("pk", "neighborhood")
    return [pk for pk, neighborhood in rows if cluster_of(neighborhood) in clusters]


def _own_totals(
    stays: Iterable[_OwnNights], days: Collection[date], currency: str, rates: Rates
) -> tuple[dict[date, int], dict[date, float]]:
    """The nights and the volume of each day, in whole units of `currency`."""
    ordered = sorted(days)
    nights: dict[date, int] = dict.fromkeys(ordered, 0)
    volumes: dict[date, float] = dict.fromkeys(ordered, 0.0)
    for stay in stays:
        rate = stay.total / (stay.check_out - stay.check_in).days / minor_units_per_unit(stay.currency)
        for day in ordered[bisect_left(ordered, stay.check_in) : bisect_left(ordered, stay.check_out)]:
            nights[day] += stay.units
            volumes[day] += rate * rates.factor(stay.currency, currency, day) if rate else 0.0
    return nights, volumes


def _years_ago(day: date) -> list[date]:
    return [years_before(day, years) for years in range(1, len(_YEARS_AGO) + 1)]


def _insight_day(
    user: User,
    day: date,
    figures: Mapping[date, list[float]],
    nights: Mapping[date, int],
    volumes: Mapping[date, float],
) -> InsightDay:
    here, last_week = figures.get(day, _NOTHING), figures.get(week_before(day), _NOTHING)
    years = [figures.get(before, _NOTHING) for before in _years_ago(day)]
    year_ago = years_before(day, 1)

    def count(figure: Figure) -> int:
        return round(here[figure])

    def money(figure: Figure) -> float:
        return round(here[figure], 2)

    ago: dict[str, Any] = {
        "week_ago_volume": round(last_week[Figure.VOLUME], 2),
        "week_ago_occupied_days_count": round(last_week[Figure.TAKEN]),
    }
    for words, before in zip(_YEARS_AGO, years, strict=True):
        ago[f"{words}_volume"] = round(before[Figure.VOLUME], 2)
        ago[f"{words}_billable_volume"] = round(before[Figure.BILLABLE], 2)
        ago[f"{words}_occupied_days_count"] = round(before[Figure.TAKEN])
        ago[f"median_lead_time_{words.replace('year_', 'one_year_')}"] = median_lead_time(before)
    return InsightDay(
        id=f"{user.pk}-{day}",
        date=day,
        availability=count(Figure.AVAILABLE),
        added_listing_count=count(Figure.ADDED),
        listing_count=count(Figure.LISTINGS),
        canceled_count_by_stay_date=count(Figure.CANCELLED_STAYS),
        canceled_count_by_booked_date=count(Figure.CANCELLED_MADE),
        canceled_count_by_canceled_date=count(Figure.CANCELLED),
        total_count_by_stay_date=count(Figure.STAYS),
        total_count_by_booked_date=count(Figure.MADE),
        checkin_date_count=count(Figure.CHECKINS),
        volume_by_checkin_date=money(Figure.CHECKIN_VOLUME),
        billable_volume_by_checkin_date=money(Figure.CHECKIN_BILLABLE),
        sum_lead_time=count(Figure.LEAD_DAYS),
        sum_stay_length=count(Figure.STAY_NIGHTS),
        median_lead_time=median_lead_time(here),
        median_stay_length=median_stay_length(here),
        booked_at_count=count(Figure.BOOKED),
        volume_by_booked_at=money(Figure.BOOKED_VOLUME),
        billable_volume_by_booked_at=money(Figure.BOOKED_BILLABLE),
        volume=money(Figure.VOLUME),
        billable_volume=money(Figure.BILLABLE),
        occupied_days_count=count(Figure.TAKEN),
        owner_nights=nights[day],
        year_ago_owner_nights=nights[year_ago],
        owner_volume=round(volumes[day], 2),
        year_ago_owner_volume=round(volumes[year_ago], 2),
        **ago,
    )
