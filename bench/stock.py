"""The stock stack: the library's view sets, renderer, filters and pagination, and the toolkit's authentication.

It uses our serializers, so that both answer with the same fields, and has no N+1 queries.
"""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import path
from django.utils import timezone
from django_filters.rest_framework import FilterSet
from oauth2_provider.contrib.rest_framework import OAuth2Authentication, TokenHasScope
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.views import TokenView
from oauthlib.oauth2 import BackendApplicationServer
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework_json_api.django_filters import DjangoFilterBackend
from rest_framework_json_api.filters import OrderingFilter, QueryParameterValidationFilter
from rest_framework_json_api.pagination import JsonApiPageNumberPagination
from rest_framework_json_api.parsers import JSONParser
from rest_framework_json_api.renderers import JSONRenderer
from rest_framework_json_api.views import ModelViewSet

from listings.calendar import READ_WITH, calendar_range, price_calendar_nights
from listings.models import Listing
from listings.serializers.activation import ListingActivationSerializer
from listings.serializers.calendar import CalendarEntrySerializer
from listings.serializers.listings import ListingSerializer
from listings.services.activation import activate
from listings.views.listings import ListingCollection


class Pages(JsonApiPageNumberPagination):
    page_size = 25


class StockFilters(FilterSet):
    class Meta:
        model = Listing
        fields = ("owner", "enabled")


class StockListings(ModelViewSet):
    authentication_classes = (OAuth2Authentication,)
    permission_classes = (TokenHasScope,)
    required_scopes = ("listings:read",)
    throttle_classes = ()
    content_negotiation_class = DefaultContentNegotiation
    renderer_classes = (JSONRenderer,)
    parser_classes = (JSONParser,)
    pagination_class = Pages
    filter_backends = (QueryParameterValidationFilter, OrderingFilter, DjangoFilterBackend)
    filterset_class = StockFilters
    ordering_fields = ("created_at", "title", "city", "base_price")
    ordering = ("-created_at", "-id")
    queryset = ListingCollection.queryset
    serializer_class: type[BaseSerializer[Any]] = ListingSerializer
    prefetch_for_includes = ListingCollection.prefetch_for_includes

    def get_queryset(self) -> QuerySet[Listing]:
        rows: QuerySet[Listing] = (
            super().get_queryset().filter(application=self.request.auth.application, deleted_at=None)
        )
        # Printing the related id loads the row. Without a join this is one query for each listing.
        return rows if "include" in self.request.query_params else rows.select_related("owner")


class StockCalendar(StockListings):
    serializer_class = CalendarEntrySerializer

    def list(self, request: Request, pk: int) -> Response:
        listing, now = Listing.objects.select_related(*READ_WITH).get(pk=pk), timezone.now()
        first, last = calendar_range(listing, None, None, now)
        nights = self.paginate_queryset([first + timedelta(days=n) for n in range((last - first).days + 1)])
        entries = price_calendar_nights(listing, nights, now)
        answer: Response = self.get_paginated_response(self.get_serializer(entries, many=True).data)
        return answer


class StockActivation(StockListings):
    required_scopes = ("listings:write",)
    serializer_class = ListingActivationSerializer

    def update(self, request: Request, pk: int, **kwargs: Any) -> Response:
        listing = self.get_object()
        sent: dict[str, Any] = request.data  # type: ignore[assignment]
        attributes = {name: value for name, value in sent.items() if name not in ("type", "id")}
        serializer = self.get_serializer(data=attributes)
        serializer.is_valid(raise_exception=True)
        data = dict(serializer.validated_data)
        listing, _ = activate(Listing.objects.all(), listing.pk, now=timezone.now(), **data)
        return Response(self.get_serializer(listing).data)


class StockToken(TokenView):
    validator_class = OAuth2Validator
    server_class = BackendApplicationServer


urlpatterns = [
    path("stock/listings/<int:pk>/calendar/", StockCalendar.as_view({"get": "list"})),
    path("stock/listings/<int:pk>/activation/", StockActivation.as_view({"patch": "update"})),
    path("stock/token/", StockToken.as_view()),
    path("stock/listings/", StockListings.as_view({"get": "list"})),
    path("stock/listings/<int:pk>/", StockListings.as_view({"get": "retrieve"})),
]
