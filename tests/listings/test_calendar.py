"""GET /listings/<id>/calendar/ (contract, *Calendar*)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from listings.models import ChannelCalendar, PostedNights, PricingRules, Reservation
from tests.factories import ChannelListingFactory, ListingFactory, MarketFactory, ReservationFactory
from tests.partner import Answer, Partner


@pytest.fixture
def listing(partner):
    """In an active market that knows nothing yet, so that nights cost the base price of 120."""
    return ListingFactory(
        owner__application=partner.application, in_active_market=True, market=MarketFactory(active=True)
    )


@pytest.fixture
def first(listing) -> date:
    """An ordinary Monday some weeks from now, far from any event of the table."""
    today = datetime.now(ZoneInfo(listing.timezone)).date()
    monday = date(today.year + 1, 2, 1)
    return monday + timedelta(days=-monday.weekday() % 7)


def read(partner: Partner, listing, first: date, last: date | None = None, **query: str) -> Answer:
    filters = {"filter[start-date]": str(first), "filter[end-date]": str(last or first)}
    return partner.get(f"/listings/{listing.pk}/calendar/", {**filters, **query})


def nights(answer: Answer, attribute: str) -> list:
    return [entry["attributes"][attribute] for entry in answer.data]


def book(listing, first: date, nights: int, **facts) -> Reservation:
    return ReservationFactory(
        listing=listing, account__user=listing.owner, check_in=first, check_out=first + timedelta(days=nights), **facts
    )


class TestRange:
    def test_begins_today_at_the_listing_and_has_a_year(self, partner, listing):
        today = datetime.now(ZoneInfo(listing.timezone)).date()

        answer = partner.get(f"/listings/{listing.pk}/calendar/")

        assert nights(answer, "date") == [str(today + timedelta(days=day)) for day in range(25)]
        assert answer.document["meta"]["pagination"] == {"page": 1, "pages": 15, "count": 366}

    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
    def test_today_is_the_listings_own(self, partner, listing, zone):
        listing.timezone = zone
        listing.save()

        answer = partner.get(f"/listings/{listing.pk}/calendar/", {"page[size]": "1"})

        assert nights(answer, "date") == [str(datetime.now(ZoneInfo(zone)).date())]

    def test_a_timezone_that_nobody_knows_is_utc(self, partner, listing):
        listing.timezone = "Mars/Olympus"
        listing.save()

        answer = partner.get(f"/listings/{listing.pk}/calendar/", {"page[size]": "1"})

        assert nights(answer, "date") == [str(datetime.now(ZoneInfo("UTC")).date())]

    def test_both_ends_are_included(self, partner, listing, first):
        answer = read(partner, listing, first, first + timedelta(days=2))

        assert nights(answer, "date") == [str(first + timedelta(days=day)) for day in range(3)]

    def test_without_an_end_it_has_the_year_after_its_start(self, partner, listing, first):
        answer = partner.get(f"/listings/{listing.pk}/calendar/", {"filter[start-date]": str(first)})

        assert answer.document["meta"]["pagination"]["count"] == 366

    def test_may_be_730_days_long_and_no_longer(self, partner, listing, first):
        longest = read(partner, listing, first, first + timedelta(days=730))
        longer = read(partner, listing, first, first + timedelta(days=731))

        assert longest.status == 200
        assert longer.status == 422
        assert longer.error["title"] == "Unprocessable Entity"

    def test_must_not_end_before_it_starts(self, partner, listing, first):
        assert read(partner, listing, first, first - timedelta(days=1)).status == 422

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_must_not_lie_at_the_end_of_time(self, partner, listing, day):
        answer = partner.get(f"/listings/{listing.pk}/calendar/", {"filter[start-date]": day})

        assert answer.status == 422

    @pytest.mark.parametrize(
        "value", ["tomorrow", "2030-02-30", "01/02/2030", "2030-01-01T00:00:00Z", "20300101", "2030-1-5", " 2030-01-05"]
    )
    @pytest.mark.parametrize("parameter", ["filter[start-date]", "filter[end-date]"])
    def test_a_malformed_date_is_named(self, partner, listing, parameter, value):
        answer = partner.get(f"/listings/{listing.pk}/calendar/", {parameter: value})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": parameter}

    def test_both_spellings_of_a_filter_are_understood(self, partner, listing, first):
        underscored = {"filter[start_date]": str(first), "filter[end_date]": str(first)}

        answer = partner.get(f"/listings/{listing.pk}/calendar/", underscored)

        assert nights(answer, "date") == [str(first)]


class TestPages:
    def test_run_from_the_first_night_to_the_last(self, partner, listing, first):
        last = first + timedelta(days=119)

        pages = [read(partner, listing, first, last, **{"page[number]": str(n), "page[size]": "100"}) for n in (1, 2)]

        assert [night for page in pages for night in nights(page, "date")] == [
            str(first + timedelta(days=day)) for day in range(120)
        ]

    def test_run_backwards_on_request(self, partner, listing, first):
        answer = read(partner, listing, first, first + timedelta(days=30), sort="-date")

        assert nights(answer, "date") == [str(first + timedelta(days=30 - day)) for day in range(25)]

    def test_beyond_the_last_one_there_is_nothing(self, partner, listing, first):
        assert read(partner, listing, first, first, **{"page[number]": "2"}).status == 404

    def test_every_night_has_an_id_of_its_own(self, partner, listing, first):
        answer = read(partner, listing, first)

        assert answer.data[0]["id"] == f"{listing.pk}-{first}"
        assert answer.data[0]["type"] == "calendar-entries"

    def test_hold_only_the_fields_asked_for(self, partner, listing, first):
        answer = read(partner, listing, first, **{"fields[calendar-entries]": "date,price-posted"})

        assert answer.data[0]["attributes"] == {"date": str(first), "price-posted": None}

    def test_a_field_that_is_not_there_is_refused(self, partner, listing, first):
        answer = read(partner, listing, first, **{"fields[calendar-entries]": "cost"})

        assert answer.error["source"] == {"parameter": "fields[calendar-entries]"}

    def test_a_night_costs_the_same_whichever_page_it_is_on(self, partner, listing, first):
        PricingRules.objects.create(
            listing=listing, min_stays={"min_stay": 4, "gap_fill_min_stay": {"enabled": True, "gaps": None}}
        )
        book(listing, first, 3)
        book(listing, first + timedelta(days=5), 4)

        alone = [read(partner, listing, first + timedelta(days=day)).data[0] for day in range(10)]

        assert read(partner, listing, first, first + timedelta(days=9)).data == alone


class TestPrices:
    def test_are_minor_units_with_what_moved_them(self, partner, listing, first):
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

    def test_follow_the_currencys_own_minor_unit(self, partner, listing, first):
        listing.currency, listing.base_price = "JPY", 15000
        listing.save()

        assert nights(read(partner, listing, first), "price") == [15000]

    def test_follow_the_customizations(self, partner, listing, first):
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

    def test_stays_default_to_what_the_host_set_at_the_channel(self, partner, listing, first):
        ChannelListingFactory(listing=listing, min_stay=2, max_stay=28)

        answer = read(partner, listing, first)

        assert (nights(answer, "min-stay"), nights(answer, "max-stay")) == ([2], [28])

    def test_posted_is_what_the_channel_confirmed_last(self, partner, listing, first):
        shown = ChannelListingFactory(listing=listing)
        posted = {str(first): [11900, None, None, None, None]}
        PostedNights.objects.create(channel_listing=shown, nights=posted, pushed_at=timezone.now())

        answer = read(partner, listing, first, first + timedelta(days=1))

        assert nights(answer, "price-posted") == [11900, None]

    def test_of_several_channels_the_one_connected_first_says_what_is_posted(self, partner, listing, first):
        for price in (11900, 13000):
            shown = ChannelListingFactory(listing=listing)
            posted = {str(first): [price, None, None, None, None]}
            PostedNights.objects.create(channel_listing=shown, nights=posted, pushed_at=timezone.now())

        assert nights(read(partner, listing, first), "price-posted") == [11900]

    def test_a_channel_that_is_gone_has_posted_nothing(self, partner, listing, first):
        shown = ChannelListingFactory(listing=listing, removed_at=timezone.now())
        posted = {str(first): [11900, None, None, None, None]}
        PostedNights.objects.create(channel_listing=shown, nights=posted, pushed_at=timezone.now())

        assert nights(read(partner, listing, first), "price-posted") == [None]

    def test_without_a_base_price_there_are_none(self, partner, listing, first):
        listing.base_price = 0
        listing.save()

        assert read(partner, listing, first).status == 422

    def test_outside_an_active_market_there_are_none(self, partner, listing, first):
        listing.in_active_market = False
        listing.save()

        answer = read(partner, listing, first)

        assert answer.status == 400
        assert str(listing.pk) in answer.error["detail"]


class TestAvailability:
    def test_is_the_channels_where_it_tells(self, partner, listing, first):
        ChannelCalendar.objects.create(listing=listing, first_night=first, availability="abx")

        answer = read(partner, listing, first - timedelta(days=1), first + timedelta(days=3))

        assert nights(answer, "availability") == ["available", "available", "booked", "blocked", "available"]

    def test_a_reservation_takes_its_nights_but_not_the_day_of_departure(self, partner, listing, first):
        ChannelCalendar.objects.create(listing=listing, first_night=first, availability="aaa")
        book(listing, first, 2)

        answer = read(partner, listing, first, first + timedelta(days=2))

        assert nights(answer, "availability") == ["booked", "booked", "available"]

    @pytest.mark.parametrize(
        ("status", "availability"),
        [("booked", "booked"), ("held", "booked"), ("owner", "blocked"), ("cancelled", "available")],
    )
    def test_depends_on_what_kind_of_reservation_it_is(self, partner, listing, first, status, availability):
        book(listing, first, 1, status=status)

        assert nights(read(partner, listing, first), "availability") == [availability]

    def test_of_several_units_lasts_until_all_are_taken(self, partner, listing, first):
        listing.units = 3
        listing.save()
        book(listing, first, 2, units=2)
        book(listing, first, 1)

        answer = read(partner, listing, first, first + timedelta(days=1))

        assert nights(answer, "availability") == ["booked", "available"]


class TestAccess:
    @pytest.mark.parametrize("scope", ["listings:read", "reservations:read"])
    def test_either_scope_opens_it(self, partner, listing, first, scope):
        assert read(partner.with_scopes(scope), listing, first).status == 200

    def test_no_other_scope_does(self, partner, listing, first):
        assert read(partner.with_scopes("listings:write", "user:read"), listing, first).status == 403

    def test_another_partners_listing_is_not_there(self, other_partner, listing, first):
        answer = read(other_partner, listing, first)

        assert answer.status == 404
        assert answer.error["detail"] == f"Listing {listing.pk} not found"


@pytest.mark.parametrize("reservations", [1, 40])
def test_a_page_costs_four_queries(partner, listing, first, reservations, django_assert_num_queries):
    ChannelListingFactory(listing=listing)
    PricingRules.objects.create(listing=listing)
    for day in range(reservations):
        book(listing, first + timedelta(days=2 * day), 1)

    # The token; the listing with market, rules and channel calendar; what was posted; the stays.
    with django_assert_num_queries(4):
        answer = read(partner, listing, first, first + timedelta(days=99), **{"page[size]": "100"})

    assert len(answer.data) == 100


@pytest.mark.parametrize("query", [{}, {"sort": "-date"}, {"fields[calendar-entries]": "price,factors"}])
def test_a_page_is_the_document_that_the_library_renders(partner, listing, first, settings, query):
    planned = read(partner, listing, first, **query)
    settings.RENDER_PLANS = False
    plain = read(partner, listing, first, **query)

    assert planned.document == plain.document
    assert planned.data[0]["attributes"]["factors"]
