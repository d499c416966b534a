from django.urls import path

from listings import views, views_calendar

urlpatterns = [
    path("listings/", views.ListingCollection.as_view(), name="listings"),
    path("listings/<int:listing_id>/", views.ListingResource.as_view(), name="listing"),
    path("listings/<int:listing_id>/activation/", views.ListingActivation.as_view(), name="listing-activation"),
    path("listings/<int:listing_id>/refresh/", views.ListingRefresh.as_view(), name="listing-refresh"),
    path("listings/<int:listing_id>/calendar/", views_calendar.ListingCalendar.as_view(), name="listing-calendar"),
    path(
        "listings/<int:listing_id>/recommendations/",
        views_calendar.ListingRecommendations.as_view(),
        name="listing-recommendations",
    ),
]
