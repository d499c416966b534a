"""Any page of a long list follows the order of the list, however the page is read."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from rest_framework_json_api.pagination import JsonApiPageNumberPagination

from jsonapi.collection import SHALLOW, Collection
from jsonapi.ordering import total_order
from jsonapi.pagination import Pages
from listings.models import Listing
from listings.tallies import pass_days
from tests.factories import CredentialFactory, ListingFactory, UserFactory
from tests.partner import Partner

ROWS = 2 * SHALLOW + 301
FIRST_CREATED = datetime(2030, 6, 1, 23, 34, tzinfo=UTC)  # two steps before midnight, which it hits
CITIES = ["Faro", None, "Porto", "Braga"]


@pytest.fixture
def long_list(partner: Partner) -> list[Listing]:
    """Listings of six days with many equal titles, cities, prices and instants, some cities empty."""
    owner = UserFactory(application=partner.application)
    return Listing.objects.bulk_create(
        ListingFactory.build(
            owner=owner,
            title=f"Flat {n % 7}",
            city=CITIES[n % 4],
            base_price=n % 50,
            enabled=n % 9 != 0,
            created_at=FIRST_CREATED + timedelta(minutes=13) * (n // 2),
        )
        for n in range(ROWS)
    )


@pytest.mark.parametrize("sort", ["-created_at", "title", "-city", "base_price", "-title,city"])
def test_every_slice_equals_the_slice_of_the_whole_list(long_list: Any, sort: Any) -> None:
    rows = Listing.objects.order_by(*total_order(Listing, sort.replace("d-at", "d_at").split(",")))
    whole = list(rows.values_list("pk", "title"))
    paged = Collection(lambda: rows)

    for start in (0, 90, SHALLOW, SHALLOW + 1, ROWS // 2 - 50, ROWS // 2 + 1, ROWS - 150, ROWS - 51, ROWS - 1):
        assert [(row.pk, row.title) for row in paged[start : start + 100]] == whole[start : start + 100]


@pytest.mark.parametrize("enabled", [None, True])
@pytest.mark.parametrize("sort", ["created-at", "-created-at", "title", "-created-at,title"])
@pytest.mark.parametrize("as_user", [False, True])
def test_the_pages_of_a_collection_follow_its_order(
    partner: Partner, long_list: Any, as_user: Any, sort: Any, enabled: Any
) -> None:
    if as_user:
        partner = partner.as_user(CredentialFactory(user=long_list[0].owner))
    rows = Listing.objects.order_by(*total_order(Listing, sort.replace("d-at", "d_at").split(",")))
    query = {"page[size]": 90, "fields[listings]": "title", "sort": sort}
    if enabled:
        rows, query = rows.filter(enabled=True), query | {"filter[enabled]": "true"}
    expected = [str(pk) for pk in rows.values_list("pk", flat=True)]

    for number in (1, 6, 7, 8, 12, 13):  # beyond the shallow ones from either end: 7 and 8
        answer = partner.get("/listings/", query | {"page[number]": number})
        assert [row["id"] for row in answer.data] == expected[90 * (number - 1) : 90 * number]
        assert answer.document["meta"]["pagination"]["count"] == len(expected)


@pytest.mark.parametrize("enabled", [None, True, False])
def test_whole_days_before_a_page_are_skipped(partner: Partner, long_list: Any, enabled: Any) -> None:
    Listing.objects.filter(created_at__date=date(2030, 6, 3)).update(deleted_at=FIRST_CREATED)  # a day without any
    live = Listing.objects.filter(deleted_at=None)
    if enabled is not None:
        live = live.filter(enabled=enabled)

    for newest_first in (True, False):
        order = list(live.order_by(*total_order(Listing, ["-created_at" if newest_first else "created_at"])))
        for offset in (0, 1, 3, 4, 5, 98, 99, len(order) - 1, len(order)):
            passed, rest = pass_days(partner.application.pk, offset, newest_first=newest_first, enabled=enabled)
            assert offset - 230 <= passed <= offset
            assert set(live.filter(rest)) == set(order[passed:])


def test_the_same_query_shows_each_partner_only_its_own_listings(
    partner: Partner, other_partner: Partner, long_list: Any
) -> None:
    owner = UserFactory(application=other_partner.application)
    others = Listing.objects.bulk_create(
        ListingFactory.build(owner=owner, created_at=listing.created_at) for listing in long_list
    )
    for query in ({"page[number]": 2}, {"page[number]": 30}, {"page[number]": 30, "sort": "title"}):
        of_one, of_other = (
            {int(row["id"]) for row in asking.get("/listings/", query).data} for asking in (partner, other_partner)
        )

        assert len(of_one) == len(of_other) == 25
        assert of_one <= {listing.pk for listing in long_list}
        assert of_other <= {listing.pk for listing in others}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "page[size]=2",
        "page%5Bnumber%5D=3&page[size]=2&sort=-created-at,title",
        "sort=title&fields[listings]=title&zone=a%20b&empty=&filter[owner]=1&filter[owner]=2&also=page[number]=1",
    ],
)
def test_links_equal_the_librarys(rf: Any, query: Any) -> None:
    pages = Pages()
    library = JsonApiPageNumberPagination()
    pages.request = library.request = rf.get(f"/api/v1/listings/?{query}")

    for number in (None, 0, 1, 2, 40_000):
        assert pages.build_link(number) == library.build_link(number)
