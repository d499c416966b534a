"""The representation of a listing's recommendations in the API."""

from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from listings.models import Recommendation

WHOLE = "whole units of the listing's currency"


class RecommendationSerializer(json_api.ModelSerializer):
    listing_id = serializers.IntegerField(read_only=True, help_text="Id of the listing.")
    listing_title = serializers.CharField(source="listing.title", allow_null=True, help_text="Title of the listing.")

    class Meta:
        model = Recommendation
        resource_name = "recommendations"
        fields = (
            "listing_id",
            "listing_title",
            "status",
            "approved_at",
            "rejected_at",
            "expired_at",
            "suggested_base_price",
            "suggested_min_price",
            "suggested_seasonal_min_price_pct",
            "initial_base_price",
            "initial_min_price",
            "recommendations",
            "category",
            "created_at",
        )
        read_only_fields = (
            "suggested_base_price",
            "suggested_min_price",
            "initial_base_price",
            "initial_min_price",
            "recommendations",
            "category",
            "created_at",
        )
        extra_kwargs = {
            "status": {
                "help_text": "`suggested` while it is open. Then `approved` if the user applied it, `rejected` if the "
                "user chose another value, `expired` if it became too old, or `outdated` if the numbers changed."
            },
            "category": {"help_text": "Subject of the recommendation."},
            "recommendations": {"help_text": "The advice, and the numbers behind it."},
            "suggested_base_price": {"help_text": f"Suggested base price, in {WHOLE}."},
            "suggested_min_price": {"help_text": f"Suggested minimum price, in {WHOLE}."},
            "suggested_seasonal_min_price_pct": {"help_text": "Percentage to add to the minimum price in that season."},
            "initial_base_price": {"help_text": f"Base price at the time of the recommendation, in {WHOLE}."},
            "initial_min_price": {"help_text": f"Minimum price at the time of the recommendation, in {WHOLE}."},
            "created_at": {"help_text": "Time at which it was written, UTC."},
            "approved_at": {"help_text": "Time at which the user applied it, UTC."},
            "rejected_at": {"help_text": "Time at which the user chose another value, UTC."},
            "expired_at": {"help_text": "Time at which it expired, UTC."},
        }
