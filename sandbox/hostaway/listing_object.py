"""A listing in Hostaway's form: reading and rendering it."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import available_timezones

from sandbox.hostaway.arguments import amount, flag, instant_text, text, whole
from sandbox.hostaway.dictionaries import AMENITY_IDS, CURRENCIES, PROPERTY_TYPES
from sandbox.hostaway.envelope import Fail
from sandbox.world.listings import Listing

Reader = Callable[[Mapping[str, Any], str], Any]
PHOTO_HOST = "https://photos.sandbox.example"
PROPERTY_TYPE_NAMES = {number: name for name, number in PROPERTY_TYPES.items()}
NO_DECIMALS = frozenset({"ISK", "JPY", "KRW"})
ROOM_TYPES = ("entire_home", "private_room", "shared_room")


def _positive(values: Mapping[str, Any], name: str) -> int | None:
    return whole(values, name, least=1, most=10_000)


def _hour(values: Mapping[str, Any], name: str) -> int | None:
    return whole(values, name, most=23)


def _coordinate(values: Mapping[str, Any], name: str) -> float | None:
    return amount(values, name, least=-180)


MEMBERS: dict[str, tuple[str, Reader]] = {
    "name": ("name", text),
    "internalListingName": ("internal_name", text),
    "description": ("description", text),
    "address": ("address", text),
    "street": ("street", text),
    "city": ("city", text),
    "state": ("state", text),
    "zipcode": ("zipcode", text),
    "country": ("country", text),
    "countryCode": ("country_code", text),
    "lat": ("latitude", _coordinate),
    "lng": ("longitude", _coordinate),
    "timeZoneName": ("timezone", text),
    "currencyCode": ("currency", text),
    "price": ("base_price", amount),
    "guestsIncluded": ("guests_included", _positive),
    "priceForExtraPerson": ("extra_person_price", amount),
    "personCapacity": ("capacity", _positive),
    "minNights": ("min_stay", _positive),
    "maxNights": ("max_stay", _positive),
    "cleaningFee": ("cleaning_fee", amount),
    "refundableDamageDeposit": ("deposit", amount),
    "weeklyDiscount": ("weekly_discount", amount),
    "monthlyDiscount": ("monthly_discount", amount),
    "propertyRentTax": ("tax_percent", amount),
    "roomType": ("room_type", text),
    "bedroomsNumber": ("bedrooms", whole),
    "bedsNumber": ("beds", whole),
    "bathroomsNumber": ("bathrooms", whole),
    "squareMeters": ("square_meters", whole),
    "checkInTimeStart": ("check_in_hour", _hour),
    "checkOutTime": ("check_out_hour", _hour),
    "instantBookable": ("instant_bookable", flag),
    "averageReviewRating": ("rating", amount),
}
"""Members that the world knows: maps their name to the member of `Listing` and to the function that reads it."""
LISTS = ("listingAmenities", "listingBedTypes", "listingImages", "customFieldValues")
"""Lists that are empty unless a client asks for included resources."""
# fmt: off
KEPT = (
    "publicAddress", "houseRules", "keyPickup", "specialInstruction", "doorSecurityCode", "maxChildrenAllowed",
    "maxInfantsAllowed", "maxPetsAllowed", "cancellationPolicy", "cancellationPolicyId", "airbnbCancellationPolicyId",
    "bookingCancellationPolicyId", "marriottCancellationPolicyId", "vrboCancellationPolicyId", "guestBathroomsNumber",
    "bathroomType", "starRating", "checkInTimeEnd", "instantBookableLeadTime", "allowSameDayBooking",
    "sameDayBookingLeadTime", "airbnbBookingLeadTime", "airbnbBookingLeadTimeAllowRequestToBook",
    "guestPerPersonPerNightTax", "guestStayTax", "guestNightlyTax", "airbnbOfficialListingMarkup",
    "bookingEngineMarkup", "homeawayApiMarkup", "marriottListingMarkup", "partnersListingMarkup", "airbnbListingUrl",
    "vrboListingUrl", "googleVrListingUrl", "contactName", "contactSurName", "contactPhone1", "contactPhone2",
    "contactLanguage", "contactEmail", "contactAddress", "language", "wifiUsername", "wifiPassword",
    "cleannessStatus", "cleaningInstruction", "cleannessStatusUpdatedOn", "homeawayPropertyName",
    "homeawayPropertyHeadline", "homeawayPropertyDescription", "bookingcomPropertyName",
    "bookingcomPropertyDescription", "bookingcomPropertyRegisteredInVcs", "bookingcomPropertyHasVat",
    "bookingcomPropertyDeclaresRevenue", "invoicingContactName", "invoicingContactSurName",
    "invoicingContactPhone1", "invoicingContactPhone2", "invoicingContactEmail", "invoicingContactAddress",
    "invoicingContactCity", "invoicingContactZipcode", "invoicingContactCountry", "propertyLicenseNumber",
    "propertyLicenseType", "propertyLicenseIssueDate", "propertyLicenseExpirationDate", "isRentalAgreementActive",
    "listingAgreementText", "airbnbName", "airbnbSummary", "airbnbSpace", "airbnbAccess", "airbnbInteraction",
    "airbnbNeighborhoodOverview", "airbnbTransit", "airbnbNotes", "insuranceEligibilityStatus",
)
"""Members that are kept as a client sends them, and null until then."""
# fmt: on


def read_listing(body: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The changes in a body: members of the world's listing, and members that only Hostaway knows. Raises Fail 400."""
    if body.get("externalListingName") is not None:
        body = {"name": body["externalListingName"], **body}
    members = {member: value for name, (member, read) in MEMBERS.items() if (value := read(body, name)) is not None}
    if (type_id := whole(body, "propertyTypeId")) is not None:
        if type_id not in PROPERTY_TYPE_NAMES:
            raise Fail(400, f"propertyTypeId {type_id} is not a property type.")
        members["property_type"] = PROPERTY_TYPE_NAMES[type_id]
    if "currency" in members:
        if members["currency"] not in CURRENCIES:
            raise Fail(400, f"currencyCode {members['currency']} is not a currency.")
        members["decimals"] = 0 if members["currency"] in NO_DECIMALS else 2
    if members.get("room_type", ROOM_TYPES[0]) not in ROOM_TYPES:
        raise Fail(400, f"roomType must be one of {', '.join(ROOM_TYPES)}.")
    if "timezone" in members and members["timezone"] not in available_timezones():
        raise Fail(400, f"timeZoneName {members['timezone']} is not a time zone.")
    kept = {name: body[name] for name in KEPT if name in body}
    for name in LISTS:
        if body.get(name) is not None:
            kept[name] = _records(name, body[name])
    return members, kept


