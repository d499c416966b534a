"""The endpoints that list listings and return one."""

from django.db.models import Prefetch, Q, QuerySet
from django_filters import FilterSet

from jsonapi.naming import underscore
from jsonapi.operations import Operation
from jsonapi.views import CollectionView, ResourceView
from listings.filters import OwnerIdFilter, TrueOrFalse
from listings.models import ChannelListing, Listing
from listings.serializers.listings import ListingDetailSerializer, ListingSerializer
from listings.sync_status import listing_sync_state
from listings.tallies import count_listings, pass_days
from listings.views.scopes import READ
from users.models import User
from users.selectors import with_status


class ListingFilters(FilterSet):
    owner = OwnerIdFilter(field_name="owner_id", help_text="Id of the user who owns the listing.")
    enabled = TrueOrFalse(help_text="Whether prices are pushed to the channel.")


def shown_channel_listings() -> "Prefetch[str, QuerySet[ChannelListing], str]":
    """Prefetch the channel listings that the channels still have, in a stable order."""
    return Prefetch("channel_listings", ChannelListing.objects.filter(removed_at=None).order_by("id"))


class ListingCollection(CollectionView):
    queryset = Listing.objects.prefetch_related(shown_channel_listings())
    serializer_class = ListingSerializer
    operations = {
        "GET": Operation(
            id="list_listings", tag="Listings", summary="List listings", scopes=READ, answer=ListingSerializer,
            description="Lists the listings of all users of your application, or of the user whom the token names.",
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
        """The application and switch whose tallies count this request's listings; None if no tallies do."""
        filters = {name for name in self.request.query_params if name.startswith("filter[")}
        if not self.access.is_app_level or filters - {"filter[enabled]"}:
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
