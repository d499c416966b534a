from jsonapi.routes import path
from markets.views import compsets, insights

urlpatterns = [
    path("compsets/", compsets.CompsetCollection.as_view(), name="compsets"),
    path("compsets/<int:compset_id>/", compsets.CompsetResource.as_view(), name="compset"),
    path("users/<int:user_id>/market-insights/", insights.MarketInsights.as_view(), name="market-insights"),
]
