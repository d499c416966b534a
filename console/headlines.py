"""The few numbers at the top of a listing's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from console.calendar_months import booked_word, differs
from console.charts.prices import PricedNight
from console.money import whole_amount
from listings.availability import BOOKED, UNKNOWN
from listings.calendar import CalendarNight

SOON = 30  # nights


@dataclass(frozen=True, slots=True)
class Headline:
    name: str
    value: str
    detail: str


def headlines(
    nights: Sequence[CalendarNight], market: Sequence[PricedNight], currency: str | None, *, units: int = 1
) -> list[Headline]:
    """Price, bookings and posted prices. Empty for a listing without prices. `units` is its number of rooms."""
    if not nights:
        return []
    return [_price(market[:SOON], currency), _booked(nights[:SOON], units), _posted(nights)]


def _price(market: Sequence[PricedNight], currency: str | None) -> Headline:
    ours = fmean(night.ours for night in market)
    levels = [night.market for night in market if night.market is not None]
    detail = "no level of the market is known"
    if levels and (level := fmean(levels)):
        detail = f"{against_market(ours, level)} of {whole_amount(round(level), currency)}"
    return Headline(f"Average price, next {SOON} nights", whole_amount(round(ours), currency), detail)


def against_market(ours: float, level: float) -> str:
    """`4% above the market's level`, for example."""
    percent = round((ours / level - 1) * 100)
    if not percent:
        return "at the market's level"
    return f"{abs(percent)}% {'above' if percent > 0 else 'below'} the market's level"


def _booked(nights: Sequence[CalendarNight], units: int) -> Headline:
    booked = sum(night.availability == BOOKED for night in nights)
    unknown = sum(night.availability == UNKNOWN for night in nights)
    detail = f"{unknown} are not known" if unknown else f"{booked / len(nights):.0%} of the nights"
    return Headline(f"{booked_word(units).capitalize()}, next {SOON} nights", f"{booked} of {len(nights)}", detail)


def _posted(nights: Sequence[CalendarNight]) -> Headline:
    posted = [night for night in nights if night.price_posted is not None]
    different = sum(differs(night) for night in posted)
    if not posted:
        return Headline("Prices at the channel", "None", "no price is confirmed")
    detail = f"of {len(nights)} nights are as here"
    if different:
        detail += f"; {different} differ"
    return Headline("Prices at the channel", f"{len(posted) - different:,}", detail)
