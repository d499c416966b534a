"""The recommendations of a listing as the API shows them."""

from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from listings.models import Recommendation

WHOLE = "whole units of the listing's currency"


class RecommendationSerializer(json_api.ModelSerializer):
    listing_id = serializers.IntegerField(read_only=True, help_text="Id of the listing it is about.")
    listing_title = serializers.CharField(source="listing.title", allow_null=True, help_text="The listing's title.")

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
                "help_text": "`suggested` until the user applies it (`approved`) or decides otherwise (`rejected`), "
                "until it is too old (`expired`), or until the numbers no longer say so (`outdated`)."
            },
            "category": {"help_text": "What it is about."},
            "recommendations": {"help_text": "What to do, and the numbers that say so."},
            "suggested_base_price": {"help_text": f"Base price to set; {WHOLE}."},
            "suggested_min_price": {"help_text": f"Minimum price to set; {WHOLE}."},
            "suggested_seasonal_min_price_pct": {"help_text": "Percent to add to the minimum price in that season."},
            "initial_base_price": {"help_text": f"Base price when it was suggested; {WHOLE}."},
            "initial_min_price": {"help_text": f"Minimum price when it was suggested; {WHOLE}."},
            "created_at": {"help_text": "When it was written, UTC."},
            "approved_at": {"help_text": "When the user applied it."},
            "rejected_at": {"help_text": "When the user decided otherwise."},
            "expired_at": {"help_text": "When it became too old."},
        }
