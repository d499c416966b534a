"""Photos of properties, their albums and taxonomies (S25-S27, S29). A property has one photo album."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sandbox.spotahome.ads import Ad, Ads
from sandbox.spotahome.landlords import LANDLORDS
from sandbox.spotahome.listings import PHOTO_HOST
from sandbox.spotahome.operations import Call, Operation
from sandbox.spotahome.paths import LEGACY, PROPERTIES
from sandbox.spotahome.problems import Problem
from sandbox.spotahome.taxonomies import BY_PROPERTY_TYPE, title

ALBUM_OF = "spotahome photos"
"""Kind of the documents that hold photos."""
ALBUMS_PER_PROPERTY, PHOTO_ALBUM = 10, 1
"""Album ids are `property id x 10 + kind of album`."""
ID_DIGITS, PROPERTY_DIGITS = 56, 14
"""A photo's id begins with the id of the property that it was made for, in hexadecimal."""
SHOWN_BY_DEFAULT = ("bedroom", "living-room", "kitchen", "bathroom", "building", "view")
Photo = dict[str, Any]
"""`id`, `category`, `caption`, `taxonomy` and `unitId` are strings; `principal` and `checkedBy` are booleans."""


def photos_of(ads: Ads, units: Sequence[Ad]) -> list[Photo]:
    """The photos that were written, or the generated ones. The first generated photo of each unit is principal."""
    document = ads.store.get(ALBUM_OF, units[0].id, at=ads.at)
    if document is not None and document.body is not None:
        written: list[Photo] = document.body["photos"]
        return written
    return [_first_photo(unit, number) for unit in units for number in range(unit.listing.photos)]


def _first_photo(unit: Ad, number: int) -> Photo:
    taxonomy = SHOWN_BY_DEFAULT[number % len(SHOWN_BY_DEFAULT)]
    return {
        "id": photo_id(unit.property_id, f"{unit.id}/{number}"),
        "category": "verified" if unit.listing.number % 2 else "nonVerified",
        "caption": title(taxonomy),
        "taxonomy": taxonomy,
        "principal": number == 0,
        "checkedBy": False,
        "unitId": str(unit.id),
    }


def photo_id(property_id: int, name: str) -> str:
    digest = hashlib.blake2b(name.encode(), digest_size=(ID_DIGITS - PROPERTY_DIGITS) // 2).hexdigest()
    return f"{property_id:0{PROPERTY_DIGITS}x}{digest}"


def keep_photos(ads: Ads, units: Sequence[Ad], photos: Sequence[Photo]) -> None:
    """Replace the photos of a property, given by its units."""
    first = units[0]
    ads.store.put(ALBUM_OF, first.id, {"photos": list(photos)}, at=ads.at, portfolio=first.listing.portfolio)
    ads.log(first, "AdPhotosWereUpdated", None, [photo["id"] for photo in photos])


def taxonomies(call: Call) -> list[dict[str, Any]]:
    """S25."""
    if call.id not in BY_PROPERTY_TYPE:
        raise Problem(400)
    number, keys = BY_PROPERTY_TYPE[call.id]
    return [{"name": title(key), "key": key, "property_type": number} for key in keys]


def photo_albums(call: Call) -> list[dict[str, Any]]:
    """S26."""
    units = call.ads.property_if_any(call.query.get("propertyId", ""))
    return [
        {
            "id": unit.id * ALBUMS_PER_PROPERTY + PHOTO_ALBUM,
            "homeCheckerEmail": LANDLORDS[unit.listing.portfolio].email,
        }
        for unit in units[:1]
    ]


def album_photos(call: Call) -> list[dict[str, str]]:
    """S27."""
    album, category = call.query.get("albumId", ""), call.query.get("category")
    units = call.ads.property_if_any(album[:-1]) if album.endswith(str(PHOTO_ALBUM)) else []
    photos = photos_of(call.ads, units) if units else []
    return [
        {name: photo[name] for name in ("id", "category", "caption")} | _urls(photo)
        for photo in photos
        if category in (None, "", photo["category"])
    ]


def property_photos(call: Call) -> list[dict[str, Any]]:
    """S29."""
    return [photo | _urls(photo) for photo in photos_of(call.ads, call.ads.property(call.id))]


def _urls(photo: Photo) -> dict[str, str]:
    return {
        "thumbnailUrl": f"{PHOTO_HOST}/pt_200_100/{photo['id']}.jpg",
        "detailUrl": f"{PHOTO_HOST}/fsosw_960_540_{photo['category'].lower()}_ur_6_50/{photo['id']}.jpg",
    }


NEVER_MISSING, MAY_BE_MISSING = frozenset({401, 500}), frozenset({401, 404, 500})
OPERATIONS = (
    Operation("S25", "GET", f"{LEGACY}/photos/taxonomies/{{type}}", taxonomies, 200, frozenset({400, 401, 500})),
    Operation("S26", "GET", f"{LEGACY}/photos/albums", photo_albums, 200, NEVER_MISSING),
    Operation("S27", "GET", f"{LEGACY}/photos", album_photos, 200, NEVER_MISSING),
    Operation("S29", "GET", f"{PROPERTIES}/{{id:id}}/photos", property_photos, 200, MAY_BE_MISSING),
)
