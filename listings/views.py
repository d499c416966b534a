"""Listings over HTTP: parse, one service call, render."""

from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django_filters import ChoiceFilter, Filter, FilterSet, fields
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jsonapi.naming import underscore
from jsonapi.operations import Operation
from jsonapi.views import CollectionView, PartnerView, ResourceView
from listings.models import ChannelListing, Listing
from listings.serializers import ListingActivationSerializer, ListingDetailSerializer, ListingSerializer
from listings.services.prices import activate
from listings.services.refreshing import refresh_listing
from listings.sync_status import listing_sync_state
from listings.tallies import count_listings, pass_days
from users.models import User
from users.selectors import with_status

READ = [["listings:read"]]
WRITE = [["listings:write"]]


LARGEST_IN_JSON = 2**53 - 1  # what JSON numbers hold exactly, and beyond any id


class OwnerIdFilter(Filter):
    field_class = forms.IntegerField
    schema = {"type": "number", "minimum": 1, "maximum": LARGEST_IN_JSON, "multipleOf": 1}

    def __init__(self, **kwargs: object) -> None:
        super().__init__(min_value=1, max_value=LARGEST_IN_JSON, **kwargs)


class TrueOrFalseField(fields.ChoiceField):
    def to_python(self, value: object) -> str:
        return str(super().to_python(value)).lower()


class TrueOrFalse(ChoiceFilter):
    """`true` or `false`, in any case, and nothing else: django-filter's own takes any word for "either"."""

    field_class = TrueOrFalseField
    schema = {"type": "boolean"}

    def __init__(self, **kwargs: object) -> None:
        says = {"invalid_choice": "It must be true or false."}
        super().__init__(choices=[("true", True), ("false", False)], error_messages=says, **kwargs)

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(**{self.field_name: value == "true"}) if value else queryset


class ListingFilters(FilterSet):
    owner = OwnerIdFilter(field_name="owner_id", help_text="Id of the user who owns the listing.")
    enabled = TrueOrFalse(help_text="Whether prices are pushed to the channel.")


def shown_channel_listings() -> Prefetch:
    """Where listings are shown now, in a stable order."""
    return Prefetch("channel_listings", ChannelListing.objects.filter(removed_at=None).order_by("id"))


class ListingCollection(CollectionView):
    queryset = Listing.objects.prefetch_related(shown_channel_listings())
    serializer_class = ListingSerializer
    operations = {
        "GET": Operation(
            id="list_listings", tag="Listings", summary="List listings", scopes=READ, answer=ListingSerializer,
            description="Listings of all users of your application, or of the token's user.",
        )
    }  # fmt: skip
    sort_fields = ("created_at", "title", "city", "base_price")
    filterset_class = ListingFilters
    prefetch_for_includes = {"owner": [Prefetch("owner", with_status(User.objects.all()))]}

    def count_rows(self) -> int:
        return count_listings(*self._tallied) if self._tallied else super().count_rows()

    def pass_rows(self, offset: int, backwards: bool) -> tuple[int, Q]:
        if self._tallied and underscore(self.sort.removeprefix("-")) == "created_at":
            application_id, enabled = self._tallied
            newest_first = self.sort.startswith("-") != backwards
            return pass_days(application_id, offset, newest_first=newest_first, enabled=enabled)
        return super().pass_rows(offset, backwards)

    @property
    def _tallied(self) -> tuple[int, bool | None] | None:
        """The application and switch whose tallies tell of this request's listings, if there are any."""
        if not self.access.is_app_level or "filter[owner]" in self.request.query_params:
            return None
        enabled = self.request.query_params.get("filter[enabled]")
        return self.access.application_id, enabled.lower() == "true" if enabled else None


class ListingResource(ResourceView):
    queryset = Listing.objects.prefetch_related(shown_channel_listings()).annotate(sync_state=listing_sync_state())
    serializer_class = ListingDetailSerializer
    id_parameter = "listing_id"
    operations = {
        "GET": Operation(
            id="get_listing",
            tag="Listings",
            summary="Get a listing",
            scopes=READ,
            answer=ListingDetailSerializer,
        )
    }
    prefetch_for_includes = ListingCollection.prefetch_for_includes


class ListingActivation(PartnerView):
    queryset = Listing.objects.all()
    serializer_class = ListingActivationSerializer
    id_parameter = "listing_id"
    operations = {
        "PATCH": Operation(
            id="patch_listing_activation", tag="Listings", summary="Enable or disable a listing", scopes=WRITE,
            request=ListingActivationSerializer, answer=ListingActivationSerializer, errors=(422,),
            also={304: "Nothing would change."},
            description="Enabled means that prices are pushed to the channel. Prices given are applied together with "
            "it or not at all. 422 when a listing without a base price would be enabled.",
        )
    }  # fmt: skip

    def patch(self, request: Request, listing_id: int) -> Response:
        listing = self.visible(Listing, listing_id)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        listing, changed = activate(listing.pk, now=timezone.now(), **serializer.validated_data)
        if not changed:
            return Response(status=304)
        return Response(self.get_serializer(listing).data)


class ListingRefresh(PartnerView):
    queryset = Listing.objects.all()
    serializer_class = serializers.Serializer
    operations = {
        "POST": Operation(
            id="refresh_listing_reservations", tag="Listings", summary="Sync a listing", scopes=WRITE, status=202,
            description="Queues a reading of details and availability, then of reservations, then the automatic base "
            "price. 404 when no connected channel shows the listing.",
        )
    }  # fmt: skip

    def post(self, request: Request, listing_id: int) -> Response:
        refresh_listing(self.visible(Listing, listing_id), now=timezone.now())
        return Response(status=202)
