"""The inputs of the pricing engine for a listing, read from its rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import pricing
from listings.availability import ListingAvailability
from listings.models import Listing, Market
from listings.selectors import on_channels
from listings.services.rules import rules_of
from listings.stays import local_date, stays_of
from pricing.bookings import LONGEST_GAP
from pricing.market import HISTORY_NIGHTS

# The price of a night depends on reservations up to this far away.
REACH = timedelta(days=LONGEST_GAP + 1)
# The automatic base price uses reservations of this long in the past.
HISTORY = timedelta(days=HISTORY_NIGHTS)


# The member of Market.statistics beside those of pricing.MarketStatistics: pricing.rent_level.
RENT_LEVEL = "rent_level"


class HostStays(NamedTuple):
    """What the host set at the channel: stay rules in nights (None means no rule), and the price of a night.

    own_price: ChannelListing.own_price, in minor units.
    """

    min_stay: int | None = None
    max_stay: int | None = None
    own_price: int | None = None


NO_HOST_STAYS = HostStays()


@dataclass(frozen=True, slots=True)
class PricingInputs:
    """Everything that decides the prices of a listing in a range of nights, as of `today`."""

    facts: pricing.ListingFacts
    market: pricing.MarketStatistics
    stays: list[pricing.BookedStay]
    rules: pricing.Rules
    availability: ListingAvailability
    today: date

    def price(self, nights: Iterable[date]) -> list[pricing.Night]:
        """Price the nights; return them in ascending order. Raises pricing.NoBasePrice."""
        return pricing.price_calendar(
            self.facts,
            self.market,
            self.stays,
            self.rules,
            self.today,
            nights,
            blocked=self.availability.closed,
        )


# The relations that read_inputs needs. Selecting them with the listing avoids further queries.
WITH_INPUTS = ("market", "pricing_rules", "channel_calendar")


def read_inputs(
    listing: Listing,
    first: date,
    last: date,
    now: datetime,
    *,
    host_stays: HostStays | None = None,
    with_history: bool = False,
) -> PricingInputs:
    """Read the inputs for the nights from `first` to `last`, both included.

    `with_history` also reads the past reservations that the automatic base price needs. `host_stays` are the stay
    rules of the listing's first ChannelListing. Makes one query if `listing` was selected with WITH_INPUTS and
    `host_stays` is given.
    """
    today = local_date(listing, now)
    [stays] = stays_of([listing], ending_after=_since(listing, first, today, with_history=with_history)).values()
    if host_stays is None:
        host_stays = HostStays(*on_channels(listing).values_list(*HostStays._fields).first() or ())
    return inputs_of(listing, first, last, today, stays, host_stays, with_history=with_history)


def inputs_of(
    listing: Listing,
    first: date,
    last: date,
    today: date,
    stays: list[pricing.BookedStay],
    host_stays: HostStays,
    *,
    with_history: bool = False,
) -> PricingInputs:
    """The inputs for the nights from `first` to `last`, for callers that have read the rows. Makes no query.

    `listing` was selected with WITH_INPUTS. `stays` are those that end after `first` - REACH, or after `today` -
    HISTORY if that is earlier and the listing has no base price, or `with_history`.
    """
    return PricingInputs(
        facts=facts_of(listing, host_stays),
        market=market_of(listing, today),
        stays=stays,
        rules=rules_of(getattr(listing, "pricing_rules", None)),
        availability=ListingAvailability(
            first=_since(listing, first, today, with_history=with_history),
            last=last + REACH,
            units=listing.units,
            stays=stays,
            calendar=getattr(listing, "channel_calendar", None),
            known=listing.occupancy_unknown_since is None,
        ),
        today=today,
    )


def _since(listing: Listing, first: date, today: date, *, with_history: bool) -> date:
    """The first night whose bookings and closed nights count."""
    if with_history or not listing.base_price:
        return min(first - REACH, today - HISTORY)
    return first - REACH


def past_closed(listing: Listing, stays: list[pricing.BookedStay], today: date) -> set[date]:
    """The nights of HISTORY that were closed when they passed. `listing` was read with its channel_calendar."""
    return ListingAvailability(
        first=today - HISTORY,
        last=today - timedelta(days=1),
        units=listing.units,
        stays=stays,
        calendar=getattr(listing, "channel_calendar", None),
    ).closed


def facts_of(listing: Listing, host_stays: HostStays = NO_HOST_STAYS) -> pricing.ListingFacts:
    return pricing.ListingFacts(
        currency=listing.currency,
        bedrooms=listing.bedrooms,
        person_capacity=listing.person_capacity,
        units=listing.units,
        base_price=listing.base_price or None,
        channel_min_stay=host_stays.min_stay,
        channel_max_stay=host_stays.max_stay,
        occupancy_known=listing.occupancy_unknown_since is None,
        by_the_month=bool(listing.by_the_month),
        channel_price=own / pricing.minor_units_per_unit(listing.currency) if (own := host_stays.own_price) else None,
    )


def market_of(listing: Listing, today: date) -> pricing.MarketStatistics:
    """The statistics of the listing's market, or empty statistics if it has none. Rooms by the month see its rents."""
    market: Market | None = listing.market
    if market is None or not market.statistics:
        statistics = pricing.MarketStatistics(as_of=today, country=listing.country, city=listing.city)
    else:
        statistics = pricing.MarketStatistics.from_dict(market.statistics)
    if listing.by_the_month:
        return pricing.among_rents(statistics, market.statistics.get(RENT_LEVEL) if market else None)
    return statistics