def _records(name: str, items: Any) -> list[dict[str, Any]]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Fail(400, f"{name} must be a list of objects.")
    return items


def listing_object(
    listing: Listing, kept: Mapping[str, Any], *, contact: str, email: str, changed_at: int, now: int, resources: bool
) -> dict[str, Any]:
    """`resources` says whether the supplementary lists are filled. Instants are in unix seconds."""
    rendered = {
        "id": listing.id,
        **{name: getattr(listing, member) for name, (member, _) in MEMBERS.items()},
        "instantBookable": int(listing.instant_bookable),
        "externalListingName": listing.name,
        "propertyTypeId": PROPERTY_TYPES[listing.property_type],
        "specialStatus": "archived" if is_archived(listing, now) else None,
        "latestActivityOn": instant_text(changed_at),
        "insertedOn": instant_text(listing.created_at),
        **dict.fromkeys(KEPT),
        "publicAddress": f"{listing.area}, {listing.city}" if listing.area else listing.city,
        "cancellationPolicy": "moderate",
        "contactName": contact,
        "contactEmail": email,
        "contactLanguage": "en",
        "checkInTimeEnd": 22,
        "isRentalAgreementActive": 0,
        "bookingEngineUrls": [],
        **kept,
    }
    lists = supplementary_lists(listing, kept) if resources else {}
    return rendered | {name: lists.get(name, []) for name in LISTS}


def unit_id(listing_id: int, unit: int) -> int:
    """Id of a unit of a multi-unit listing. `unit` is its index from 0."""
    return listing_id * 100 + unit + 1


def is_archived(listing: Listing, now: int) -> bool:
    return listing.archived_at is not None and listing.archived_at <= now


def supplementary_lists(listing: Listing, kept: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The lists with an id in each item: those that a client wrote, or else the generated ones."""
    made: dict[str, list[dict[str, Any]]] = {
        "listingAmenities": [{"amenityId": AMENITY_IDS[name]} for name in listing.amenities],
        "listingBedTypes": [{"bedTypeId": 2, "quantity": listing.beds}] if listing.beds else [],
        "listingImages": [_photo(listing, number) for number in range(1, listing.photos + 1)],
    }
    lists = {name: kept.get(name, made.get(name, [])) for name in LISTS}
    return {
        name: [{"id": listing.id * 100 + number, **item} for number, item in enumerate(items, 1)]
        for name, items in lists.items()
    }


def _photo(listing: Listing, number: int) -> dict[str, Any]:
    return {
        "url": f"{PHOTO_HOST}/{listing.id}/{number}.jpg",
        "caption": f"{listing.name} ({number})",
        "vrboCaption": None,
        "airbnbCaption": None,
        "bookingEngineCaption": None,
        "sortOrder": number,
    }
