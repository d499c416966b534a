"""Operations that change photos (S28, S30-S36). Changes that are documented as asynchronous (202) are made at once."""

from sandbox.ids import NUMBER
from sandbox.spotahome.ads import Ad, Ads
from sandbox.spotahome.bodies import Member, flag, list_of, object_of, one_of, optional, text
from sandbox.spotahome.operations import Call, Operation
from sandbox.spotahome.paths import LEGACY, PROPERTIES
from sandbox.spotahome.photos import (
    MAY_BE_MISSING,
    NEVER_MISSING,
    PROPERTY_DIGITS,
    Photo,
    keep_photos,
    photo_id,
    photos_of,
)
from sandbox.spotahome.problems import Problem
from sandbox.spotahome.taxonomies import CATEGORIES, TAXONOMIES


def replace_by_url(call: Call) -> None:
    """S28: all earlier photos are removed."""
    units = call.ads.property(call.id)
    ids = {str(unit.id) for unit in units}
    if any(photo["listingId"] not in ids for photo in call.body["photos"]):
        raise Problem(403)
    photos = [
        {
            "id": photo_id(units[0].id, photo["url"]),
            "category": "nonVerified",
            "caption": photo["caption"],
            "taxonomy": photo["taxonomy"].lower(),
            "principal": photo.get("isPrincipal", False),
            "checkedBy": False,
            "unitId": photo["listingId"],
        }
        for photo in call.body["photos"]
    ]
    keep_photos(call.ads, units, photos)


def replace_by_id(call: Call) -> None:
    """S30: photos that are already there keep their unit."""
    units = call.ads.property(call.id)
    unit_of = {photo["id"]: photo["unitId"] for photo in photos_of(call.ads, units)}
    photos = [
        {
            **photo,
            "caption": photo["caption"] or "",
            "category": group["category"],
            "unitId": unit_of.get(photo["id"], str(units[0].id)),
        }
        for group in call.body
        for photo in group["photos"]
    ]
    keep_photos(call.ads, units, photos)


def copy_photos(call: Call) -> None:
    """S31: either all destinations are changed or none."""
    original, *destinations = original_and_destinations(call)
    for units in destinations:
        photos = [photo | {"unitId": str(units[0].id)} for photo in photos_of(call.ads, original)]
        keep_photos(call.ads, units, photos)


def original_and_destinations(call: Call) -> list[list[Ad]]:
    """The units of the original and of each destination. Raises Problem 404 if one does not exist."""
    wanted = [call.body["originalPropertyId"], *call.body["destinationPropertyIds"]]
    found = [call.ads.property_if_any(property_id) for property_id in wanted]
    if not all(found):
        raise Problem(404)
    return found


def put_unit_photos(call: Call) -> None:
    """S32: chooses the property's photos that show the unit. The others show the property."""
    units = call.ads.property(call.path["property_id"])
    unit = call.path["unit_id"]
    photos = photos_of(call.ads, units)
    if unit not in [ad.id for ad in units] or not set(call.body["photos"]) <= {photo["id"] for photo in photos}:
        raise Problem(404)

    def shows(photo: Photo) -> str:
        if photo["id"] in call.body["photos"]:
            return str(unit)
        return str(units[0].id) if photo["unitId"] == str(unit) else photo["unitId"]

    keep_photos(call.ads, units, [photo | {"unitId": shows(photo)} for photo in photos])


def send_photos(call: Call) -> None:
    """S33: the sandbox sends nothing."""
    if not call.ads.property_if_any(call.id):
        raise Problem(404)


def add_photo(call: Call) -> None:
    """S34: the photo, which is one of the listing's property, shows the listing from now on."""
    ad = _listing(call)
    _assign(call.ads, ad, _photo_of_property(call.ads, ad, call.body["photoId"]))


def add_photos(call: Call) -> None:
    """S35: either all photos are assigned or none. A photo of another property is a conflict."""
    pairs = [(_ad(call, pair["listingId"]), pair["photoId"]) for pair in call.body["photos"]]
    found = [(ad, _photo_of_property(call.ads, ad, wanted)) for ad, wanted in pairs]
    for ad, photo in found:
        _assign(call.ads, ad, photo)


