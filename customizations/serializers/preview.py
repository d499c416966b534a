"""The request and the answer of a price preview."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from customizations.fields import CalendarDateField
from customizations.serializers.adjustments import TimeBasedAdjustmentsCustomizationNestedSerializer
from customizations.serializers.entries import CustomizationSerializer, EntrySerializer, Partial
from customizations.serializers.prices import (
    BasePricePatchSerializer,
    ExtraGuestFeeCustomizationNestedSerializer,
    MinMaxPricesCustomizationNestedSerializer,
)
from customizations.serializers.stays import (
    CheckinCheckoutDaysCustomizationNestedSerializer,
    MaxStaysCustomizationNestedSerializer,
    MinStaysCustomizationNestedSerializer,
)
from jsonapi.serializers import StrictMembers
from listings.serializers.calendar import MINOR, FactorSerializer

RESOURCE = "price-previews"


class PreviewBasePriceSerializer(EntrySerializer):
    base_price = BasePricePatchSerializer().fields["base_price"]


class PreviewExtraGuestFeesSerializer(Partial, ExtraGuestFeeCustomizationNestedSerializer):
    """As in a PATCH of the extra guest fees."""


class PreviewMinMaxPricesSerializer(Partial, MinMaxPricesCustomizationNestedSerializer):
    """As in a PATCH of the minimum and maximum prices."""


class PreviewMinStaysSerializer(Partial, MinStaysCustomizationNestedSerializer):
    """As in a PATCH of the minimum stays."""


class PreviewMaxStaysSerializer(Partial, MaxStaysCustomizationNestedSerializer):
    """As in a PATCH of the maximum stays."""


class PreviewTimeBasedAdjustmentsSerializer(Partial, TimeBasedAdjustmentsCustomizationNestedSerializer):
    """As in a PATCH of the adjustments by lead time."""


class PreviewCheckinCheckoutDaysSerializer(Partial, CheckinCheckoutDaysCustomizationNestedSerializer):
    """As in a PATCH of the check-in and check-out days."""


@extend_schema_serializer(component_name="PricePreview")
class PricePreviewRequestSerializer(StrictMembers, CustomizationSerializer):
    """The customizations to try, each as in its PATCH. Those that are left out stay as they are."""

    start_date = CalendarDateField(required=False, help_text="First night. The default is today at the listing.")
    end_date = CalendarDateField(
        required=False, help_text="Last night, at most 730 days after the first. The default is 365 days after it."
    )
    base_price = PreviewBasePriceSerializer(required=False, help_text="Price of an ordinary night.")
    extra_guest_fees = PreviewExtraGuestFeesSerializer(required=False, help_text="Fee for extra guests.")
    min_max_prices = PreviewMinMaxPricesSerializer(required=False, help_text="Minimum and maximum prices.")
    min_stays = PreviewMinStaysSerializer(required=False, help_text="Minimum stays.")
    max_stays = PreviewMaxStaysSerializer(required=False, help_text="Maximum stays.")
    time_based_adjustments = PreviewTimeBasedAdjustmentsSerializer(
        required=False, help_text="Price adjustments by lead time."
    )
    checkin_checkout_days = PreviewCheckinCheckoutDaysSerializer(
        required=False, help_text="Check-in and check-out days."
    )

    class Meta:
        resource_name = RESOURCE


class NightRulesSerializer(serializers.Serializer[Any]):
    """The price and the stay rules of a night."""

    price = serializers.IntegerField(help_text=f"Price of the night, in {MINOR}.")
    effective_min_price = serializers.IntegerField(help_text=f"Lowest possible price of the night, in {MINOR}.")
    effective_max_price = serializers.IntegerField(
        allow_null=True, help_text=f"Highest possible price of the night, in {MINOR}. Null means no maximum."
    )
    min_stay = serializers.IntegerField(help_text="Shortest stay that may begin on this date, in nights.")
    max_stay = serializers.IntegerField(
        allow_null=True, help_text="Longest stay that may begin on this date, in nights. Null means no maximum."
    )
    checkin_allowed = serializers.BooleanField(help_text="Whether a stay may begin on this date.")
    checkout_allowed = serializers.BooleanField(help_text="Whether a stay may end on this date.")


class PricedNightSerializer(NightRulesSerializer):
    """The same, with the steps that made the price."""

    factors = FactorSerializer(many=True, help_text="Steps from the base price to the price, in order.")


class PreviewedNightSerializer(serializers.Serializer[Any]):
    """A night as it would be, and as it is."""

    date = serializers.DateField(source="new.date", help_text="Date on which the night begins.")
    availability = serializers.CharField(source="new.availability", help_text="As in the calendar.")
    is_changed = serializers.BooleanField(help_text="Whether the price or a stay rule would change.")
    price_difference = serializers.IntegerField(
        allow_null=True, help_text=f"New price less current price, in {MINOR}. Null if there is no current price."
    )
    new = PricedNightSerializer(help_text="With the customizations of the request.")
    current = NightRulesSerializer(
        allow_null=True, help_text="As in the calendar. Null while the listing has no base price."
    )


class PricePreviewSerializer(CustomizationSerializer):
    """What customizations would change. Nothing is stored."""

    start_date = serializers.DateField(help_text="First night.")
    end_date = serializers.DateField(help_text="Last night.")
    currency = serializers.CharField(allow_null=True, help_text="The listing's currency, an ISO 4217 code.")
    changed_nights = serializers.IntegerField(help_text="Number of nights that would change.")
    nights = PreviewedNightSerializer(many=True, help_text="All nights of the range, in order.")

    class Meta:
        resource_name = RESOURCE
