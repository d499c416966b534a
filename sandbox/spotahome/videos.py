"""Videos of properties and their albums (S37-S41). Every third property has one video, in a video album."""

import uuid
from collections.abc import Sequence
from typing import Any

from sandbox.spotahome.ads import Ad, Ads
from sandbox.spotahome.bodies import Member, list_of, object_of, text
from sandbox.spotahome.operations import Call, Operation
from sandbox.spotahome.paths import LEGACY, PROPERTIES
from sandbox.spotahome.photo_changes import COPY_BODY, original_and_destinations
from sandbox.spotahome.photos import ALBUMS_PER_PROPERTY

VIDEOS_OF = "spotahome videos"
"""Kind of the documents that hold videos."""
VIDEO_ALBUM = 2
"""The last digit of a video album's id; see ALBUMS_PER_PROPERTY."""
CATEGORY = {"id": 0, "name": "Ad"}


def videos_of(ads: Ads, units: Sequence[Ad]) -> list[str]:
    """Ids of a property's videos."""
    first = units[0]
    document = ads.store.get(VIDEOS_OF, first.id, at=ads.at)
    if document is not None and document.body is not None:
        written: list[str] = document.body["videos"]
        return written
    has_one = first.listing.number % 3 == 0
    return [str(uuid.uuid5(uuid.NAMESPACE_URL, f"spotahome/{first.id}"))] if has_one else []


def keep_videos(ads: Ads, units: Sequence[Ad], videos: Sequence[str]) -> None:
    first = units[0]
    before = videos_of(ads, units)
    ads.store.put(VIDEOS_OF, first.id, {"videos": list(videos)}, at=ads.at, portfolio=first.listing.portfolio)
    ads.log(first, "AdVideoInformationWasUpdated", before, list(videos))


def video_albums(call: Call) -> list[dict[str, Any]]:
    """S37."""
    units = call.ads.property_if_any(call.query.get("propertyId", ""))
    videos = videos_of(call.ads, units) if units else []
    if not videos:
        return []
    property_id = units[0].id
    album = property_id * ALBUMS_PER_PROPERTY + VIDEO_ALBUM
    return [
        {
            "id": album,
            "title": str(property_id),
            "categoryReference": property_id,
            "category": CATEGORY,
            "isDraft": False,
            "deleted": False,
            "videos": [
                {"name": _name(units), "extension": "video/mp4", "md5": video, "state": "Published"} for video in videos
            ],
        }
    ]


def album_videos(call: Call) -> list[dict[str, Any]]:
    """S38: the videos of an album, each with its address at the video platform."""
    album = str(call.id)
    units = call.ads.property_if_any(album[:-1]) if album.endswith(str(VIDEO_ALBUM)) else []
    if not units:
        return call.nothing()
    return [
        {
            "id": video,
            "name": _name(units),
            "platforms": [
                {
                    "providerName": "youtube",
                    "providerId": _external_id(video),
                    "url": f"https://youtu.example/{_external_id(video)}",
                }
            ],
        }
        for video in videos_of(call.ads, units)
    ]


def property_videos(call: Call) -> list[dict[str, str]]:
    """S39."""
    videos = videos_of(call.ads, call.ads.property(call.id))
    return [{"id": video, "externalId": _external_id(video), "provider": "youtube"} for video in videos]


def put_videos(call: Call) -> None:
    """S40."""
    keep_videos(call.ads, call.ads.property(call.id), call.body["videos"])


def copy_videos(call: Call) -> None:
    """S41: either all destinations are changed or none."""
    original, *destinations = original_and_destinations(call)
    for units in destinations:
        keep_videos(call.ads, units, videos_of(call.ads, original))


def _name(units: Sequence[Ad]) -> str:
    return f"{units[0].id * ALBUMS_PER_PROPERTY + VIDEO_ALBUM} - {units[0].id}.mp4"


def _external_id(video: str) -> str:
    return video.replace("-", "")[:11]


OPERATIONS = (
    Operation("S37", "GET", f"{LEGACY}/videos/albums", video_albums, 200, frozenset({401, 500})),
    Operation("S38", "GET", f"{LEGACY}/videos/albums/{{id:id}}", album_videos, 200, frozenset({401, 500})),
    Operation("S39", "GET", f"{PROPERTIES}/{{id:id}}/videos", property_videos, 200, frozenset({401, 404, 500})),
    Operation(
        "S40",
        "PUT",
        f"{PROPERTIES}/{{id:id}}/videos",
        put_videos,
        204,
        frozenset({400, 401, 404, 500}),
        object_of({"videos": Member(list_of(text))}),
    ),
    Operation("S41", "POST", f"{PROPERTIES}/videos/copy", copy_videos, 202, frozenset({400, 401, 500}), COPY_BODY),
)
