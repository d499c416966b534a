"""All customizations of a listing at once."""

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
    base_price = BasePriceCustomizationNestedSerializer(required=False, help_text="The price of an ordinary night.")
    extra_guest_fees = ExtraGuestFeeCustomizationNestedSerializer(required=False, help_text="What extra guests pay.")
    min_max_prices = MinMaxPricesCustomizationNestedSerializer(
        required=False, help_text="The lowest and highest prices."
    )
    min_stays = MinStaysCustomizationNestedSerializer(required=False, help_text="The shortest stays.")
    max_stays = MaxStaysCustomizationNestedSerializer(required=False, help_text="The longest stays.")
    time_based_adjustments = TimeBasedAdjustmentsCustomizationNestedSerializer(
        required=False, help_text="Adjustments by lead time."
    )
    checkin_checkout_days = CheckinCheckoutDaysCustomizationNestedSerializer(
        required=False, help_text="The days of arrival and departure."
    )

    class Meta:
        resource_name = "listing-customizations"
