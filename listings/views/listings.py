"""The endpoints that list listings and return one."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django_filters import FilterSet

from jsonapi.collection import Collection, skip_nothing
from jsonapi.fast.views import Planned
from jsonapi.filtering import UpdatedSince
from jsonapi.filters import IdFilter
from jsonapi.operations import Operation
from jsonapi.views import CollectionView, ResourceView
from listings.filters import TrueOrFalse
from listings.models import ChannelListing, Listing
from listings.serializers.listings import ListingDetailSerializer, ListingSerializer
from listings.sync_status import listing_sync_failure, listing_sync_state
from listings.tallies import count_listings, pass_days
from listings.views.scopes import READ
from users.models import User
from users.selectors import with_status


class ListingFilters(FilterSet):
    owner = IdFilter(field_name="owner_id", help_text="Id of the user who owns the listing.")
    enabled = TrueOrFalse(help_text="Whether prices are pushed to the channel.")
    updated_since = UpdatedSince("listings")


def shown_channel_listings() -> "Prefetch[str, QuerySet[ChannelListing], str]":
    """Prefetch the channel listings that the channels still have, in a stable order."""
    return Prefetch("channel_listings", ChannelListing.objects.filter(removed_at=None).order_by("id"))


class ListingCollection(Planned, CollectionView):
    queryset = Listing.objects.prefetch_related(shown_channel_listings())
    serializer_class = ListingSerializer
    operations = {
        "GET": Operation(
            id="list_listings", tag="Listings", summary="List listings", scopes=READ, answer=ListingSerializer,
            description="Lists the listings of all users of your application, or of the user whom the token names.",
        )
    }  # fmt: skip
    has_versions = True
    sort_fields = ("created_at", "title", "city", "base_price", "updated_at")
    filterset_class = ListingFilters
    prefetch_for_includes = {"owner": [Prefetch("owner", with_status(User.objects.all()))]}

    def collection(self, filters: Mapping[str, Any]) -> Collection:
        """Tallies count an application's listings, and skip days of creation, without reading a listing."""
        others = [value for name, value in filters.items() if name != "enabled" and value not in (None, "")]
        if not self.access.is_app_level or others:
            return super().collection(filters)
        enabled = {"true": True, "false": False}.get(filters.get("enabled", ""))
        application_id, descending = self.access.application_id, self.sort.startswith("-")

        def skip_days(offset: int, backwards: bool) -> tuple[int, Q]:
            return pass_days(application_id, offset, newest_first=descending != backwards, enabled=enabled)

        by_creation = self.sort in ("created_at", "-created_at")
        count = partial(count_listings, application_id, enabled)
        return Collection(self.rows, count, skip_days if by_creation else skip_nothing)


class ListingResource(Planned, ResourceView):
    queryset = Listing.objects.prefetch_related(shown_channel_listings()).annotate(
        sync_state=listing_sync_state(), **listing_sync_failure()
    )
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
