"""The representation of a listing's recommendations in the API."""

from typing import Any

from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from listings.models import Recommendation

WHOLE = "whole units of the listing's currency"


class ContractCategory(serializers.ChoiceField):
    """The category, or null for one that the contract does not have."""

    def __init__(self, **kwargs: Any) -> None:
        categories = [each for each in Recommendation.Category if each != Recommendation.Category.MIN_STAY]
        super().__init__(choices=[each.value for each in categories], allow_null=True, **kwargs)

    def to_representation(self, value: str) -> Any:
        return value if value in self.choices else None


class RecommendationSerializer(json_api.ModelSerializer):
    listing_id = serializers.IntegerField(read_only=True, help_text="Id of the listing.")
    listing_title = serializers.CharField(source="listing.title", allow_null=True, help_text="Title of the listing.")

    category = ContractCategory(
        read_only=True,
        help_text="Subject of the recommendation. Null for the minimum stay: see `suggested-min-stay`.",
    )

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
            "suggested_min_stay",
            "expected_gain",
        )
        read_only_fields = (
            "suggested_base_price",
            "suggested_min_price",
            "initial_base_price",
            "initial_min_price",
            "recommendations",
            "created_at",
            "suggested_min_stay",
            "expected_gain",
        )
        extra_kwargs = {
            "status": {
                "help_text": "`suggested` while it is open. `approved` if the user applied it, and then "
                "`suggestion_completed` when the channel has the change. `rejected` if the user chose another value, "
                "`expired` if it became too old, `outdated` if the numbers changed, or `canceled` if the listing is no "
                "longer priced."
            },
            "recommendations": {"help_text": "The advice, and the numbers behind it."},
            "suggested_base_price": {"help_text": f"Suggested base price, in {WHOLE}."},
            "suggested_min_price": {"help_text": f"Suggested minimum price, in {WHOLE}."},
            "suggested_seasonal_min_price_pct": {"help_text": "Percentage to add to the minimum price in that season."},
            "initial_base_price": {"help_text": f"Base price at the time of the recommendation, in {WHOLE}."},
            "initial_min_price": {"help_text": f"Minimum price at the time of the recommendation, in {WHOLE}."},
            "suggested_min_stay": {
                "help_text": "Suggested minimum stay in nights; then `category` is null. An extension of this server."
            },
            "expected_gain": {
                "help_text": f"Revenue that the change is expected to bring, in {WHOLE}; negative if it costs revenue; "
                "null if it is not known. An extension of this server."
            },
            "created_at": {"help_text": "Time at which it was written, UTC."},
            "approved_at": {"help_text": "Time at which the user applied it, UTC."},
            "rejected_at": {"help_text": "Time at which the user chose another value, UTC."},
            "expired_at": {"help_text": "Time at which it expired, UTC."},
        }
