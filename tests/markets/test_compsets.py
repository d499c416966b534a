"""The endpoints of comp sets."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from listings.models import Listing, PostedNights
from listings.stays import local_date
from markets.models import Compset, CompsetMember, PublicListing
from tests.factories import (
    EPOCH,
    ChannelListingFactory,
    CompsetFactory,
    CredentialFactory,
    ListingFactory,
    MarketFactory,
    PublicListingFactory,
    PublicMarketFactory,
    ReservationFactory,
    UserFactory,
    moment,
    public_calendar,
)
from tests.partner import Answer, Partner
from users.services.users import delete_user

START, END = "2030-07-01", "2030-07-10"


@pytest.fixture
def listing(partner: Partner) -> Listing:
    shown = ChannelListingFactory(
        listing__owner__application=partner.application,
        listing__latitude="38.71230000",
        listing__longitude="-9.12850000",
        listing__bathrooms="1.5",
        listing__min_stay=2,
        listing__market=MarketFactory(active=True),
        listing__in_active_market=True,
        min_stay=2,
    )
    return shown.listing


@pytest.fixture
def compset(listing: Listing) -> Compset:
    return CompsetFactory(owner=listing.owner, listing=listing, kind="connected", title=listing.title)


def add_public(compset: Compset, states: str = "aaaabbbaax", place: int = 0, **attributes: Any) -> PublicListing:
    """A public member whose nights repeat from long before today until long after the nights of the tests."""
    public: PublicListing = PublicListingFactory(**attributes)
    first = timezone.now().date() - timedelta(days=timezone.now().date().toordinal() % 10 + 400)
    nights = states * 250
    price = public.price or -1
    prices = [price if letter == "a" else price + 2000 if letter == "b" else -1 for letter in nights]
    public_calendar(public, first, nights, prices, [3] * len(nights))
    CompsetMember.objects.create(compset=compset, public_listing=public, place=place)
    return public


def add_own(compset: Compset, **attributes: Any) -> Listing:
    shown = ChannelListingFactory(listing__owner=compset.owner, **attributes)
    CompsetMember.objects.create(compset=compset, listing=shown.listing, place=9)
    return shown.listing


def get(partner: Partner, compset: Compset, **query: str) -> Answer:
    return partner.get(f"/compsets/{compset.pk}/", query or {"start_date": START, "end_date": END})


class TestList:
    def test_a_set_is_shown_with_its_owner_and_listing(self, partner: Partner, compset: Compset) -> None:
        add_public(compset)

        answer = partner.get("/compsets/")

        assert answer.status == 200
        assert answer.data == [
            {
                "type": "compsets",
                "id": str(compset.pk),
                "attributes": {
                    "listing-id": compset.listing_id,
                    "kind": "connected",
                    "title": compset.title,
                    "member-count": 1,
                    "created-at": compset.created_at.isoformat().replace("+00:00", "Z"),
                    "updated-at": compset.updated_at.isoformat().replace("+00:00", "Z"),
                },
                "relationships": {
                    "owner": {"data": {"type": "users", "id": str(compset.owner_id)}},
                    "listing": {"data": {"type": "listings", "id": str(compset.listing_id)}},
                },
            }
        ]

    def test_a_set_without_a_listing_has_no_such_relationship(self, partner: Partner) -> None:
        CompsetFactory(owner__application=partner.application)

        (shown,) = partner.get("/compsets/", {"include": "listing"}).data

        assert shown["attributes"]["listing-id"] is None
        assert set(shown["relationships"]) == {"owner"}

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            ("", ["a", "c", "b"]),
            ("created-at", ["b", "c", "a"]),
            ("-created_at", ["a", "c", "b"]),
            ("title", ["a", "b", "c"]),
            ("-title", ["c", "b", "a"]),
        ],
    )
    def test_sets_are_sorted(self, partner: Partner, sort: str, order: list[str]) -> None:
        owner = UserFactory(application=partner.application)
        for at, title in enumerate(["b", "c", "a"]):
            CompsetFactory(owner=owner, title=title, created_at=moment(at))

        answer = partner.get("/compsets/", {"sort": sort} if sort else {})

        assert [row["attributes"]["title"] for row in answer.data] == order

    def test_sets_are_filtered(self, partner: Partner, compset: Compset) -> None:
        other = CompsetFactory(owner__application=partner.application, title="other")

        def found(name: str, value: object) -> set[str]:
            return {row["id"] for row in partner.get("/compsets/", {f"filter[{name}]": str(value)}).data}

        assert found("owner", compset.owner_id) == {str(compset.pk)}
        assert found("listing", compset.listing_id) == {str(compset.pk)}
        assert found("kind", "connected") == {str(compset.pk)}
        assert found("kind", "custom") == {str(other.pk)}
        assert found("listing", 999999) == set()

    @pytest.mark.parametrize(
        "query", ["filter[kind]=mine", "filter[owner]=me", "filter[listing]=0", "sort=updated-at", "include=members"]
    )
    def test_bad_parameters_are_refused(self, partner: Partner, query: str) -> None:
        answer = partner.get(f"/compsets/?{query}")

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": query.partition("=")[0]}

    def test_the_owner_and_the_listing_are_included(self, partner: Partner, compset: Compset) -> None:
        answer = partner.get("/compsets/", {"include": "owner,listing"})

        assert {(row["type"], row["id"]) for row in answer.document["included"]} == {
            ("users", str(compset.owner_id)),
            ("listings", str(compset.listing_id)),
        }

    def test_only_the_fields_asked_for_are_shown(self, partner: Partner, compset: Compset) -> None:
        (shown,) = partner.get("/compsets/", {"fields[compsets]": "member-count,owner"}).data

        assert set(shown["attributes"]) == {"member-count"}
        assert set(shown["relationships"]) == {"owner"}

    def test_pages(self, partner: Partner) -> None:
        CompsetFactory.create_batch(3, owner=UserFactory(application=partner.application))

        second = partner.get("/compsets/", {"page[number]": "2", "page[size]": "2"})

        assert len(second.data) == 1
        assert second.document["meta"]["pagination"] == {"page": 2, "pages": 2, "count": 3}

    def test_a_token_sees_the_sets_of_its_application_or_user(self, partner: Partner, other_partner: Partner) -> None:
        mine, yours = CompsetFactory.create_batch(2, owner__application=partner.application)
        yours.owner = UserFactory(application=partner.application)
        yours.save()
        CompsetFactory(owner__application=other_partner.application)

        as_user = partner.as_user(CredentialFactory(user=yours.owner))

        assert {row["id"] for row in partner.get("/compsets/").data} == {str(mine.pk), str(yours.pk)}
        assert {row["id"] for row in as_user.get("/compsets/").data} == {str(yours.pk)}
        assert get(as_user, mine).status == 404

    def test_the_sets_of_a_deleted_user_are_gone(self, partner: Partner, compset: Compset) -> None:
        delete_user(compset.owner, now=EPOCH)

        assert partner.get("/compsets/").data == []
        assert get(partner, compset).status == 404

    def test_a_page_costs_three_queries(
        self, partner: Partner, compset: Compset, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for place in range(3):
            add_public(compset, place=place)
        CompsetFactory.create_batch(10, owner=compset.owner, listing=compset.listing)

        with django_assert_num_queries(3):  # the token, the count, the page
            answer = partner.get("/compsets/")

        assert len(answer.data) == 11


class TestMembers:
    def test_a_public_member(self, partner: Partner, compset: Compset) -> None:
        public = add_public(compset, latitude=38.7213, rating=4.7, reviews_count=81, bathrooms=1.0)

        (member,) = get(partner, compset).attributes["members"]

        metrics = member.pop("metrics")
        assert member == {
            "channel": "airbnb",
            "channel-listing-id": public.public_id,
            "title": public.title,
            "url": f"https://www.airbnb.com/rooms/{public.public_id}",
            "image": None,
            "bedrooms": 2.0,
            "bathrooms": 1.0,
            "room-type": "Entire home/apt",
            "latitude": 38.7213,
            "longitude": -9.1285,
            "distance-km": 1.0008,
            "rating": 4.7,
            "reviews-count": 81,
            "health-score": None,
        }
        shares = {"booked": 0.3, "availability": 0.6, "adj-occupancy": 0.3333}
        amounts = {"adr": 130.0, "booked-rate": 130.0, "min-stays": 3}
        windows = {
            f"{days}-day-{name}": each for days in ("thirty", "ninety") for name, each in (shares | amounts).items()
        }
        assert metrics == windows | {
            "base-price": 110.0,
            "currency": "EUR",
            "rating": 4.7,
            "reviews-count": 81,
            "average-service-fee": None,
            "occupancy-based-on": "scrapes",
        }

    def test_nothing_about_hosts_is_shown(self, partner: Partner, compset: Compset) -> None:
        add_public(compset, host="9f86d081884c7d65")

        assert "9f86d081884c7d65" not in get(partner, compset).response.content.decode()

    def test_a_member_without_a_calendar_has_null_figures(self, partner: Partner, compset: Compset) -> None:
        public = PublicListingFactory(price=None, bedrooms=None, room_type="", latitude=None, longitude=None)
        CompsetMember.objects.create(compset=compset, public_listing=public, place=0)

        (member,) = get(partner, compset).attributes["members"]

        assert (member["bedrooms"], member["room-type"], member["distance-km"]) == (None, None, None)
        assert {name: each for name, each in member["metrics"].items() if each is not None} == {"currency": "EUR"}

    def test_the_occupancy_after_one_scrape_is_an_estimate_from_reviews(
        self, partner: Partner, compset: Compset
    ) -> None:
        seen: dict[str, Any] = {"first_seen_on": EPOCH.date(), "last_seen_on": EPOCH.date()}
        add_public(compset, states="aaauuuaaaa", reviews_per_month=2.0, **seen)
        add_public(compset, states="aaauuuaaaa", place=1, **seen)

        reviewed, unknown = (member["metrics"] for member in get(partner, compset).attributes["members"])

        assert reviewed["occupancy-based-on"] == "reviews"
        assert reviewed["thirty-day-booked"] == reviewed["ninety-day-adj-occupancy"] == pytest.approx(0.3945, abs=0.001)
        assert unknown["occupancy-based-on"] is None
        assert (unknown["thirty-day-booked"], unknown["thirty-day-availability"]) == (None, 0.7)

    def test_another_listing_of_the_owner(self, partner: Partner, compset: Compset) -> None:
        own = add_own(compset, listing__latitude="38.71230000", listing__longitude="-9.12850000", listing__units=1)
        today = local_date(own, timezone.now())
        ReservationFactory(
            listing=own, check_in=today + timedelta(days=3), check_out=today + timedelta(days=6), total=36000
        )

        (member,) = get(partner, compset).attributes["members"]

        assert (member["channel"], member["channel-listing-id"]) == (
            "hostaway",
            own.channel_listings.get().channel_listing_id,
        )
        assert (member["title"], member["url"], member["distance-km"]) == (own.title, None, 0.0)
        assert (member["metrics"]["thirty-day-adr"], member["metrics"]["thirty-day-booked"]) == (120.0, 0.1)
        assert member["metrics"]["base-price"] == 120.0
        assert member["metrics"]["occupancy-based-on"] == "reservations"

    def test_members_are_in_order_of_their_places(self, partner: Partner, compset: Compset) -> None:
        second, first = add_public(compset, place=1), add_public(compset, place=0)

        shown = [member["channel-listing-id"] for member in get(partner, compset).attributes["members"]]

        assert shown == [first.public_id, second.public_id]

    def test_a_listing_of_another_owner_is_never_shown(self, partner: Partner, compset: Compset) -> None:
        """The server never makes such a member. If a row had one, the answer would still not show it."""
        CompsetMember.objects.create(compset=compset, listing=ListingFactory(title="Secret house"), place=0)

        answer = get(partner, compset)

        assert answer.attributes["members"] == []
        assert "Secret house" not in answer.response.content.decode()


class TestPerformance:
    def test_the_listing_beside_its_members(self, partner: Partner, compset: Compset, listing: Listing) -> None:
        add_public(compset, price=10000)
        add_public(compset, place=1, price=20000, states="aaaaaaaaaa")
        ReservationFactory(listing=listing, check_in="2030-07-02", check_out="2030-07-04", total=25000)
        PostedNights.objects.create(
            channel_listing=listing.channel_listings.get(),
            nights={f"2030-07-{day:02}": [15000, None, None, None, None] for day in range(1, 11)},
            pushed_at=EPOCH,
        )

        answer = get(partner, compset)

        assert answer.attributes["performance"] == {
            "start-date": START,
            "end-date": END,
            "currency": "EUR",
            "main-listing-metrics": {
                "average-posted-rate": 150.0,
                "occupancy": 0.2,
                "average-min-stay": 2.0,
                "average-booked-rate": 125.0,
                "adj-occupancy": 0.2,
            },
            "aggregated-metrics": {
                "average-posted-rate": 150.0,
                "occupancy": 0.15,
                "average-min-stay": 3.0,
                "average-booked-rate": 120.0,
                "adj-occupancy": 0.1667,
                "number-of-nearby-listings": 2,
            },
        }

    def test_without_members_every_figure_is_null_and_the_count_is_0(self, partner: Partner, compset: Compset) -> None:
        attributes = get(partner, compset).attributes

        assert attributes["members"] == []
        assert attributes["performance"]["aggregated-metrics"] == {
            "average-posted-rate": None,
            "occupancy": None,
            "average-min-stay": None,
            "average-booked-rate": None,
            "adj-occupancy": None,
            "number-of-nearby-listings": 0,
        }

    def test_amounts_in_other_currencies_are_left_out(self, partner: Partner, compset: Compset) -> None:
        add_public(compset, states="aaaaaaaaaa", price=10000)
        add_public(compset, states="bbbbbbbbbb", place=1, market=PublicMarketFactory(city="Oslo", currency="NOK"))

        metrics = get(partner, compset).attributes["performance"]["aggregated-metrics"]

        assert (metrics["average-posted-rate"], metrics["average-booked-rate"], metrics["occupancy"]) == (
            100.0,
            None,
            0.5,
        )

    def test_a_listing_outside_an_active_market_has_no_prices(
        self, partner: Partner, compset: Compset, listing: Listing
    ) -> None:
        Listing.objects.filter(pk=listing.pk).update(in_active_market=False, base_price=0)

        attributes = get(partner, compset).attributes

        assert attributes["source"]["base-price"] is None
        assert attributes["source"]["metrics"]["thirty-day-price"] is None
        assert attributes["performance"]["main-listing-metrics"]["average-posted-rate"] is None
        assert attributes["performance"]["main-listing-metrics"]["occupancy"] == 0.0

    def test_the_default_is_the_next_90_nights_at_the_listing(self, partner: Partner, compset: Compset) -> None:
        today = local_date(compset.listing, timezone.now())  # type: ignore[arg-type]

        shown = partner.get(f"/compsets/{compset.pk}/").attributes["performance"]

        assert shown["start-date"] in {str(today), str(today + timedelta(days=1))}  # midnight may pass
        start = local_date(compset.listing, timezone.now()) if shown["start-date"] != str(today) else today  # type: ignore[arg-type]
        assert shown["end-date"] == str(start + timedelta(days=89))

    @pytest.mark.parametrize(("start", "end"), [("start_date", "end_date"), ("start-date", "end-date")])
    def test_both_spellings_of_the_range_work(self, partner: Partner, compset: Compset, start: str, end: str) -> None:
        shown = get(partner, compset, **{start: "2030-01-01", end: "2030-01-01"}).attributes["performance"]

        assert (shown["start-date"], shown["end-date"]) == ("2030-01-01", "2030-01-01")

    @pytest.mark.parametrize(
        ("query", "parameter"),
        [
            ({"start_date": "2030-07-10", "end_date": "2030-07-09"}, "end_date"),
            ({"start_date": "2030-01-01", "end_date": "2032-01-01"}, "end_date"),
            ({"start_date": "2099-01-01"}, "start_date"),
            ({"start_date": "tomorrow"}, "start_date"),
            ({"start_date": "20300701"}, "start_date"),
            ({"end_date": "2030-02-30"}, "end_date"),
            ({"end_date": "2020-01-01"}, "end_date"),
            ({"filter[start-date]": "2030-01-01"}, "filter[start-date]"),
        ],
    )
    def test_bad_ranges_are_refused(
        self, partner: Partner, compset: Compset, query: dict[str, str], parameter: str
    ) -> None:
        answer = get(partner, compset, **query)

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": parameter}

    def test_the_longest_range(self, partner: Partner, compset: Compset) -> None:
        assert get(partner, compset, start_date="2030-01-01", end_date="2031-12-31").status == 200


def test_the_source_of_a_set(partner: Partner, compset: Compset) -> None:
    source = get(partner, compset).attributes["source"]

    metrics = source.pop("metrics")
    assert source == {
        "bedrooms": None,
        "bathrooms": 1.5,
        "latitude": 38.7123,
        "longitude": -9.1285,
        "address": None,
        "city": "Lisbon",
        "state": None,
        "country": "Portugal",
        "market": "Lisbon",
        "currency": "EUR",
        "base-price": 120.0,
        "health-score": None,
        "min-stay": 2,
    }
    assert (metrics["thirty-day-booked"], metrics["ninety-day-availability"], metrics["thirty-day-adr"]) == (
        0.0,
        1.0,
        None,
    )
    assert metrics["thirty-day-price"] > 50


def test_only_the_asked_attributes_of_a_set(partner: Partner, compset: Compset) -> None:
    answer = get(partner, compset, **{"fields[compsets]": "title,matched-airbnb-id"})

    assert answer.attributes == {"title": compset.title, "matched-airbnb-id": None}


def test_a_set_without_a_listing_has_a_source_of_nulls(partner: Partner) -> None:
    compset = CompsetFactory(owner__application=partner.application)
    add_public(compset, market=PublicMarketFactory(city="Oslo", currency="NOK"))

    attributes = get(partner, compset).attributes

    assert attributes["listing-id"] is None
    metrics = attributes["source"].pop("metrics")
    assert set(attributes["source"].values()) == set(metrics.values()) == {None}
    assert attributes["members"][0]["distance-km"] is None
    assert attributes["performance"]["currency"] == "NOK"
    assert attributes["performance"]["main-listing-metrics"] is None


def test_an_empty_set_without_a_listing_names_no_currency(partner: Partner) -> None:
    compset = CompsetFactory(owner__application=partner.application)

    assert get(partner, compset).attributes["performance"]["currency"] == "XXX"


@pytest.mark.parametrize(("public", "own"), [(1, 0), (20, 0), (15, 5)])
def test_a_set_costs_six_queries_however_many_members_it_has(
    partner: Partner, compset: Compset, django_assert_num_queries: DjangoAssertNumQueries, public: int, own: int
) -> None:
    for place in range(public):
        add_public(compset, place=place)
    for _ in range(own):
        add_own(compset)

    with django_assert_num_queries(6):  # the token, the set, its members, own listings, their stays, their channels
        answer = get(partner, compset)

    assert len(answer.attributes["members"]) == public + own


class TestCreate:
    def test_a_set_of_public_listings(self, partner: Partner, listing: Listing) -> None:
        one, two = PublicListingFactory.create_batch(2)

        answer = create(partner, [two.public_id, one.public_id, two.public_id], **{"listing-id": listing.pk})

        assert answer.status == 201
        compset = Compset.objects.get()
        assert answer.header("Location") == f"http://testserver/api/v1/compsets/{compset.pk}/"
        assert answer.data["relationships"]["listing"]["data"]["id"] == str(listing.pk)
        assert (answer.attributes["kind"], answer.attributes["member-count"]) == ("custom", 2)
        assert (compset.owner, compset.application) == (listing.owner, partner.application)
        shown = get(partner, compset).attributes
        assert [member["channel-listing-id"] for member in shown["members"]] == [two.public_id, one.public_id]

    def test_a_set_without_a_listing_belongs_to_the_user_named(self, partner: Partner) -> None:
        user, public = UserFactory(application=partner.application), PublicListingFactory()

        named = create(partner, [public.public_id], **{"owner-id": user.pk})
        own = create(partner.as_user(CredentialFactory(user=user)), [public.public_id])

        assert (named.status, own.status) == (201, 201)
        assert {compset.owner for compset in Compset.objects.all()} == {user}

    def test_unknown_ids_are_named_and_nothing_is_made(self, partner: Partner, listing: Listing) -> None:
        known = PublicListingFactory()

        answer = create(partner, [known.public_id, "12", "34"], **{"listing-id": listing.pk})

        assert answer.status == 422
        assert answer.error["source"] == {"pointer": "/data/attributes/channel-listing-ids"}
        assert answer.error["meta"] == {"unknown-ids": ["12", "34"]}
        assert "12, 34" in answer.error["detail"]
        assert not Compset.objects.exists()

    def test_an_id_of_several_markets_means_the_listing_seen_last(self, partner: Partner, listing: Listing) -> None:
        PublicListingFactory(public_id="77", last_seen_on="2029-01-01")
        PublicListingFactory(public_id="77", last_seen_on="2029-06-01", market=PublicMarketFactory(city="Faro"))

        create(partner, ["77"], **{"listing-id": listing.pk})

        assert CompsetMember.objects.get().public_listing.market.city == "Faro"

    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"title": ""}, "title", "blank"),
            ({"title": "x" * 256}, "title", "max_length"),
            ({"title": 5}, "title", "invalid"),
            ({"title": None}, "title", "null"),
            ({"channel": "booking"}, "channel", "invalid_choice"),
            ({"channel-listing-ids": []}, "channel-listing-ids", "empty"),
            ({"channel-listing-ids": [str(each) for each in range(51)]}, "channel-listing-ids", "max_length"),
            ({"channel-listing-ids": "77"}, "channel-listing-ids", "not_a_list"),
            ({"channel-listing-ids": [77]}, "channel-listing-ids/0", "invalid"),
            ({"listing-id": "12"}, "listing-id", "invalid"),
            ({"listing-id": 0}, "listing-id", "min_value"),
            ({"listing-id": 999999}, "listing-id", "does_not_exist"),
            ({"listing-id": None}, "listing-id", "required"),
            ({"listing-id": None, "owner-id": 999999}, "owner-id", "does_not_exist"),
            ({"owner-id": 999999}, "owner-id", "invalid"),
            ({"colour": "red"}, "colour", "unknown"),
        ],
    )
    def test_invalid_attributes_are_named(
        self, partner: Partner, listing: Listing, changes: dict[str, Any], pointer: str, code: str
    ) -> None:
        public = PublicListingFactory()
        attributes: dict[str, Any] = {
            "title": "Rivals",
            "listing-id": listing.pk,
            "channel-listing-ids": [public.public_id],
        }

        answer = partner.post("/compsets/", "compsets", **(attributes | changes))

        assert answer.status == 400
        assert answer.error["source"]["pointer"].startswith(f"/data/attributes/{pointer}")
        assert answer.error["code"] == code
        assert not Compset.objects.exists()

    def test_listings_and_users_of_others_do_not_exist(self, partner: Partner, other_partner: Partner) -> None:
        theirs, public = ListingFactory(owner__application=other_partner.application), PublicListingFactory()

        for attributes in ({"listing-id": theirs.pk}, {"owner-id": theirs.owner_id}):
            answer = create(partner, [public.public_id], **attributes)
            assert (answer.status, answer.error["code"]) == (400, "does_not_exist")

    def test_a_user_has_a_hundred_custom_sets_at_most(self, partner: Partner, listing: Listing) -> None:
        CompsetFactory.create_batch(100, owner=listing.owner)
        public = PublicListingFactory()

        answer = create(partner, [public.public_id], **{"listing-id": listing.pk})

        assert (answer.status, Compset.objects.count()) == (422, 100)


def create(partner: Partner, ids: list[str], **attributes: Any) -> Answer:
    return partner.post("/compsets/", "compsets", **{"title": "Rivals", "channel-listing-ids": ids, **attributes})


def test_a_custom_set_is_deleted_with_its_members(partner: Partner) -> None:
    compset = CompsetFactory(owner__application=partner.application)
    add_public(compset)

    assert partner.delete(f"/compsets/{compset.pk}/").status == 204
    assert partner.delete(f"/compsets/{compset.pk}/").status == 404
    assert not CompsetMember.objects.exists()
    assert PublicListing.objects.exists()


def test_a_connected_set_cannot_be_deleted(partner: Partner, compset: Compset) -> None:
    answer = partner.delete(f"/compsets/{compset.pk}/")

    assert answer.status == 409
    assert Compset.objects.exists()
