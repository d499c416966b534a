"""All customizations of a listing in one resource."""

from customizations.serializers.adjustments import TimeBasedAdjustmentsCustomizationNestedSerializer
from customizations.serializers.entries import CustomizationSerializer
from customizations.serializers.prices import (
    BasePriceCustomizationNestedSerializer,
    ExtraGuestFeeCustomizationNestedSerializer,
    MinMaxPricesCustomizationNestedSerializer,
)
from customizations.serializers.stays import (
    CheckinCheckoutDaysCustomizationNestedSerializer,
    MaxStaysCustomizationNestedSerializer,
    MinStaysCustomizationNestedSerializer,
)


class ListingCustomizationsSerializer(CustomizationSerializer):
    base_price = BasePriceCustomizationNestedSerializer(required=False, help_text="Price of an ordinary night.")
    extra_guest_fees = ExtraGuestFeeCustomizationNestedSerializer(required=False, help_text="Fee for extra guests.")
    min_max_prices = MinMaxPricesCustomizationNestedSerializer(required=False, help_text="Minimum and maximum prices.")
    min_stays = MinStaysCustomizationNestedSerializer(required=False, help_text="Minimum stays.")
    max_stays = MaxStaysCustomizationNestedSerializer(required=False, help_text="Maximum stays.")
    time_based_adjustments = TimeBasedAdjustmentsCustomizationNestedSerializer(
        required=False, help_text="Price adjustments by lead time."
    )
    checkin_checkout_days = CheckinCheckoutDaysCustomizationNestedSerializer(
        required=False, help_text="Check-in and check-out days."
    )

    class Meta:
        resource_name = "listing-customizations"
