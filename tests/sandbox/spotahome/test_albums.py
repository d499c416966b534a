"""Photos and videos of properties, and their albums."""

from typing import Any

import pytest

from tests.sandbox.spotahome.landlord import Landlord

FLAT, RESIDENCE = 400030001, 400400003
PROPERTIES = "/listings/legacy/properties"
CATEGORIES = {"verified", "nonVerified", "floorPlan", "theta360"}


def photos(landlord: Landlord, property_id: int = FLAT) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = landlord.get(f"{PROPERTIES}/{property_id}/photos")
    return rows


def ids(landlord: Landlord, property_id: int = FLAT) -> list[str]:
    return [photo["id"] for photo in photos(landlord, property_id)]


def test_a_property_has_photos_of_its_units_with_one_principal_photo_each(big_landlord: Landlord) -> None:
    shown = photos(big_landlord, RESIDENCE)

    assert {photo["unitId"] for photo in shown} == {"400400003", "400400004", "400400005"}
    assert sum(photo["principal"] for photo in shown) == 3
    for photo in shown:
        assert photo.keys() == {
            "id",
            "category",
            "caption",
            "taxonomy",
            "principal",
            "checkedBy",
            "unitId",
            "thumbnailUrl",
            "detailUrl",
        }
        assert photo["category"] in CATEGORIES
        assert photo["id"] in photo["thumbnailUrl"]
        assert len(photo["id"]) == 56


def test_an_album_holds_the_photos_of_a_property_by_category(landlord: Landlord) -> None:
    (album,) = landlord.get(f"/listings/legacy/photos/albums?propertyId={FLAT}")
    path = f"/listings/legacy/photos?albumId={album['id']}"

    shown = landlord.get(path)

    assert album["homeCheckerEmail"] == "hello@casaclara.example"
    assert shown
    assert [photo["id"] for photo in shown] == ids(landlord)
    assert all(photo.keys() == {"id", "category", "caption", "thumbnailUrl", "detailUrl"} for photo in shown)
    assert landlord.get(f"{path}&category=verified") == shown
    assert landlord.get(f"{path}&category=theta360") == []


@pytest.mark.parametrize(
    ("property_type", "count", "first"),
    [
        ("apartment", 29, "bedroom"),
        ("studio", 29, "bedroom"),
        ("roomShared", 29, "bedroom"),
        ("residence", 36, "residence-bedroom"),
    ],
)
def test_each_type_of_property_has_its_taxonomies(
    landlord: Landlord, property_type: str, count: int, first: str
) -> None:
    shown = landlord.get(f"/listings/legacy/photos/taxonomies/{property_type}")

    assert len({row["key"] for row in shown}) == count
    assert shown[0]["key"] == first
    assert shown[0]["name"] == "Bedroom"
    assert len({row["property_type"] for row in shown}) == 1


def test_an_apartments_taxonomies_have_the_documented_property_type(landlord: Landlord) -> None:
    shown = landlord.get("/listings/legacy/photos/taxonomies/apartment")

    assert {"name": "Kitchen", "key": "kitchen", "property_type": 100} in shown
    landlord.assert_refused(400, "GET", "/listings/legacy/photos/taxonomies/castle")


def test_photos_sent_by_url_replace_the_present_ones(landlord: Landlord) -> None:
    sent = {
        "url": "https://img.example/1.jpg",
        "caption": "Sea",
        "taxonomy": "Other",
        "listingId": str(FLAT),
        "isPrincipal": True,
    }

    landlord.change("PUT", f"/listings/{FLAT}/photos", {"photos": [sent]}, status=202)

    (photo,) = photos(landlord)
    assert (photo["caption"], photo["taxonomy"], photo["principal"]) == ("Sea", "other", True)


def test_a_photo_of_another_landlords_listing_is_forbidden(landlord: Landlord) -> None:
    sent = {"url": "https://img.example/1.jpg", "caption": "Sea", "taxonomy": "Other", "listingId": "400400001"}

    landlord.assert_refused(403, "PUT", f"/listings/{FLAT}/photos", {"photos": [sent]})


def test_photos_sent_by_category_replace_the_present_ones_and_keep_their_units(big_landlord: Landlord) -> None:
    *_, last = photos(big_landlord, RESIDENCE)
    sent = {"id": last["id"], "caption": None, "taxonomy": None, "principal": True, "checkedBy": True}

    big_landlord.change("PUT", f"{PROPERTIES}/{RESIDENCE}/photos", [{"category": "floorPlan", "photos": [sent]}])

    (photo,) = photos(big_landlord, RESIDENCE)
    assert (photo["category"], photo["caption"], photo["taxonomy"]) == ("floorPlan", "", None)
    assert photo["unitId"] == "400400005"


def test_photos_are_copied_to_all_destinations_or_none(landlord: Landlord) -> None:
    path = f"{PROPERTIES}/photos/copy"
    landlord.assert_refused(
        404, "POST", path, {"originalPropertyId": str(FLAT), "destinationPropertyIds": ["400030002", "7"]}
    )
    assert ids(landlord, 400030002) != ids(landlord)

    landlord.change(
        "POST", path, {"originalPropertyId": str(FLAT), "destinationPropertyIds": ["400030002"]}, status=202
    )

    assert ids(landlord, 400030002) == ids(landlord)


