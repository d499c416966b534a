"""The endpoint of a listing's recommendations."""

from django.db.models import QuerySet

from jsonapi.operations import Operation
from jsonapi.views import CollectionView
from listings.models import Listing, Recommendation
from listings.serializers.recommendations import RecommendationSerializer
from listings.views.scopes import READ


class ListingRecommendations(CollectionView):
    queryset = Recommendation.objects.select_related("listing")
    serializer_class = RecommendationSerializer
    operations = {
        "GET": Operation(
            id="list_listing_recommendations", tag="Listings", summary="List a listing's recommendations",
            scopes=READ, answer=RecommendationSerializer,
            description="Lists the suggestions for earning more, newest first, with their status.",
        )
    }  # fmt: skip

    def narrow(self, rows: QuerySet[Recommendation]) -> QuerySet[Recommendation]:
        return rows.filter(listing=self.visible(Listing, self.kwargs["listing_id"]))
