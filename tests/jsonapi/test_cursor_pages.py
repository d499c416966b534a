"""The profile *Cursor Pagination* of JSON:API, on all kinds of collections."""

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jsonapi.cursors import BadCursor, CursorCoder
from jsonapi.ordering import total_order
from jsonapi.profiles import CURSORS, with_profile
from listings.models import Listing, Recommendation
from tests.factories import CredentialFactory, ListingFactory, UserFactory
from tests.partner import JSON_API, Answer, Partner
from users.models import User

FIRST_CREATED = datetime(2030, 6, 1, 22, tzinfo=UTC)
SORTS = ["created-at", "-created-at", "title", "-title", "city", "-city", "base-price", "-base-price", "updated-at"]
SORTS += ["city,-title", "-city,title", "title,city", "-title,-city", "city,title,-base-price"]


@pytest.fixture
def listings(partner: Partner) -> list[Listing]:
    """Sixteen listings with equal values in every column, and with nulls."""
    owners = UserFactory.create_batch(2, application=partner.application)
    return Listing.objects.bulk_create(
        ListingFactory.build(
            owner=owners[number % 2],
            title=f"Flat {number % 3}",
            city=[None, "Faro", "Lisbon"][number % 3 if number < 9 else number % 2],
            base_price=100 + number % 4,
            enabled=number % 2 == 0,
            created_at=FIRST_CREATED + timedelta(microseconds=number // 2),
        )
        for number in range(16)
    )


def ids(answer: Answer) -> list[str]:
    return [resource["id"] for resource in answer.data]


def follow(partner: Partner, answer: Answer, name: str) -> Answer:
    """The answer at a link."""
    url = urlsplit(answer.document["links"][name])
    return partner.get(url.path.removeprefix("/api/v1"), dict(parse_qsl(url.query, keep_blank_values=True)))


def walk(partner: Partner, answer: Answer, name: str) -> list[list[str]]:
    """The ids on a page and on all pages in the direction of the link."""
    pages = [ids(answer)]
    while answer.document["links"][name]:
        answer = follow(partner, answer, name)
        pages.append(ids(answer))
    return pages


@pytest.mark.parametrize("plans", [True, False])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_the_order_in_both_directions(
    partner: Partner, listings: Any, settings: Any, sort: str, plans: bool
) -> None:
    settings.RENDER_PLANS = plans
    order = total_order(Listing, sort.replace("d-at", "d_at").replace("base-p", "base_p").split(","))
    expected = [str(pk) for pk in Listing.objects.order_by(*order).values_list("pk", flat=True)]
    query = {"sort": sort, "page[size]": 3, "fields[listings]": "base-price"}

    forwards = walk(partner, partner.get("/listings/", {**query, "page[after]": ""}), "next")
    backwards = walk(partner, partner.get("/listings/", {**query, "page[before]": ""}), "prev")

    assert list(chain(*forwards)) == expected
    assert list(chain(*reversed(backwards))) == expected
    assert [len(page) for page in forwards] == [len(page) for page in backwards] == [3, 3, 3, 3, 3, 1]


@pytest.mark.parametrize("sort", SORTS)
def test_the_cursor_of_each_resource_divides_the_list(partner: Partner, listings: Any, sort: str) -> None:
    query = {"sort": sort, "page[size]": 100, "fields[listings]": "city"}
    whole = partner.get("/listings/", {**query, "page[after]": ""})
    cursors = [resource["meta"]["page"]["cursor"] for resource in whole.data]

    for place, cursor in enumerate(cursors):
        assert ids(partner.get("/listings/", {**query, "page[after]": cursor})) == ids(whole)[place + 1 :]
        assert ids(partner.get("/listings/", {**query, "page[before]": cursor})) == ids(whole)[:place]
    between = {"page[after]": cursors[2], "page[before]": cursors[9]}
    assert ids(partner.get("/listings/", {**query, **between})) == ids(whole)[3:9]


def test_the_document_of_a_page(partner: Partner, listings: Any) -> None:
    first = partner.get("/listings/", {"page[after]": "", "page[size]": 4, "include": "owner"})

    assert first.header("Content-Type") == with_profile(CURSORS)
    assert first.document["meta"] == {"page": {}}
    assert set(first.document["links"]) == {"first", "last", "prev", "next"}
    assert first.document["links"]["prev"] is None
    assert {one["type"] for one in first.document["included"]} == {"users"}

    second = follow(partner, first, "next")
    assert ids(follow(partner, second, "prev")) == ids(first)
    assert ids(follow(partner, second, "first")) == ids(first)
    last = follow(partner, second, "last")
    assert last.document["links"]["next"] is None
    assert len(last.data) == 4
    assert len(last.document["included"]) == 2


def test_filters_and_owners_apply(partner: Partner, other_partner: Partner, listings: Any) -> None:
    query = {"page[after]": "", "page[size]": 3, "filter[enabled]": "true"}
    found = walk(partner, partner.get("/listings/", query), "next")
    assert list(chain(*found)) == [str(one.pk) for one in reversed(listings) if one.enabled]

    as_user = partner.as_user(CredentialFactory(user=listings[0].owner))
    found = walk(as_user, as_user.get("/listings/", {"page[after]": "", "page[size]": 3}), "next")
    assert list(chain(*found)) == [str(one.pk) for one in reversed(listings) if one.owner_id == listings[0].owner_id]

    assert other_partner.get("/listings/", {"page[after]": ""}).data == []


class TestAskingByProfile:
    @pytest.mark.parametrize(
        "uri",
        [CURSORS, CURSORS.rstrip("/"), CURSORS.replace("https", "http"), f"https://example.com/other {CURSORS}"],
    )
    def test_the_accept_header_asks_for_the_first_page(self, partner: Partner, listings: Any, uri: str) -> None:
        answer = partner.get("/listings/", {"page[size]": 2}, accept=f'{JSON_API};profile="{uri}", {JSON_API}')

        assert answer.header("Content-Type") == with_profile(uri.split()[-1])
        assert answer.document["links"]["prev"] is None
        # The links work without the header as well.
        assert [len(page) for page in walk(partner, answer, "next")] == [2] * 8

    def test_a_page_number_keeps_its_meaning(self, partner: Partner, listings: Any) -> None:
        answer = partner.get("/listings/", {"page[number]": 2}, accept=f"{with_profile(CURSORS)}, {JSON_API}")

        assert answer.status == 404
        assert answer.header("Content-Type") == JSON_API

    @pytest.mark.parametrize("accept", [JSON_API, f'{JSON_API};profile="https://example.com/other"', "*/*"])
    def test_without_it_pages_have_numbers(self, partner: Partner, listings: Any, accept: str) -> None:
        answer = partner.get("/listings/", accept=accept)

        assert answer.header("Content-Type") == JSON_API
        assert answer.document["meta"]["pagination"]["count"] == 16
        assert "meta" not in answer.data[0]

    def test_plain_json_has_no_profile(self, partner: Partner, listings: Any) -> None:
        answer = partner.client.get(
            "/api/v1/listings/?page[after]=",
            headers={"authorization": f"Bearer {partner.token}", "accept": "application/json"},
        )

        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json()["meta"] == {"page": {}}


class TestRanges:
    def test_a_range_without_a_size_has_the_largest(self, partner: Partner) -> None:
        owner = UserFactory(application=partner.application)
        Listing.objects.bulk_create(ListingFactory.build(owner=owner) for _ in range(102))

        answer = partner.get("/listings/", {"page[after]": "", "page[before]": "", "fields[listings]": "title"})

        assert len(answer.data) == 100
        assert answer.document["meta"] == {"page": {"rangeTruncated": True}}
        assert len(follow(partner, answer, "next").data) == 2

    def test_a_truncated_range_says_so(self, partner: Partner, listings: Any) -> None:
        whole = partner.get("/listings/", {"page[after]": ""})
        ends = [whole.data[place]["meta"]["page"]["cursor"] for place in (0, 4)]
        query = {"page[after]": ends[0], "page[before]": ends[1]}

        complete = partner.get("/listings/", {**query, "page[size]": 3})
        truncated = partner.get("/listings/", {**query, "page[size]": 2})
        empty = partner.get("/listings/", {"page[after]": ends[1], "page[before]": ends[0]})

        assert ids(complete) == ids(whole)[1:4]
        assert complete.document["meta"] == {"page": {}}
        assert ids(truncated) == ids(whole)[1:3]
        assert truncated.document["meta"] == {"page": {"rangeTruncated": True}}
        assert ids(follow(partner, truncated, "next")) == ids(whole)[3:5]
        assert ids(follow(partner, truncated, "prev")) == ids(whole)[:1]
        assert empty.data == []


class TestChanges:
    def test_a_deleted_resource_leaves_its_place(self, partner: Partner, listings: Any) -> None:
        first = partner.get("/listings/", {"page[after]": "", "page[size]": 4})
        following = ids(follow(partner, first, "next"))

        Listing.objects.filter(pk=ids(first)[-1]).update(deleted_at=FIRST_CREATED)
        ListingFactory(owner=listings[0].owner, created_at=FIRST_CREATED + timedelta(days=1))  # before all others

        assert ids(follow(partner, first, "next")) == following

    def test_a_page_beyond_the_end_is_empty(self, partner: Partner, listings: Any) -> None:
        (newest, oldest) = (
            partner.get("/listings/", query).data[place]["meta"]["page"]["cursor"]
            for query, place in (({"page[after]": ""}, 0), ({"page[before]": ""}, -1))
        )
        beyond_end = partner.get("/listings/", {"page[after]": oldest, "page[size]": 2})
        beyond_start = partner.get("/listings/", {"page[before]": newest, "page[size]": 2})

        assert beyond_end.data == beyond_start.data == []
        assert beyond_end.document["links"]["next"] is None
        assert beyond_start.document["links"]["prev"] is None
        assert ids(follow(partner, beyond_end, "prev")) == [str(listings[1].pk), str(listings[0].pk)]
        assert ids(follow(partner, beyond_start, "next")) == [str(listings[15].pk), str(listings[14].pk)]

    def test_an_empty_collection_has_one_page(self, partner: Partner) -> None:
        for query in ({"page[after]": ""}, {"page[before]": ""}, {"page[after]": "", "page[before]": ""}):
            answer = partner.get("/listings/", query)
            assert answer.data == []
            assert answer.document["links"]["prev"] is None
            assert answer.document["links"]["next"] is None


class TestErrors:
    @pytest.mark.parametrize("name", ["page[after]", "page[before]"])
    @pytest.mark.parametrize("cursor", ["x", "é", "WzFd", "a" * 300, "W10-----------", "?", "%00"])
    def test_a_broken_cursor_is_400(self, partner: Partner, listings: Any, name: str, cursor: str) -> None:
        answer = partner.get("/listings/", {name: cursor})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": name}
        assert answer.header("Content-Type") == with_profile(CURSORS)

    def test_a_cursor_is_of_one_list_in_one_order(
        self, partner: Partner, other_partner: Partner, listings: Any
    ) -> None:
        answer = partner.get("/listings/", {"page[after]": ""})
        cursor = answer.data[0]["meta"]["page"]["cursor"]

        for asking, path, query in (
            (partner, "/users/", {}),
            (partner, "/listings/", {"sort": "title"}),
            (partner, "/listings/", {"sort": "created-at"}),
            (other_partner, "/listings/", {}),
        ):
            refused = asking.get(path, {**query, "page[after]": cursor})
            assert refused.status == 400
            assert refused.error["source"] == {"parameter": "page[after]"}
        assert partner.get("/listings/", {"sort": "-created-at", "page[after]": cursor}).status == 200

    def test_too_large_a_page_names_the_largest(self, partner: Partner) -> None:
        answer = partner.get("/listings/", {"page[after]": "", "page[size]": 101})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "page[size]"}
        assert answer.error["meta"] == {"page": {"maxSize": 100}}
        assert answer.document["errors"][0]["links"]["type"] == f"{CURSORS}max-size-exceeded"

    @pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", ""])
    def test_a_size_that_is_no_positive_number_is_400(self, partner: Partner, size: str) -> None:
        answer = partner.get("/listings/", {"page[after]": "", "page[size]": size})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "page[size]"}

    def test_an_unknown_sort_is_the_profiles_error(self, partner: Partner) -> None:
        answer = partner.get("/listings/", {"page[after]": "", "sort": "bedrooms"})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "sort"}
        assert answer.document["errors"][0]["links"]["type"] == f"{CURSORS}unsupported-sort"
        assert "type" not in partner.get("/listings/", {"sort": "bedrooms"}).document["errors"][0]["links"]

    def test_a_page_has_a_number_or_a_cursor(self, partner: Partner) -> None:
        answer = partner.get("/listings/", {"page[after]": "", "page[number]": 1})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "page[number]"}

    def test_single_resources_have_no_pages(self, partner: Partner, listings: Any) -> None:
        assert partner.get(f"/listings/{listings[0].pk}/", {"page[after]": ""}).status == 400
        answer = partner.get(f"/listings/{listings[0].pk}/", accept=f"{with_profile(CURSORS)}")
        assert answer.status == 200
        assert answer.header("Content-Type") == JSON_API


