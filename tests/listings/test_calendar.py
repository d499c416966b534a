"""GET /listings/<id>/calendar/ (contract, *Calendar*)."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from listings.models import ChannelCalendar, Listing, PostedNights, PricingRules, Reservation
from tests.factories import ChannelListingFactory, ListingFactory, MarketFactory, ReservationFactory
from tests.partner import Answer, Partner


@pytest.fixture
def listing(partner: Partner) -> Listing:
    """A listing in an active market without statistics, so that its nights cost the base price of 120."""
    return ListingFactory(
        owner__application=partner.application, in_active_market=True, market=MarketFactory(active=True)
    )


@pytest.fixture
def first(listing: Listing) -> date:
    """A Monday in February of next year, far from any event of the table."""
    today = datetime.now(ZoneInfo(listing.timezone)).date()
    monday = date(today.year + 1, 2, 1)
    return monday + timedelta(days=-monday.weekday() % 7)


def read(partner: Partner, listing: Listing, first: date, last: date | None = None, **query: Any) -> Answer:
    filters = {"filter[start-date]": str(first), "filter[end-date]": str(last or first)}
    return partner.get(f"/listings/{listing.pk}/calendar/", {**filters, **query})


def nights(answer: Answer, attribute: str) -> list:
    return [entry["attributes"][attribute] for entry in answer.data]


def book(listing: Listing, first: date, nights: int, **facts: Any) -> Reservation:
    return ReservationFactory(
        listing=listing, account__user=listing.owner, check_in=first, check_out=first + timedelta(days=nights), **facts
    )


class TestRange:
    def test_it_defaults_to_a_year_from_today(self, partner: Partner, listing: Listing) -> None:
        today = datetime.now(ZoneInfo(listing.timezone)).date()

        answer = partner.get(f"/listings/{listing.pk}/calendar/")

        assert nights(answer, "date") == [str(today + timedelta(days=day)) for day in range(25)]
        assert answer.document["meta"]["pagination"] == {"page": 1, "pages": 15, "count": 366}

    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
    def test_today_is_the_date_in_the_listings_time_zone(self, partner: Partner, listing: Listing, zone: str) -> None:
        listing.timezone = zone
        listing.save()

        answer = partner.get(f"/listings/{listing.pk}/calendar/", {"page[size]": "1"})

        assert nights(answer, "date") == [str(datetime.now(ZoneInfo(zone)).date())]

    def test_an_unknown_time_zone_is_treated_as_utc(self, partner: Partner, listing: Listing) -> None:
        listing.timezone = "Mars/Olympus"
        listing.save()

        answer = partner.get(f"/listings/{listing.pk}/calendar/", {"page[size]": "1"})

        assert nights(answer, "date") == [str(datetime.now(ZoneInfo("UTC")).date())]

    def test_the_first_and_the_last_night_are_included(self, partner: Partner, listing: Listing, first: date) -> None:
        answer = read(partner, listing, first, first + timedelta(days=2))

        assert nights(answer, "date") == [str(first + timedelta(days=day)) for day in range(3)]

    def test_the_end_defaults_to_a_year_after_the_start(self, partner: Partner, listing: Listing, first: date) -> None:
        answer = partner.get(f"/listings/{listing.pk}/calendar/", {"filter[start-date]": str(first)})

        assert answer.document["meta"]["pagination"]["count"] == 366

    def test_it_may_be_at_most_730_days_long(self, partner: Partner, listing: Listing, first: date) -> None:
        longest = read(partner, listing, first, first + timedelta(days=730))
        longer = read(partner, listing, first, first + timedelta(days=731))

        assert longest.status == 200
        assert longer.status == 422
        assert longer.error["title"] == "Unprocessable Entity"

    def test_it_must_not_end_before_it_starts(self, partner: Partner, listing: Listing, first: date) -> None:
        assert read(partner, listing, first, first - timedelta(days=1)).status == 422

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_it_must_not_start_too_far_from_today(self, partner: Partner, listing: Listing, day: str) -> None:
        answer = partner.get(f"/listings/{listing.pk}/calendar/", {"filter[start-date]": day})

        assert answer.status == 422

    @pytest.mark.parametrize(
        "value", ["tomorrow", "2030-02-30", "01/02/2030", "2030-01-01T00:00:00Z", "20300101", "2030-1-5", " 2030-01-05"]
    )
    @pytest.mark.parametrize("parameter", ["filter[start-date]", "filter[end-date]"])
    def test_the_error_names_the_parameter_of_a_malformed_date(
        self, partner: Partner, listing: Listing, parameter: str, value: str
    ) -> None:
        answer = partner.get(f"/listings/{listing.pk}/calendar/", {parameter: value})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": parameter}

    def test_both_spellings_of_a_filter_are_accepted(self, partner: Partner, listing: Listing, first: date) -> None:
        underscored = {"filter[start_date]": str(first), "filter[end_date]": str(first)}

        answer = partner.get(f"/listings/{listing.pk}/calendar/", underscored)

        assert nights(answer, "date") == [str(first)]


class TestPages:
    def test_pages_are_ordered_from_the_first_night_to_the_last(
        self, partner: Partner, listing: Listing, first: date
    ) -> None:
        last = first + timedelta(days=119)

        pages = [read(partner, listing, first, last, **{"page[number]": str(n), "page[size]": "100"}) for n in (1, 2)]

        assert [night for page in pages for night in nights(page, "date")] == [
            str(first + timedelta(days=day)) for day in range(120)
        ]

    def test_pages_can_be_ordered_from_the_last_night_to_the_first(
        self, partner: Partner, listing: Listing, first: date
    ) -> None:
        answer = read(partner, listing, first, first + timedelta(days=30), sort="-date")

        assert nights(answer, "date") == [str(first + timedelta(days=30 - day)) for day in range(25)]

    def test_a_page_after_the_last_one_is_404(self, partner: Partner, listing: Listing, first: date) -> None:
        assert read(partner, listing, first, first, **{"page[number]": "2"}).status == 404

    def test_the_id_of_a_night_consists_of_listing_and_date(
        self, partner: Partner, listing: Listing, first: date
    ) -> None:
        answer = read(partner, listing, first)

        assert answer.data[0]["id"] == f"{listing.pk}-{first}"
        assert answer.data[0]["type"] == "calendar-entries"

    def test_entries_contain_only_the_requested_fields(self, partner: Partner, listing: Listing, first: date) -> None:
        answer = read(partner, listing, first, first, **{"fields[calendar-entries]": "date,price-posted"})

        assert answer.data[0]["attributes"] == {"date": str(first), "price-posted": None}

    def test_an_unknown_field_is_refused(self, partner: Partner, listing: Listing, first: date) -> None:
        answer = read(partner, listing, first, first, **{"fields[calendar-entries]": "cost"})

        assert answer.error["source"] == {"parameter": "fields[calendar-entries]"}

    def test_the_price_of_a_night_does_not_depend_on_the_page(
        self, partner: Partner, listing: Listing, first: date
    ) -> None:
        PricingRules.objects.create(
            listing=listing, min_stays={"min_stay": 4, "gap_fill_min_stay": {"enabled": True, "gaps": None}}
        )
        book(listing, first, 3)
        book(listing, first + timedelta(days=5), 4)

        alone = [read(partner, listing, first + timedelta(days=day)).data[0] for day in range(10)]

        assert read(partner, listing, first, first + timedelta(days=9)).data == alone


class TestPrices:
    def test_prices_are_minor_units_with_their_factors(self, partner: Partner, listing: Listing, first: date) -> None:
        answer = read(partner, listing, first)

        assert answer.data[0]["attributes"] == {
            "date": str(first),
            "availability": "available",
            "price": 12000,
            "price-posted": None,
            "effective-min-price": 500,
            "effective-max-price": None,
            "factors": [
                {
                    "key": "base_price",
                    "order": 0,
                    "ratio": 1.0,
                    "amount": 12000,
                    "reason": "Base price of the listing",
                    "event-impact": None,
                }
            ],
            "min-stay": 1,
            "max-stay": None,
            "checkin-allowed": True,
            "checkout-allowed": True,
        }

    def test_prices_use_the_minor_unit_of_the_currency(self, partner: Partner, listing: Listing, first: date) -> None:
        listing.currency, listing.base_price = "JPY", 15000
        listing.save()

        assert nights(read(partner, listing, first), "price") == [15000]

    def test_prices_follow_the_customizations(self, partner: Partner, listing: Listing, first: date) -> None:
        PricingRules.objects.create(
            listing=listing,
            min_max_prices={"min_price": 150, "max_price": 400},
            max_stays={"max_stay": 14},
            checkin_checkout_days={"checkin_days": ["saturday"]},
        )

        (night,) = read(partner, listing, first).data

        assert night["attributes"]["price"] == night["attributes"]["effective-min-price"] == 15000
        assert night["attributes"]["effective-max-price"] == 40000
        assert night["attributes"]["factors"][-1]["key"] == "min_price"
        assert night["attributes"]["max-stay"] == 14
        assert night["attributes"]["checkin-allowed"] is False

    def test_stay_rules_default_to_the_hosts_rules_at_the_channel(
        self, partner: Partner, listing: Listing, first: date
    ) -> None:
        ChannelListingFactory(listing=listing, min_stay=2, max_stay=28)

        answer = read(partner, listing, first)

        assert (nights(answer, "min-stay"), nights(answer, "max-stay")) == ([2], [28])

    def test_the_posted_price_is_the_price_that_the_channel_confirmed_last(
        self, partner: Partner, listing: Listing, first: date
    ) -> None:
        shown = ChannelListingFactory(listing=listing)
        posted = {str(first): [11900, None, None, None, None]}
        PostedNights.objects.create(channel_listing=shown, nights=posted, pushed_at=timezone.now())

        answer = read(partner, listing, first, first + timedelta(days=1))

        assert nights(answer, "price-posted") == [11900, None]

    def test_the_posted_price_comes_from_the_channel_that_was_connected_first(
        self, partner: Partner, listing: Listing, first: date
    ) -> None:
        for price in (11900, 13000):
            shown = ChannelListingFactory(listing=listing)
            posted = {str(first): [price, None, None, None, None]}
            PostedNights.objects.create(channel_listing=shown, nights=posted, pushed_at=timezone.now())

        assert nights(read(partner, listing, first), "price-posted") == [11900]

    def test_a_removed_channel_listing_has_no_posted_price(
        self, partner: Partner, listing: Listing, first: date
    ) -> None:
        shown = ChannelListingFactory(listing=listing, removed_at=timezone.now())
        posted = {str(first): [11900, None, None, None, None]}
        PostedNights.objects.create(channel_listing=shown, nights=posted, pushed_at=timezone.now())

        assert nights(read(partner, listing, first), "price-posted") == [None]

    def test_a_listing_without_a_base_price_gets_422(self, partner: Partner, listing: Listing, first: date) -> None:
        listing.base_price = 0
        listing.save()

        assert read(partner, listing, first).status == 422

    def test_a_listing_outside_an_active_market_gets_400(self, partner: Partner, listing: Listing, first: date) -> None:
        listing.in_active_market = False
        listing.save()

        answer = read(partner, listing, first)

        assert answer.status == 400
        assert str(listing.pk) in answer.error["detail"]


class TestAvailability:
    def test_nights_in_the_channels_calendar_follow_it(self, partner: Partner, listing: Listing, first: date) -> None:
        ChannelCalendar.objects.create(listing=listing, first_night=first, availability="abx")

        answer = read(partner, listing, first - timedelta(days=1), first + timedelta(days=3))

        assert nights(answer, "availability") == ["available", "available", "booked", "blocked", "available"]

    def test_a_reservation_takes_its_nights_but_not_the_day_of_departure(
        self, partner: Partner, listing: Listing, first: date
    ) -> None:
        ChannelCalendar.objects.create(listing=listing, first_night=first, availability="aaa")
        book(listing, first, 2)

        answer = read(partner, listing, first, first + timedelta(days=2))

        assert nights(answer, "availability") == ["booked", "booked", "available"]

    @pytest.mark.parametrize(
        ("status", "availability"),
        [("booked", "booked"), ("held", "booked"), ("owner", "blocked"), ("cancelled", "available")],
    )
    def test_availability_depends_on_the_status_of_the_reservation(
        self, partner: Partner, listing: Listing, first: date, status: str, availability: str
    ) -> None:
        book(listing, first, 1, status=status)

        assert nights(read(partner, listing, first), "availability") == [availability]

    def test_a_night_is_available_until_all_units_are_taken(
        self, partner: Partner, listing: Listing, first: date
    ) -> None:
        listing.units = 3
        listing.save()
        book(listing, first, 2, units=2)
        book(listing, first, 1)

        answer = read(partner, listing, first, first + timedelta(days=1))

        assert nights(answer, "availability") == ["booked", "available"]


class TestAccess:
    @pytest.mark.parametrize("scope", ["listings:read", "reservations:read"])
    def test_each_of_the_two_scopes_is_sufficient(
        self, partner: Partner, listing: Listing, first: date, scope: str
    ) -> None:
        assert read(partner.with_scopes(scope), listing, first).status == 200

    def test_other_scopes_are_not_sufficient(self, partner: Partner, listing: Listing, first: date) -> None:
        assert read(partner.with_scopes("listings:write", "user:read"), listing, first).status == 403

    def test_the_listing_of_another_partner_is_not_found(
        self, other_partner: Partner, listing: Listing, first: date
    ) -> None:
        answer = read(other_partner, listing, first)

        assert answer.status == 404
        assert answer.error["detail"] == f"Listing {listing.pk} not found"


@pytest.mark.parametrize("reservations", [1, 40])
def test_a_page_costs_four_queries(
    partner: Partner,
    listing: Listing,
    first: date,
    reservations: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ChannelListingFactory(listing=listing)
    PricingRules.objects.create(listing=listing)
    for day in range(reservations):
        book(listing, first + timedelta(days=2 * day), 1)

    # The token; the listing with market, rules and channel calendar; the posted nights; the stays.
    with django_assert_num_queries(4):
        answer = read(partner, listing, first, first + timedelta(days=99), **{"page[size]": "100"})

    assert len(answer.data) == 100


@pytest.mark.parametrize("query", [{}, {"sort": "-date"}, {"fields[calendar-entries]": "price,factors"}])
def test_a_page_equals_the_document_that_the_library_renders(
    partner: Partner, listing: Listing, first: date, settings: Settings, query: dict[str, Any]
) -> None:
    planned = read(partner, listing, first, **query)
    settings.RENDER_PLANS = False
    plain = read(partner, listing, first, **query)

    assert planned.document == plain.document
    assert planned.data[0]["attributes"]["factors"]
