from customizations import preview, views
from jsonapi.routes import path

OF_LISTING = "listings/<int:listing_id>/customizations/"

urlpatterns = [
    path("listings/<int:listing_id>/price-preview/", preview.PricePreview.as_view(), name="price-preview"),
    path(OF_LISTING, views.ListingCustomizations.as_view(), name="listing-customizations"),
    path(f"{OF_LISTING}base-price/", views.BasePriceResource.as_view(), name="base-price"),
    path(f"{OF_LISTING}extra-guest-fees/", views.ExtraGuestFeesResource.as_view(), name="extra-guest-fees"),
    path(f"{OF_LISTING}min-max-prices/", views.MinMaxPricesResource.as_view(), name="min-max-prices"),
    path(f"{OF_LISTING}min-stays/", views.MinStaysResource.as_view(), name="min-stays"),
    path(f"{OF_LISTING}max-stays/", views.MaxStaysResource.as_view(), name="max-stays"),
    path(
        f"{OF_LISTING}time-based-adjustments/",
        views.TimeBasedAdjustmentsResource.as_view(),
        name="time-based-adjustments",
    ),
    path(
        f"{OF_LISTING}checkin-checkout-days/", views.CheckinCheckoutDaysResource.as_view(), name="checkin-checkout-days"
    ),
]