class TestOtherCollections:
    @pytest.mark.parametrize("sort", ["date", "-date"])
    def test_nights_of_a_calendar(self, partner: Partner, listings: Any, sort: str) -> None:
        Listing.objects.update(in_active_market=True)
        path = f"/listings/{listings[0].pk}/calendar/"
        numbered = partner.get(path, {"sort": sort, "page[size]": 100})
        query = {"sort": sort, "page[size]": 100, "page[after]": ""}
        query |= {"fields[calendar-entries]": "date"}

        pages = walk(partner, partner.get(path, query), "next")

        assert [len(page) for page in pages] == [100, 100, 100, 66]
        assert pages[0] == ids(numbered)
        del query["page[after]"]
        backwards = walk(partner, partner.get(path, {**query, "page[before]": ""}), "prev")
        assert list(chain(*reversed(backwards))) == list(chain(*pages))
        assert [len(page) for page in backwards] == [100, 100, 100, 66]

    def test_recommendations_credentials_users_and_accounts(self, partner: Partner, listings: Any) -> None:
        recommendations = Recommendation.objects.bulk_create(
            Recommendation(
                listing=listings[0], category="strategy", status=status, recommendations="…", created_at=FIRST_CREATED
            )
            for status in ("approved", "rejected", "expired")
        )
        owner = listings[0].owner
        for number in range(3):
            CredentialFactory(user=owner, is_primary=False, email=f"{number}@example.com", login=f"login {number}")

        for path, count in (
            (f"/listings/{listings[0].pk}/recommendations/", len(recommendations)),
            (f"/users/{owner.pk}/credentials/", 3),
            ("/users/", User.objects.count()),
            (f"/users/{owner.pk}/accounts/", 0),
        ):
            numbered = ids(partner.get(path))
            assert len(numbered) == count
            pages = walk(partner, partner.get(path, {"page[after]": "", "page[size]": 2}), "next")
            assert list(chain(*pages)) == numbered
            pages = walk(partner, partner.get(path, {"page[before]": "", "page[size]": 2}), "prev")
            assert list(chain(*reversed(pages))) == numbered


