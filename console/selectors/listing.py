"""Everything that the page of one listing shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, OuterRef, QuerySet, Subquery

import pricing
from console.booked_months import booked_months, first_night_of_last_year
from console.charts.booked_nights import BookedMonth
from console.charts.prices import PricedNight
from console.money import change, with_code
from console.push_outcome import PushOutcome, push_outcome
from console.rules_in_words import RuleGroup, rules_in_words
from jobs.keys import key_of
from jobs.kinds import PUSH_LISTING, REFRESH_LISTING, SYNC_ACCOUNT
from jobs.models import Job
from jsonapi.refusals import Refusal
from listings.calendar import READ_WITH, CalendarNight, calendar_range, price_calendar_nights
from listings.models import ChannelListing, Listing, Recommendation, Reservation
from listings.pricing_inputs import facts_of, market_of
from listings.services.rules import rules_of
from listings.stays import local_date, stays_of

NIGHTS = 365
MOST_RECOMMENDATIONS = 20
MOST_JOBS = 15


@dataclass(frozen=True, slots=True)
class WrittenRecommendation:
    """A recommendation, and the revenue that it is expected to bring, such as `EUR +120`; empty if not known."""

    row: Recommendation
    gain: str

    @classmethod
    def of(cls, row: Recommendation, currency: str | None) -> "WrittenRecommendation":
        if row.expected_gain is None:
            return cls(row, "")
        gain = change(row.expected_gain * pricing.minor_units_per_unit(currency), currency)
        return cls(row, with_code(gain, currency))


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One listing as of `today`, the date there.

    nights: empty if the listing has no prices, which `no_prices` explains. market: our prices of the same nights
    beside the market's level; `no_market` explains why the market has none. channels: those that have gone, too.
    """

    listing: Listing
    today: date
    nights: list[CalendarNight]
    no_prices: str | None
    market: list[PricedNight]
    no_market: str | None
    months: list[BookedMonth]
    rules: list[RuleGroup]
    recommendations: list[WrittenRecommendation]
    channels: Sequence[ChannelListing]
    jobs: list[Job]
    push: PushOutcome


def listing_page(listing_id: int, *, now: datetime) -> ListingPage | None:
    """The page of a listing, or None if there is none with this id. Makes seven queries."""
    first_stay = Reservation.objects.filter(listing=OuterRef("pk")).order_by("check_in")
    listings = Listing.objects.select_related("application", "owner", *READ_WITH)
    listing = (
        listings.annotate(first_check_in=Subquery(first_stay.values("check_in")[:1])).filter(pk=listing_id).first()
    )
    if listing is None:
        return None
    today = local_date(listing, now)
    nights, no_prices = _nights(listing, today, now)
    market, no_market = _beside_the_market(listing, nights, today)
    [stays] = stays_of([listing], ending_after=first_night_of_last_year(today), with_cancelled=True).values()
    still_shown_first = F("removed_at").asc(nulls_first=True)
    shown = ChannelListing.objects.filter(listing=listing).select_related("account").order_by(still_shown_first, "id")
    # The encrypted credentials of accounts are not read.
    pushed_at, account_error = F("posted_nights__pushed_at"), F("account__connection__error")
    channels = list(shown.annotate(pushed_at=pushed_at, account_error=account_error))
    jobs = list(_jobs(listing, channels))
    push_states = [job.state for job in jobs if job.kind == PUSH_LISTING]
    pushed = [channel.pushed_at for channel in channels if channel.pushed_at is not None]
    return ListingPage(
        listing=listing,
        today=today,
        nights=nights,
        no_prices=no_prices,
        market=market,
        no_market=no_market,
        months=booked_months(stays, today=today, units=listing.units, first_check_in=listing.first_check_in),
        rules=rules_in_words(rules_of(getattr(listing, "pricing_rules", None)), listing.currency),
        recommendations=[
            WrittenRecommendation.of(row, listing.currency)
            for row in listing.recommendations.order_by("-created_at", "-id")[:MOST_RECOMMENDATIONS]
        ],
        channels=channels,
        jobs=jobs,
        push=push_outcome(
            enabled=listing.enabled,
            job_state=push_states[0] if push_states else None,
            error=listing.push_error,
            pushed_at=max(pushed, default=None),
        ),
    )


def _nights(listing: Listing, today: date, now: datetime) -> tuple[list[CalendarNight], str | None]:
    """The same nights as `GET /listings/<id>/calendar/` gives, or the sentence with which it refuses."""
    try:
        first, last = calendar_range(listing, today, today + timedelta(days=NIGHTS - 1), now)
        days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
        return price_calendar_nights(listing, days, now), None
    except Refusal as refusal:
        return [], str(refusal)


def _beside_the_market(
    listing: Listing, nights: Sequence[CalendarNight], today: date
) -> tuple[list[PricedNight], str | None]:
    """The market's level of a night: what guests pay listings of this size for an average night, times the ratio of
    the rates that they pay on such a night.
    """
    units = pricing.minor_units_per_unit(listing.currency)
    market = market_of(listing, today)
    level = market.usual_level_of(facts_of(listing))
    priced = [
        PricedNight(
            night.date,
            night.price / units,
            None if level is None else level * market.rates.of(*market.kind_of(night.date.toordinal())),
        )
        for night in nights
    ]
    return priced, None if level is not None else _why_no_level(listing, market)


def _why_no_level(listing: Listing, market: pricing.MarketStatistics) -> str:
    if listing.market is None:
        return "The listing is in no market."
    if not market.usual_levels:
        return "No booking of the market tells its price, so the market has no price level yet."
    return f"The market's prices are in {market.currency}, those of the listing in {listing.currency}."


def _jobs(listing: Listing, channels: Sequence[ChannelListing]) -> QuerySet[Job]:
    """The newest syncs and pushes of the listing, and syncs of the accounts that show it."""
    keys = [key_of(PUSH_LISTING, listing.pk), key_of(REFRESH_LISTING, listing.pk)]
    keys += [key_of(SYNC_ACCOUNT, account) for account in {channel.account_id for channel in channels}]
    return Job.objects.filter(key__in=keys).order_by("-id")[:MOST_JOBS]
