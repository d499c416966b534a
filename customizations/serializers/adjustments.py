"""Price adjustments by lead time, the number of days until a night."""

from rest_framework import serializers

from customizations.fields import CountField, DirectionField
from customizations.serializers.entries import (
    CustomizationSerializer,
    EntrySerializer,
    RepeatingSeasonSerializer,
    list_of,
)
from jsonapi.fields import StrictBooleanField, StrictIntegerField


class TimeBasedAdjustmentSerializer(EntrySerializer):
    days = CountField("Number of days from today, in the listing's time zone.")
    percentage = StrictIntegerField(
        min_value=-100,
        max_value=100,
        help_text="Percentage added to the price: 20 raises it by 20 %, -10 lowers it by 10 %. With -100 the price is "
        "the minimum price.",
    )
    direction = DirectionField()


class SeasonalTimeBasedAdjustmentSerializer(RepeatingSeasonSerializer):
    time_based_adjustments = list_of(
        TimeBasedAdjustmentSerializer, "Adjustments in the range. They replace all other adjustments by lead time."
    )
    exclude = StrictBooleanField(
        default=False, help_text="Whether prices in the range have no adjustments by lead time."
    )


# "Request" is a part of the name in clients that are generated from the published schema.
class DynamicTimeBasedAdjustmentsRequestSerializer(EntrySerializer):
    enabled = StrictBooleanField(default=False, help_text="Whether computed adjustments replace the fixed ones.")
    tier = serializers.ChoiceField(
        choices=["revenue", "occupancy", "rate"],
        default="revenue",
        help_text="Aim of the computed adjustments: `occupancy` for more booked nights, `rate` for higher prices, "
        "`revenue` for a balance of both.",
    )


class TimeBasedAdjustmentsCustomizationNestedSerializer(EntrySerializer):
    time_based_adjustments = list_of(TimeBasedAdjustmentSerializer, "Fixed adjustments by lead time.")
    seasonal_time_based_adjustments = list_of(
        SeasonalTimeBasedAdjustmentSerializer, "Adjustments within ranges that do not overlap."
    )
    dynamic_time_based_adjustments = DynamicTimeBasedAdjustmentsRequestSerializer(
        default=dict,
        help_text="Adjustments that this server computes. A new value replaces the whole object.",
    )


class TimeBasedAdjustmentsCustomizationSerializer(
    CustomizationSerializer, TimeBasedAdjustmentsCustomizationNestedSerializer
):
    class Meta:
        resource_name = "time-based-adjustment-customizations"