def put_principal(call: Call) -> None:
    """S36: chooses the principal one of the photos that show the listing."""
    ad = _listing(call)
    units = call.ads.property(ad.property_id)
    photos, wanted = photos_of(call.ads, units), call.body["photoId"]
    if wanted not in [photo["id"] for photo in photos]:
        raise Problem(422, {"photoId": {"notInArray": "The listing has no such photo"}})
    keep_photos(
        call.ads,
        units,
        [photo | {"principal": photo["id"] == wanted} if photo["unitId"] == str(ad.id) else photo for photo in photos],
    )


def _assign(ads: Ads, ad: Ad, photo: Photo) -> None:
    """The photo comes last. It stays principal only if it already showed the listing."""
    units = ads.property(ad.property_id)
    others = [other for other in photos_of(ads, units) if other["id"] != photo["id"]]
    principal = photo["principal"] and photo["unitId"] == str(ad.id)
    keep_photos(ads, units, [*others, photo | {"unitId": str(ad.id), "principal": principal}])


def _photo_of_property(ads: Ads, ad: Ad, wanted: str) -> Photo:
    """Raises Problem 409 for a photo of another property of the landlord, and 404 for an unknown photo."""
    for photo in photos_of(ads, ads.property(ad.property_id)):
        if photo["id"] == wanted:
            return photo
    try:
        units = ads.property_if_any(str(int(wanted[:PROPERTY_DIGITS], 16)))
    except ValueError:
        units = []
    elsewhere = units and wanted in [photo["id"] for photo in photos_of(ads, units)]
    raise Problem(409 if elsewhere else 404)


def _listing(call: Call) -> Ad:
    return _ad(call, call.id)


def _ad(call: Call, listing_id: str) -> Ad:
    if not NUMBER.fullmatch(listing_id):
        raise Problem(404)
    return call.ads.ad(int(listing_id))


PHOTO_BY_URL = {
    "url": Member(text),
    "caption": Member(text),
    "taxonomy": Member(text),
    "listingId": Member(text),
    "isPrincipal": optional(flag),
}
PHOTO_BY_ID = {
    "id": Member(text),
    "caption": Member(text, nullable=True),
    "taxonomy": Member(one_of(*TAXONOMIES), nullable=True),
    "principal": Member(flag),
    "checkedBy": Member(flag),
}
CATEGORIES_BODY = list_of(
    object_of({"category": Member(one_of(*CATEGORIES)), "photos": Member(list_of(object_of(PHOTO_BY_ID)))})
)
COPY_BODY = object_of({"originalPropertyId": Member(text), "destinationPropertyIds": Member(list_of(text))})
PHOTO_ID_BODY = object_of({"photoId": Member(text)})
LISTING_AND_PHOTO = {"listingId": Member(text), "photoId": Member(text)}
OPERATIONS = (
    Operation(
        "S28",
        "PUT",
        "/listings/{property_id:id}/photos",
        replace_by_url,
        202,
        frozenset({401, 403}),
        object_of({"photos": Member(list_of(object_of(PHOTO_BY_URL)))}),
    ),
    Operation(
        "S30",
        "PUT",
        f"{PROPERTIES}/{{id:id}}/photos",
        replace_by_id,
        204,
        MAY_BE_MISSING,
        CATEGORIES_BODY,
    ),
    Operation("S31", "POST", f"{PROPERTIES}/photos/copy", copy_photos, 202, MAY_BE_MISSING, COPY_BODY),
    Operation(
        "S32",
        "PUT",
        f"{PROPERTIES}/{{property_id:id}}/units/{{unit_id:id}}/photos",
        put_unit_photos,
        204,
        MAY_BE_MISSING,
        object_of({"photos": Member(list_of(text))}),
    ),
    Operation("S33", "POST", f"{LEGACY}/property/{{id}}/photos/notification", send_photos, 204, NEVER_MISSING),
    Operation("S34", "POST", "/public/listings/{id}/photos", add_photo, 204, MAY_BE_MISSING | {400}, PHOTO_ID_BODY),
    Operation(
        "S35",
        "POST",
        "/public/listings/photos/multiple",
        add_photos,
        204,
        frozenset({400, 401, 404, 409}),
        object_of({"photos": Member(list_of(object_of(LISTING_AND_PHOTO)))}),
    ),
    Operation(
        "S36",
        "PUT",
        f"{LEGACY}/{{id}}/photo-principal",
        put_principal,
        204,
        MAY_BE_MISSING | {400, 422},
        PHOTO_ID_BODY,
    ),
)
