"""Listings in Spotahome's form, and the operation that rewrites a listing (S1-S3)."""

from collections.abc import Sequence
from typing import Any

from sandbox.feed import with_feed_faults
from sandbox.spotahome.ads import Ad, instant
from sandbox.spotahome.bodies import Member, object_of, one_of, optional, text, unsigned
from sandbox.spotahome.landlords import LANDLORDS, ad_type
from sandbox.spotahome.occupancies import Occupancy, occupancies, occupancies_by_listing, replace_occupancies
from sandbox.spotahome.occupancy_changes import OCCUPATIONS
from sandbox.spotahome.operations import Call, Operation
from sandbox.spotahome.paths import LISTING
from sandbox.spotahome.price_records import MONTHS, monthly_price, price, record_of
from sandbox.spotahome.prices import write_price

NO_MAXIMUM = 365
"""The world's longest stay. It counts as no maximum, which a listing shows as `maxStay` 0."""
BOOKABLE_AHEAD_DAYS = 365
PHOTO_HOST = "https://photos.spotahome.example"


def listings(call: Call) -> list[dict[str, Any]]:
    """S1: all listings of the caller, in one array."""
    ads = call.ads
    assert ads.landlord is not None  # noqa: S101
    taken = occupancies_by_listing(ads, ads.landlord.portfolio)
    return with_feed_faults(call.request, [_shown(call, ad, taken.get(ad.id, [])) for ad in ads.all()])


def listing(call: Call) -> dict[str, Any]:
    """S2."""
    ad = call.ads.ad(call.id)
    return _shown(call, ad, occupancies(call.ads, ad))


def put_listing(call: Call) -> dict[str, Any]:
    """S3: `price` takes precedence over `monthlyPrice`, and the body's occupancies replace the present ones."""
    ads, ad, body = call.ads, call.ads.ad(call.id), call.body
    ad = ads.keep(ad, "AdDetailsWereUpdated", {"landlordReference": body["landlordReference"]})
    if changes := _price_of(body, record_of(ad)["type"]):
        ad = write_price(ads, ad, changes)
    replace_occupancies(ads, ad, body["occupations"])
    return listing(call)


def _price_of(body: dict[str, Any], type_now: str) -> dict[str, Any]:
    """The changes to the price record: `type` and the member that holds the figures of this type."""
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
        "mainPicture": f"{PHOTO_HOST}/smw_288/{listing.id}-1.jpg",
        "occupancies": with_feed_faults(call.request, [one.shown() for one in taken]),
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
    """In days; None without a maximum."""
    generated = None if ad.listing.max_stay >= NO_MAXIMUM else ad.listing.max_stay
    chosen: int | None = ad.kept.get("maxStay", generated)
    return chosen or None


def _last_change(ad: Ad, taken: Sequence[Occupancy]) -> str:
    """The latest change of an occupancy, which counts as a confirmation of the availabilities."""
    return instant(max([one.stay.changed_at for one in taken if one.stay], default=ad.listing.created_at))


MONTHLY_PRICE = object_of(
    {
        "type": optional(one_of("fixed", "byMonth")),
        "fixedPrice": optional(unsigned),
        "pricesByMonth": optional(object_of({month: Member(unsigned) for month in MONTHS})),
    }
)
LISTING_BODY = object_of(
    {
        "landlordReference": Member(text),
        "occupations": Member(OCCUPATIONS),
        "price": optional(unsigned),
        "monthlyPrice": optional(MONTHLY_PRICE),
    }
)
OPERATIONS = (
    Operation("S1", "GET", "/listings", listings, 200, frozenset({401, 404, 500})),
    Operation("S2", "GET", LISTING, listing, 200, frozenset({401, 404})),
    Operation("S3", "PUT", LISTING, put_listing, 200, frozenset({401, 404, 500}), LISTING_BODY),
)