def test_a_page_is_not_counted(partner: Partner, listings: Any, django_assert_num_queries: Any) -> None:
    first = partner.get("/listings/", {"page[after]": "", "page[size]": 3})

    with django_assert_num_queries(3):  # the token, the page, the channel listings
        follow(partner, first, "next")


@pytest.mark.parametrize("plans", [True, False])
def test_a_cursor_page_equals_the_numbered_page(partner: Partner, listings: Any, settings: Any, plans: bool) -> None:
    settings.RENDER_PLANS = plans
    for query in ({}, {"include": "owner"}, {"fields[listings]": "city"}, {"sort": "-city"}):
        numbered = partner.get("/listings/", query).document
        at_cursor = partner.get("/listings/", {**query, "page[after]": ""}).document
        for resource in at_cursor["data"]:
            del resource["meta"]
        assert at_cursor["data"] == numbered["data"]
        assert at_cursor.get("included") == numbered.get("included")


@pytest.mark.parametrize("sort", ["created-at", "-created-at", "title", "city", "base-price"])
def test_a_page_far_in_reads_a_range_of_an_index(partner: Partner, sort: str) -> None:
    owner = UserFactory(application=partner.application)
    Listing.objects.bulk_create(
        ListingFactory.build(
            owner=owner,
            title=f"Flat {number:05}",
            city=f"City {number:05}",
            base_price=number,
            created_at=FIRST_CREATED + timedelta(minutes=number),
        )
        for number in range(3000)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE listings_listing")
    last = partner.get("/listings/", {"sort": sort, "page[before]": "", "page[size]": 50, "fields[listings]": "title"})

    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = follow(partner, last, "prev")

    assert len(page.data) == 50
    (statement,) = [each["sql"] for each in queries if 'FROM "listings_listing"' in each["sql"]]
    plan = explain(statement)
    if connection.vendor == "postgresql":
        assert "Index Scan" in plan or "Index Only Scan" in plan
        assert "Sort" not in plan
        assert "ROW(" in plan.partition("Index Cond")[2].partition("\n")[0]
    else:
        assert "USING INDEX listing_" in plan or "USING COVERING INDEX listing_" in plan
        assert "TEMP B-TREE" not in plan
        assert "AND" in plan  # a range beside the application


def explain(statement: str) -> str:
    prefix = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{prefix} {statement}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_cursors_are_signed(settings: Any) -> None:
    coder = CursorCoder("a list")
    ours = coder.write(["Flat", None, 1])
    settings.SECRET_KEY = "another" * 10

    assert coder.read(ours) == ["Flat", None, 1]
    with pytest.raises(BadCursor):
        CursorCoder("a list").read(ours)
