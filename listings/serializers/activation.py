"""The switch of a listing and the prices that may come with it, as the API shows them."""

from typing import Any

from rest_framework import serializers

from jsonapi.fields import StrictBooleanField, StrictNumberField
from jsonapi.serializers import StrictMembers
from listings.models import Listing
from listings.services.prices import LARGEST_PRICE


class ListingActivationSerializer(StrictMembers, serializers.Serializer):
    """Amounts may have decimals; they are kept as whole units, halves up."""

    id = serializers.IntegerField(read_only=True)
    enabled = StrictBooleanField(help_text="Whether prices are pushed to the channel.")
    base_price = StrictNumberField(
        min_value=10, max_value=LARGEST_PRICE, required=False, help_text="Whole units of the listing's currency."
    )
    min_price = StrictNumberField(
        min_value=5, max_value=LARGEST_PRICE, required=False, help_text="Whole units of the listing's currency."
    )

    class Meta:
        resource_name = "listing-activations"

    def to_representation(self, listing: Listing) -> dict[str, Any]:
        """A price that the listing does not have is left out."""
        shown = super().to_representation(listing)
        return {name: value for name, value in shown.items() if value or name in ("id", "enabled")}
