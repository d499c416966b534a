"""Filters and orders of the list of listings."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.hostaway.account import Account
from sandbox.hostaway.arguments import day, flag, text, whole
from sandbox.hostaway.dictionaries import PROPERTY_TYPES
from sandbox.hostaway.envelope import Fail
from sandbox.world.days import day_of
from sandbox.world.listings import Listing

LONGEST_SEARCH = 366
"""In nights."""
SORTS: dict[str, Callable[[Listing, int], tuple[Any, int]]] = {
    "name": lambda listing, changed_at: (listing.name, listing.id),
    "order": lambda listing, changed_at: (listing.id, 0),
    "contactName": lambda listing, changed_at: (listing.portfolio, listing.id),
    "latestActivity": lambda listing, changed_at: (changed_at, listing.id),
}
"""Sort keys. A manager has one contact, so sorting by contact is sorting by id."""


def search(account: Account, query: Mapping[str, str], changed_at: Callable[[Listing], int]) -> list[Listing]:
    """The account's listings that the query asks for, in its order. Raises Fail 400.

    `changed_at` returns the instant of a listing's latest activity.
    """
    listings = account.sandbox.world.listings(account.id, at=account.now)
    contact = account.portfolio.contact
    found = [listing for listing in listings if _matches(listing, changed_at(listing), contact, query)]
    found = _available(account, found, query)
    key, reverse = _sort(text(query, "sortOrder"))
    return sorted(found, key=lambda listing: key(listing, changed_at(listing)), reverse=reverse)


def _matches(listing: Listing, changed_at: int, contact: str, query: Mapping[str, str]) -> bool:
    since, until = day(query, "latestActivityStart"), day(query, "latestActivityEnd")
    changed_day = day_of(changed_at)
    property_type = whole(query, "propertyTypeId")
    user = whole(query, "userId")
    on_website = flag(query, "isBookingEngineActive")
    return (
        _contains(listing.name, query.get("match"))
        and _contains(listing.city, query.get("city"))
        and _contains(listing.country, query.get("country"))
        and _contains(contact, query.get("contactName"))
        and (property_type is None or PROPERTY_TYPES[listing.property_type] == property_type)
        and (user is None or user == listing.portfolio)
        and on_website is not False
        and (since is None or changed_day >= since)
        and (until is None or changed_day <= until)
    )


def _contains(present: str, wanted: str | None) -> bool:
    return not wanted or wanted.casefold() in present.casefold()


def _available(account: Account, listings: list[Listing], query: Mapping[str, str]) -> list[Listing]:
    """The listings that are free for the guests and nights in the query. Raises Fail 400."""
    guests = whole(query, "availabilityGuestNumber", least=1)
    if guests is not None:
        listings = [listing for listing in listings if listing.capacity >= guests]
    arrival, departure = day(query, "availabilityDateStart"), day(query, "availabilityDateEnd")
    if arrival is None or departure is None:
        return listings
    if not 1 <= departure - arrival <= LONGEST_SEARCH:
        raise Fail(400, f"availabilityDateEnd must be 1 to {LONGEST_SEARCH} days after availabilityDateStart.")
    world = account.sandbox.world
    return [
        listing
        for listing in listings
        if world.free_unit(listing, arrival, departure, at=account.now) is not None
        and all(
            terms.blocked_units < listing.units
            for terms in world.terms(listing, arrival, departure - 1, at=account.now)
        )
    ]


def _sort(name: str | None) -> tuple[Callable[[Listing, int], tuple[Any, int]], bool]:
    """The sort key, and whether the order is reversed. Raises Fail 400."""
    plain = (name or "order").removesuffix("Reversed").removesuffix("Desc")
    if plain not in SORTS:
        raise Fail(400, f"sortOrder {name} is not known.")
    return SORTS[plain], plain != (name or "order")
