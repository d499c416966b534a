"""The activation of a listing: the switch `enabled`, and prices that may be set together with it."""

from typing import Any

from rest_framework import serializers

from jsonapi.fields import StrictBooleanField, StrictNumberField
from jsonapi.serializers import StrictMembers
from listings.models import Listing
from listings.services.prices import LARGEST_PRICE


class ListingActivationSerializer(StrictMembers, serializers.Serializer[Any]):
    """Amounts may have decimals. They are stored as whole units; halves are rounded up."""

    id = serializers.IntegerField(read_only=True)
    enabled = StrictBooleanField(help_text="Whether prices are pushed to the channel.")
    base_price = StrictNumberField(
        min_value=10,
        max_value=LARGEST_PRICE,
        required=False,
        help_text="Price of an ordinary night, in whole units of the listing's currency.",
    )
    min_price = StrictNumberField(
        min_value=5,
        max_value=LARGEST_PRICE,
        required=False,
        help_text="Lowest price of a night, in whole units of the listing's currency.",
    )

    class Meta:
        resource_name = "listing-activations"

    def to_representation(self, listing: Listing) -> dict[str, Any]:
        """Leave out prices that the listing does not have."""
        shown = super().to_representation(listing)
        return {name: value for name, value in shown.items() if value or name in ("id", "enabled")}
