"""Puts the model of docs/pricing.md together: the price and the stay rules of every night."""

from collections.abc import Collection, Iterable
from datetime import date

from pricing import adjustments, factors, stay_rules
from pricing.base_price import automatic_base_price
from pricing.bookings import Bookings
from pricing.horizon import Horizon
from pricing.limits import price_limits
from pricing.listing import BookedStay, ListingFacts
from pricing.market import MarketStatistics
from pricing.money import minor_units_per_unit, round_to_unit
from pricing.night import Base, Night, new_night
from pricing.prospects import prospects
from pricing.rules import Rules


class NoBasePrice(ValueError):
    """The listing has no base price, and neither its own bookings nor its market give one."""


def price_calendar(
    listing: ListingFacts,
    market: MarketStatistics,
    reservations: Collection[BookedStay],
    rules: Rules,
    today: date,
    dates: Iterable[date],
    *,
    blocked: Collection[date] = (),
) -> list[Night]:
    """Price the dates: one Night per distinct date, in ascending order. Prices are minor units of the currency.

    reservations: the listing's own stays. A listing with a base price needs only the stays that are less than
        LONGEST_GAP + 1 nights away from the dates; a listing without one needs all stays of HISTORY_NIGHTS.
    today: the current date at the listing.
    blocked: nights that the host has closed.

    The price of a night does not depend on the other dates, nor on the order of reservations and rules.

    Raises NoBasePrice when no base price is known, and ValueError when the first and the last date are more than
    LONGEST_SPAN days apart.
    """
    horizon = Horizon.of(dates, today)
    if not horizon.dates:
        return []
    base_price = float(listing.base_price or automatic_base_price(listing, reservations, market, blocked=blocked) or 0)
    if not base_price:
        raise NoBasePrice("The listing has no base price and none can be computed.")

    bookings = Bookings.around(horizon, listing, reservations, blocked)
    min_stays = stay_rules.min_stays(rules.min_stays, listing, horizon, bookings)
    max_stays = stay_rules.max_stays(rules.max_stays, listing, horizon, min_stays)
    checkins, checkouts = stay_rules.checkin_checkout(rules.checkin_checkout_days, horizon)
    minimums, maximums = price_limits(rules.min_max_prices, horizon, min_stays)
    paces = market.paces(horizon.ordinals)
    ahead = prospects(market, horizon, max(listing.units, 1))
    steps = zip(
        factors.season(market, horizon),
        factors.day_of_week(market, horizon),
        factors.event(market, horizon),
        factors.demand(paces),
        adjustments.unless_the_user_decides(rules.time_based_adjustments, horizon, factors.lead_time(ahead)),
        factors.scarce_units(ahead, bookings.units_left(horizon)),
        factors.gaps(ahead, bookings.gaps(horizon, from_today=False)),
        adjustments.time_based_adjustment(rules.time_based_adjustments, ahead, horizon),
        strict=True,
    )
    minor_units = minor_units_per_unit(listing.currency)
    base = Base(base_price, minor_units)
    nights = []
    for night, night_steps, minimum, maximum, min_stay, max_stay, checkin, checkout in zip(
        horizon.dates, steps, minimums, maximums, min_stays, max_stays, checkins, checkouts, strict=True
    ):
        exact = base_price
        for step in night_steps:
            if step is not None:
                exact *= step[1]
        whole = round_to_unit(exact)
        if whole < minimum:
            whole = minimum
        elif maximum is not None and whole > maximum:
            whole = maximum
        price, lowest = whole * minor_units, minimum * minor_units
        highest = None if maximum is None else maximum * minor_units
        nights.append(
            new_night((night, price, lowest, highest, min_stay, max_stay, checkin, checkout, base, night_steps))
        )
    return nights
