"""Entity tags, If-None-Match and If-Match (RFC 9110, section 13)."""

import gzip
from typing import Any

import pytest

from jsonapi.media_types import JSON_API
from listings.models import ChannelListing, Listing
from tests.factories import AccountFactory, ChannelListingFactory, ListingFactory
from tests.partner import Answer, Partner
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(partner: Partner) -> Listing:
    shown = ChannelListingFactory(listing__owner__application=partner.application)
    return shown.listing


def tag_of(answer: Answer) -> str:
    tag = answer.header("ETag")
    assert tag
    return tag


def again(partner: Partner, path: str, tag: str, query: Any = None, **headers: str) -> Answer:
    return partner.get(path, query, if_none_match=tag, **headers)


@pytest.fixture
def paths(listing: Listing) -> list[str]:
    user = listing.owner_id
    account = listing.channel_listings.get().account_id
    return [
        "/listings/",
        "/listings/?include=owner&fields[listings]=title,owner",
        f"/listings/{listing.pk}/",
        f"/listings/{listing.pk}/?include=owner",
        f"/listings/{listing.pk}/customizations/",
        f"/listings/{listing.pk}/customizations/base-price/",
        f"/listings/{listing.pk}/recommendations/",
        "/users/",
        f"/users/{user}/",
        f"/users/{user}/accounts/",
        f"/users/{user}/accounts/{account}/",
    ]


def test_an_answer_that_the_client_has_is_a_304_without_a_body(partner: Partner, paths: list[str]) -> None:
    for path in paths:
        first = partner.get(path)
        tag = tag_of(first)
        is_collection = isinstance(first.document["data"], list)
        assert tag.startswith('W/"' if is_collection else '"'), path

        hit = again(partner, path, f'"other", {tag}')

        assert hit.status == 304, path
        assert hit.response.content == b""
        assert tag_of(hit) == tag
        assert {"Accept", "Accept-Encoding"} <= set(str(hit.header("Vary")).split(", "))
        assert hit.header("X-Request-ID")
        assert hit.header("X-RateLimit-Remaining")
        assert hit.header("Content-Type") is None
        assert again(partner, path, "*").status == 304
        assert again(partner, path, f"W/{tag.removeprefix('W/')}").status == 304  # weak comparison
        for other in ('"other"', "", "not a tag", tag.removeprefix("W/").strip('"')):
            miss = again(partner, path, other)
            assert miss.status == 200, (path, other)
            assert miss.document == first.document
            assert tag_of(miss) == tag


def test_head_has_the_same_tag(partner: Partner, paths: list[str]) -> None:
    for path in paths:
        tag = tag_of(partner.get(path))
        headers = {"authorization": f"Bearer {partner.token}", "accept": JSON_API}
        head = partner.client.head(f"/api/v1{path}", headers=headers)
        assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", tag)
        hit = partner.client.head(f"/api/v1{path}", headers={**headers, "if-none-match": tag})
        assert (hit.status_code, hit.headers["ETag"]) == (304, tag)


def test_errors_have_no_tag(partner: Partner, listing: Listing) -> None:
    assert partner.get("/listings/0/", if_none_match="*").status == 404
    refused = partner.get("/listings/?sort=unknown", if_none_match="*")
    assert refused.status == 400
    assert refused.header("ETag") is None


def test_the_tag_depends_on_the_url_and_the_media_type(partner: Partner, listing: Listing) -> None:
    urls = [
        "/listings/", "/listings/?include=owner", "/listings/?fields[listings]=title", "/listings/?page[size]=1",
        "/listings/?sort=title", "/listings/?page[after]=", f"/listings/{listing.pk}/",
        f"/listings/{listing.pk}/?fields[listings]=title", f"/listings/{listing.pk}/?include=owner",
    ]  # fmt: skip
    answers = [partner.get(url) for url in urls]
    answers += [partner.get(url, accept="application/json") for url in urls if "after" not in url]
    assert len({tag_of(answer) for answer in answers}) == len(answers)


def test_a_page_changes_with_its_rows_and_with_their_number(partner: Partner, listing: Listing) -> None:
    path, included = "/listings/?page[size]=1&sort=created-at", "/listings/?page[size]=1&sort=created-at&include=owner"
    tag, with_owner = tag_of(partner.get(path)), tag_of(partner.get(included))

    User.objects.filter(pk=listing.owner_id).update(first_name="Grace")
    assert again(partner, path, tag).status == 304
    assert again(partner, included, with_owner).status == 200

    ChannelListing.objects.filter(listing=listing).update(channel="coliving")
    assert again(partner, path, tag).status == 200
    tag = tag_of(partner.get(path))

    ListingFactory(owner=listing.owner)  # on the next page
    changed = again(partner, path, tag)
    assert changed.status == 200
    assert changed.document["meta"]["pagination"]["count"] == 2


def test_a_listing_changes_with_the_state_of_its_sync(partner: Partner, listing: Listing) -> None:
    one, many = f"/listings/{listing.pk}/", "/listings/"
    tag, page = tag_of(partner.get(one)), tag_of(partner.get(many))

    assert partner.post(f"/listings/{listing.pk}/reservations/refresh/").status in (202, 404)
    partner.post(f"/users/{listing.owner_id}/accounts/{listing.channel_listings.get().account_id}/refresh/")

    changed = again(partner, one, tag)
    assert changed.status == 200
    assert changed.attributes["sync-status"]["state"] == "queued"
    assert again(partner, many, page).status == 304  # the list does not show it


def test_pages_are_tagged_alike_by_plans_and_without_them(partner: Partner, listing: Listing, settings: Any) -> None:
    settings.RENDER_PLANS = False
    tag = tag_of(partner.get("/listings/"))
    assert again(partner, "/listings/", tag).status == 304


