"""The endpoint of a listing's calendar."""

from datetime import date

from django_filters import FilterSet
from rest_framework.request import Request
from rest_framework.response import Response

import clock
from jsonapi.fast.views import Planned
from jsonapi.filters import IsoDateFilter
from jsonapi.operations import Operation
from jsonapi.views import PartnerView
from listings.calendar import READ_WITH, calendar_range, price_calendar_nights
from listings.models import Listing
from listings.serializers.calendar import CalendarEntrySerializer
from listings.views.scopes import READ


class CalendarFilters(FilterSet):
    start_date = IsoDateFilter(help_text="First night. The default is today at the listing.")
    end_date = IsoDateFilter(
        help_text="Last night, at most 730 days after the first. The default is 365 days after it."
    )


class ListingCalendar(Planned, PartnerView):
    queryset = Listing.objects.select_related(*READ_WITH)
    serializer_class = CalendarEntrySerializer
    operations = {
        "GET": Operation(
            id="list_listing_calendar", tag="Listings", summary="Get a listing's calendar",
            scopes=[*READ, ["reservations:read"]], answer=CalendarEntrySerializer, errors=(400, 422),
            description="Returns the price, availability and stay rules of each night, computed for this request. A "
            "listing outside an active market returns 400. A range that ends before it starts or is longer than 730 "
            "days returns 422.",
        )
    }  # fmt: skip
    is_collection = True
    sort_fields = ("date",)
    sorts_by_one = True
    default_sort = "date"
    filterset_class = CalendarFilters

    def get(self, request: Request, listing_id: int) -> Response:
        now = clock.now()
        asked = self.filters.form.cleaned_data if self.filters else {}
        listing = self.visible(Listing, listing_id, self.queryset)
        first, last = calendar_range(listing, asked.get("start_date"), asked.get("end_date"), now)
        nights = range(first.toordinal(), last.toordinal() + 1)
        if self.sort.startswith("-"):
            nights = nights[::-1]
        page = [date.fromordinal(night) for night in self.paginate_queryset(nights) or ()]
        return self.answer_page(price_calendar_nights(listing, page, now))