def test_a_unit_gets_the_chosen_photos_of_its_property(big_landlord: Landlord) -> None:
    chosen = ids(big_landlord, RESIDENCE)[:2]

    big_landlord.change("PUT", f"{PROPERTIES}/{RESIDENCE}/units/400400005/photos", {"photos": chosen})

    assert [photo["id"] for photo in photos(big_landlord, RESIDENCE) if photo["unitId"] == "400400005"] == chosen


def test_a_listing_accepts_a_photo_of_its_property_only(big_landlord: Landlord) -> None:
    wanted = next(photo["id"] for photo in photos(big_landlord, RESIDENCE) if photo["unitId"] == "400400003")

    big_landlord.change("POST", "/public/listings/400400005/photos", {"photoId": wanted})

    (assigned,) = [photo for photo in photos(big_landlord, RESIDENCE) if photo["id"] == wanted]
    assert (assigned["unitId"], assigned["principal"]) == ("400400005", False)
    big_landlord.assert_refused(400, "POST", "/public/listings/400400001/photos", {"photoId": wanted})
    big_landlord.assert_refused(404, "POST", "/public/listings/400400001/photos", {"photoId": "f" * 56})


def test_several_photos_are_assigned_together_unless_one_is_of_another_property(big_landlord: Landlord) -> None:
    path = "/public/listings/photos/multiple"
    before = photos(big_landlord, RESIDENCE)
    own = [photo["id"] for photo in before if photo["unitId"] == "400400003"][:2]
    foreign = ids(big_landlord, 400400001)[0]

    def pairs(*wanted: str) -> dict[str, Any]:
        return {"photos": [{"listingId": "400400005", "photoId": photo} for photo in wanted]}

    big_landlord.assert_refused(409, "POST", path, pairs(own[0], foreign))
    big_landlord.assert_refused(404, "POST", path, pairs(own[0], "f" * 56))
    assert photos(big_landlord, RESIDENCE) == before

    big_landlord.change("POST", path, pairs(*own))
    shown = {photo["id"]: photo["unitId"] for photo in photos(big_landlord, RESIDENCE)}
    assert {shown[photo] for photo in own} == {"400400005"}


def test_a_photo_that_was_copied_belongs_to_both_properties(landlord: Landlord) -> None:
    copied = ids(landlord)[0]
    landlord.change(
        "POST",
        f"{PROPERTIES}/photos/copy",
        {"originalPropertyId": str(FLAT), "destinationPropertyIds": ["400030002"]},
        status=202,
    )

    for listing_id in (FLAT, 400030002):
        pair = {"listingId": str(listing_id), "photoId": copied}
        landlord.change("POST", "/public/listings/photos/multiple", {"photos": [pair]})


def test_a_listing_has_one_principal_photo(landlord: Landlord) -> None:
    last = ids(landlord)[-1]

    landlord.change("PUT", f"/listings/legacy/{FLAT}/photo-principal", {"photoId": last})

    assert [photo["id"] for photo in photos(landlord) if photo["principal"]] == [last]


def test_only_a_photo_of_the_listing_can_be_its_principal_photo(landlord: Landlord) -> None:
    answer = landlord.call("PUT", f"/listings/legacy/{FLAT}/photo-principal", {"photoId": ids(landlord, 400030002)[0]})

    assert answer.status_code == 422
    assert answer.json()["validationMessages"] == {"photoId": {"notInArray": "The listing has no such photo"}}


def test_some_properties_have_a_video_in_an_album(landlord: Landlord) -> None:
    (album,) = landlord.get("/listings/legacy/videos/albums?propertyId=400030003")
    (video,) = landlord.get(f"/listings/legacy/videos/albums/{album['id']}")
    (shown,) = landlord.get(f"{PROPERTIES}/400030003/videos")

    assert album.keys() == {"id", "title", "categoryReference", "category", "isDraft", "deleted", "videos"}
    assert (album["categoryReference"], album["category"]) == (400030003, {"id": 0, "name": "Ad"})
    assert album["videos"][0]["md5"] == video["id"] == shown["id"]
    assert video["platforms"][0]["providerId"] == shown["externalId"]
    assert shown["provider"] == "youtube"
    assert landlord.get(f"/listings/legacy/videos/albums?propertyId={FLAT}") == []


def test_videos_are_replaced_and_copied(landlord: Landlord) -> None:
    landlord.change("PUT", f"{PROPERTIES}/{FLAT}/videos", {"videos": ["17cd9043-7ae0-4b0d-8f20-68005d0d16d3"]})
    copy = {"originalPropertyId": str(FLAT), "destinationPropertyIds": ["400030002", "400030003"]}
    landlord.change("POST", f"{PROPERTIES}/videos/copy", copy, status=202)

    for property_id in (FLAT, 400030002, 400030003):
        (video,) = landlord.get(f"{PROPERTIES}/{property_id}/videos")
        assert video["id"] == "17cd9043-7ae0-4b0d-8f20-68005d0d16d3"


def test_videos_are_copied_to_all_destinations_or_none(landlord: Landlord) -> None:
    before = landlord.get(f"{PROPERTIES}/{FLAT}/videos")

    copy = {"originalPropertyId": "400030003", "destinationPropertyIds": [str(FLAT), "7"]}
    landlord.assert_refused(400, "POST", f"{PROPERTIES}/videos/copy", copy)

    assert landlord.get(f"{PROPERTIES}/{FLAT}/videos") == before
