"""The calendar that customizations would make, beside today's. Nothing is stored."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from jsonapi.refusals import InvalidValues, pointer_to
from listings.calendar import START, BadRange, CalendarNight, calendar_range, price_calendar_nights
from listings.models import Listing, PricingRules
from listings.services.prices import LISTING_COLUMNS, whole_units
from listings.services.rules import merge_rules, stored_rules

# Customizations whose attributes are columns of the listing; the others are columns of PricingRules.
ON_THE_LISTING = frozenset({"base_price", "extra_guest_fees"})


@dataclass(frozen=True, slots=True)
class PreviewedNight:
    """A night as it would be, and as it is. Prices are minor units of the listing's currency."""

    new: CalendarNight
    current: CalendarNight | None

    @property
    def price_difference(self) -> int | None:
        return None if self.current is None else self.new.price - self.current.price

    @property
    def is_changed(self) -> bool:
        return self.current is None or _rules(self.new) != _rules(self.current)


@dataclass(frozen=True, slots=True)
class Preview:
    """The nights from `start_date` to `end_date`, both included."""

    id: int
    start_date: date
    end_date: date
    currency: str | None
    nights: list[PreviewedNight]

    @property
    def changed_nights(self) -> int:
        return sum(night.is_changed for night in self.nights)


def preview(
    listing: Listing,
    customizations: Mapping[str, Mapping[str, Any]],
    *,
    start: date | None,
    end: date | None,
    now: datetime,
) -> Preview:
    """Price the listing's calendar as if these customizations were set, and as it is. Makes five queries.

    `listing` was selected with listings.calendar.READ_WITH. `customizations` has validated values by the name of the
    customization, as customizations.services.customize takes them. The range is that of `calendar_range`.

    Raises the errors of calendar_range, InvalidValues (400) if a minimum would exceed its maximum, and Unpriced (422)
    if the listing would have no base price.
    """
    try:
        first, last = calendar_range(listing, start, end, now)
    except BadRange as error:
        member = "start-date" if error.parameter == START else "end-date"
        raise BadRange(str(error), pointer=pointer_to(member)) from error
    nights = [first + timedelta(days=day) for day in range((last - first).days + 1)]
    new = price_calendar_nights(_as_if(listing, customizations), nights, now)
    current = price_calendar_nights(listing, nights, now) if listing.base_price else [None] * len(new)
    pairs = [PreviewedNight(*pair) for pair in zip(new, current, strict=True)]
    return Preview(listing.pk, first, last, listing.currency, pairs)


def _as_if(listing: Listing, customizations: Mapping[str, Mapping[str, Any]]) -> Listing:
    """A copy of the listing with these customizations, which must never be saved."""
    changed = copy(listing)
    changed._state = copy(listing._state)
    changed._state.fields_cache = dict(listing._state.fields_cache)
    rules = _copy_of(stored_rules(listing))
    for name, changes in customizations.items():
        if name not in ON_THE_LISTING:
            _merge(rules, name, changes)
        for column, value in changes.items():
            if column in LISTING_COLUMNS:
                setattr(changed, column, whole_units(value))
    changed._state.fields_cache["pricing_rules"] = rules
    return changed


def _merge(rules: PricingRules, name: str, changes: Mapping[str, Any]) -> None:
    try:
        merge_rules(rules, name, changes)
    except InvalidValues as error:
        # The attributes are one level deeper here than in a PATCH.
        inside = pointer_to(name.replace("_", "-"))
        problems = [(pointer.replace(pointer_to(), inside, 1), *rest) for pointer, *rest in error.problems]
        raise InvalidValues([(pointer, code, detail) for pointer, code, detail in problems]) from error


def _copy_of(rules: PricingRules) -> PricingRules:
    columns = ("min_max_prices", "min_stays", "max_stays", "time_based_adjustments", "checkin_checkout_days")
    return PricingRules(listing_id=rules.listing_id, **{name: dict(getattr(rules, name)) for name in columns})


def _rules(night: CalendarNight) -> tuple[Any, ...]:
    return (
        night.price,
        night.effective_min_price,
        night.effective_max_price,
        night.min_stay,
        night.max_stay,
        night.checkin_allowed,
        night.checkout_allowed,
    )