def test_a_page_that_the_client_has_is_neither_read_nor_rendered(
    partner: Partner, listing: Listing, django_assert_num_queries: Any
) -> None:
    path = "/listings/?include=owner"
    tag = tag_of(partner.get(path))
    with django_assert_num_queries(4) as queries:  # the token, the count, the versions of listings, of owners
        assert again(partner, path, tag).status == 304
    assert not any("title" in query["sql"] for query in queries.captured_queries)


# Compression


def test_compressed_answers_have_tags_of_their_own(partner: Partner, listing: Listing) -> None:
    Listing.objects.filter(pk=listing.pk).update(address="Rua " + "x" * 1000)
    path = f"/listings/{listing.pk}/"
    plain = partner.get(path)
    headers = {"authorization": f"Bearer {partner.token}", "accept": JSON_API, "accept-encoding": "gzip"}
    small, small_again = (partner.client.get(f"/api/v1{path}", headers=headers) for _ in range(2))

    assert small.headers["Content-Encoding"] == "gzip"
    assert small.headers["ETag"] == f'{tag_of(plain)[:-1]}-gzip"'
    assert small.content == small_again.content  # a strong tag promises the same bytes
    assert gzip.decompress(small.content) == plain.response.content
    assert again(partner, path, small.headers["ETag"], accept_encoding="gzip").status == 304
    hit = again(partner, path, small.headers["ETag"], accept_encoding="gzip")
    assert tag_of(hit) == small.headers["ETag"]


# Writing


@pytest.fixture
def base_price(listing: Listing) -> str:
    return f"/listings/{listing.pk}/customizations/base-price/"


def patch(partner: Partner, listing: Listing, price: int, **headers: Any) -> Answer:
    body = {"data": {"type": "base-price-customizations", "id": str(listing.pk), "attributes": {"base-price": price}}}
    return partner.call("PATCH", f"/listings/{listing.pk}/customizations/base-price/", body, **headers)


def test_a_change_of_what_the_client_has_not_seen_is_refused(
    partner: Partner, listing: Listing, base_price: str
) -> None:
    seen = tag_of(partner.get(base_price))

    first = patch(partner, listing, 150, if_match=seen)
    assert first.status == 200
    assert tag_of(first) == tag_of(partner.get(base_price)) != seen

    late = patch(partner, listing, 160, if_match=seen)
    assert late.status == 412
    assert late.error["code"] == "precondition_failed"
    assert late.error["source"] == {"header": "If-Match"}
    assert partner.get(base_price).attributes["base-price"] == 150
    assert patch(partner, listing, 160, if_match=f'"other", {tag_of(first)}').status == 200


def test_weak_and_unknown_tags_never_match(partner: Partner, listing: Listing, base_price: str) -> None:
    seen = tag_of(partner.get(base_price))
    for condition in (f"W/{seen}", '"other"', "", "unquoted"):
        assert patch(partner, listing, 150, if_match=condition).status == 412, condition
    assert patch(partner, listing, 150, if_match="*").status == 200
    assert patch(partner, listing, 151, if_none_match="*").status == 412
    assert patch(partner, listing, 151, if_none_match='"other"').status == 200
    assert patch(partner, listing, 152, if_unmodified_since="Mon, 01 Jan 2001 00:00:00 GMT").status == 200


def test_conditions_come_after_the_checks_of_the_request(
    partner: Partner, other_partner: Partner, listing: Listing
) -> None:
    assert patch(other_partner, listing, 150, if_match='"other"').status == 404
    assert patch(other_partner, listing, 150, if_match="*").status == 404
    assert patch(partner, listing, 1, if_match='"other"').status == 400


def test_an_activation_takes_the_tag_of_the_listing_or_of_the_last_activation(
    partner: Partner, listing: Listing
) -> None:
    def activate(enabled: bool, tag: str) -> Answer:
        body = {"data": {"type": "listing-activations", "id": str(listing.pk), "attributes": {"enabled": enabled}}}
        return partner.call("PATCH", f"/listings/{listing.pk}/activation/", body, if_match=tag)

    seen = tag_of(partner.get(f"/listings/{listing.pk}/"))
    first = activate(True, seen)
    assert first.status == 200
    assert activate(False, seen).status == 412
    assert activate(True, tag_of(first)).status == 304  # it would change nothing
    assert activate(False, tag_of(first)).status == 200


def test_deleting_what_has_changed_is_refused(partner: Partner) -> None:
    account = AccountFactory(user__application=partner.application)
    user = account.user
    user_path, account_path = f"/users/{user.pk}/", f"/users/{user.pk}/accounts/{account.pk}/"
    seen_user, seen_account = tag_of(partner.get(user_path)), tag_of(partner.get(account_path))

    assert partner.call("DELETE", account_path, if_match='"other"').status == 412
    assert partner.call("DELETE", account_path, if_match=seen_account).status == 204
    assert partner.call("DELETE", user_path, if_match=seen_user).status == 412  # its status has changed
    assert partner.call("DELETE", user_path, if_match=tag_of(partner.get(user_path))).status == 204
    assert partner.call("DELETE", user_path, if_match="*").status == 404


def test_a_tag_from_the_other_media_type_or_a_compressed_answer_counts(partner: Partner, listing: Listing) -> None:
    path = f"/listings/{listing.pk}/customizations/base-price/"
    plain = tag_of(partner.get(path, accept="application/json"))
    assert patch(partner, listing, 150, if_match=plain).status == 200
    compressed = f'{tag_of(partner.get(path))[:-1]}-gzip"'
    assert patch(partner, listing, 151, if_match=compressed).status == 200
