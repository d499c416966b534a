"""Listings as Spotahome shows them, and the one operation that rewrites a listing (S1-S3)."""

from collections.abc import Sequence
from typing import Any

from sandbox.feed import as_told
from sandbox.spotahome.ads import Ad, instant
from sandbox.spotahome.bodies import Member, object_of, one_of, optional, text, unsigned
from sandbox.spotahome.landlords import LANDLORDS, ad_type
from sandbox.spotahome.occupancies import (
    OCCUPATIONS,
    Occupancy,
    occupancies,
    occupancies_by_listing,
    replace_occupancies,
)
from sandbox.spotahome.operations import Call, Operation
from sandbox.spotahome.prices import MONTHS, monthly_price, price, record_of, write_price

NO_MAXIMUM = 365
"""The world's longest stay: as good as no maximum, which a listing shows as `maxStay` 0."""
BOOKABLE_AHEAD_DAYS = 365
PHOTOS = "https://photos.spotahome.example"


def listings(call: Call) -> list[dict[str, Any]]:
    """S1: all of the caller's, in one array."""
    ads = call.ads
    assert ads.landlord is not None  # noqa: S101
    taken = occupancies_by_listing(ads, ads.landlord.portfolio)
    return as_told(call.request, [_shown(call, ad, taken.get(ad.id, [])) for ad in ads.all()])


def listing(call: Call) -> dict[str, Any]:
    """S2."""
    ad = call.ads.ad(call.id)
    return _shown(call, ad, occupancies(call.ads, ad))


def put_listing(call: Call) -> dict[str, Any]:
    """S3: `price` wins over `monthlyPrice`; the occupancies become those of the body."""
    ads, ad, body = call.ads, call.ads.ad(call.id), call.body
    ad = ads.keep(ad, "AdDetailsWereUpdated", {"landlordReference": body["landlordReference"]})
    if changes := _price_of(body, record_of(ad)["type"]):
        ad = write_price(ads, ad, changes)
    replace_occupancies(ads, ad, body["occupations"])
    return listing(call)


def _price_of(body: dict[str, Any], type_now: str) -> dict[str, Any]:
    """What to change of the record: `type` and the container it names."""
    if "price" in body:
        return {"type": "fixed", "fixedPrice": body["price"]}
    monthly = body.get("monthlyPrice", {})
    container = "fixedPrice" if monthly.get("type", type_now) == "fixed" else "pricesByMonth"
    if container not in monthly:
        return {}
    figures = monthly[container]
    if container == "fixedPrice":
        return {"type": "fixed", "fixedPrice": figures}
    return {"type": "byMonth", "pricesByMonth": [figures[month] for month in MONTHS]}


def _shown(call: Call, ad: Ad, taken: Sequence[Occupancy]) -> dict[str, Any]:
    ads, listing, kept, record = call.ads, ad.listing, ad.kept, record_of(ad)
    is_booked = any(one.start <= ads.today < one.end for one in taken)
    return {
        "id": str(listing.id),
        "title": listing.name,
        "address": listing.address,
        "landlordReference": kept.get("landlordReference", listing.internal_name),
        "type": ad_type(listing),
        "price": price(record, listing.currency),
        "monthlyPrice": monthly_price(record),
        "currencyIsoCode": listing.currency,
        "isRentable": ad.is_published,
        "isBooked": is_booked,
        "isBookedWithoutMinStay": is_booked,
        "isPublished": ad.is_published,
        "mainPicture": f"{PHOTOS}/smw_288/{listing.id}-1.jpg",
        "occupancies": as_told(call.request, [one.shown() for one in taken]),
        "rooms": [],
        "location": _location(ad),
        "minStay": kept.get("minStay", listing.min_stay) or 0,
        "maxStay": max_stay(ad) or 0,
        "plan": None if listing.number % 4 else "standard",
        "exclusivityDealType": kept.get("exclusivityDealType", "basic"),
        "landlordId": LANDLORDS[listing.portfolio].id,
        "landlordCommission": kept.get("landlordCommission", {"type": None, "value": None}),
        "refreshAvailabilitiesDate": kept.get("refreshAvailabilitiesDate", _last_change(ad, taken)),
        "lastUnpublishedDate": None if listing.archived_at is None else instant(listing.archived_at),
        "stayRules": {"bookingTooEarlyDays": BOOKABLE_AHEAD_DAYS},
        "postalCode": listing.zipcode,
    }


def _location(ad: Ad) -> dict[str, str | None]:
    listing = ad.listing
    return {
        "street": listing.street,
        "streetDoorNumber": str(1 + listing.number % 180),
        "floor": str(listing.number % 6),
        "door": None,
        "letter": "ABC"[listing.number % 3],
        "postCode": listing.zipcode,
        "city": listing.city.lower().replace(" ", "-"),
    }


def max_stay(ad: Ad) -> int | None:
    """Days; None without a maximum."""
    generated = None if ad.listing.max_stay >= NO_MAXIMUM else ad.listing.max_stay
    chosen: int | None = ad.kept.get("maxStay", generated)
    return chosen or None


def _last_change(ad: Ad, taken: Sequence[Occupancy]) -> str:
    """Whatever changes a listing's occupancies shows that somebody looks after it."""
    return instant(max([one.stay.changed_at for one in taken if one.stay], default=ad.listing.created_at))


MONTHLY = object_of(
    {
        "type": optional(one_of("fixed", "byMonth")),
        "fixedPrice": optional(unsigned),
        "pricesByMonth": optional(object_of({month: Member(unsigned) for month in MONTHS})),
    }
)
LISTING = object_of(
    {
        "landlordReference": Member(text),
        "occupations": Member(OCCUPATIONS),
        "price": optional(unsigned),
        "monthlyPrice": optional(MONTHLY),
    }
)
ONE = "/listings/{listing_id:id}"
OPERATIONS = (
    Operation("S1", "GET", "/listings", listings, 200, frozenset({401, 404, 500})),
    Operation("S2", "GET", ONE, listing, 200, frozenset({401, 404})),
    Operation("S3", "PUT", ONE, put_listing, 200, frozenset({401, 404, 500}), LISTING),
)
