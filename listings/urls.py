from jsonapi.routes import path
from listings.views import activation, calendar, listings, recommendations, refreshing

urlpatterns = [
    path("listings/", listings.ListingCollection.as_view(), name="listings"),
    path("listings/<int:listing_id>/", listings.ListingResource.as_view(), name="listing"),
    path("listings/<int:listing_id>/activation/", activation.ListingActivation.as_view(), name="listing-activation"),
    path("listings/<int:listing_id>/refresh/", refreshing.ListingRefresh.as_view(), name="listing-refresh"),
    path("listings/<int:listing_id>/calendar/", calendar.ListingCalendar.as_view(), name="listing-calendar"),
    path(
        "listings/<int:listing_id>/recommendations/",
        recommendations.ListingRecommendations.as_view(),
        name="listing-recommendations",
    ),
]
