"""What the price gains or loses by how far away a night is."""

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
    days = CountField("Days from today, at the listing.")
    percentage = StrictIntegerField(
        min_value=-100,
        max_value=100,
        help_text="Percent added to the price: 20 raises it by a fifth, -10 lowers it by a tenth. With -100 the "
        "minimum price is what remains.",
    )
    direction = DirectionField()


class SeasonalTimeBasedAdjustmentSerializer(RepeatingSeasonSerializer):
    time_based_adjustments = list_of(
        TimeBasedAdjustmentSerializer, "Adjustments in the range, in place of all others by lead time."
    )
    exclude = StrictBooleanField(default=False, help_text="Whether no lead time changes a price in the range.")


# "Request" is part of the name that generated clients know.
class DynamicTimeBasedAdjustmentsRequestSerializer(EntrySerializer):
    enabled = StrictBooleanField(
        default=False, help_text="Whether adjustments computed by tier take the place of the fixed ones."
    )
    tier = serializers.ChoiceField(
        choices=["revenue", "occupancy", "rate"],
        default="revenue",
        help_text="What they aim for: `revenue` between the two, `occupancy` full nights, `rate` high prices.",
    )


class TimeBasedAdjustmentsCustomizationNestedSerializer(EntrySerializer):
    time_based_adjustments = list_of(TimeBasedAdjustmentSerializer, "Fixed adjustments by lead time.")
    seasonal_time_based_adjustments = list_of(
        SeasonalTimeBasedAdjustmentSerializer, "Adjustments within ranges that do not overlap."
    )
    dynamic_time_based_adjustments = DynamicTimeBasedAdjustmentsRequestSerializer(
        default=dict,
        help_text="Adjustments that this server computes. What is given takes the whole object's place.",
    )


class TimeBasedAdjustmentsCustomizationSerializer(
    CustomizationSerializer, TimeBasedAdjustmentsCustomizationNestedSerializer
):
    class Meta:
        resource_name = "time-based-adjustment-customizations"
