"""How long guests must and may stay, and on which days they come and go. All lengths are nights."""

from customizations.fields import CountField, DirectionField, WeekdaysField
from customizations.serializers.entries import (
    CustomizationSerializer,
    DayOfWeekEntrySerializer,
    EntrySerializer,
    RepeatingSeasonSerializer,
    SeasonSerializer,
    list_of,
)
from jsonapi.fields import StrictBooleanField


class GapFillMinStaySerializer(EntrySerializer):
    enabled = StrictBooleanField(
        default=False, help_text="Whether the min stay falls so that a gap between two stays can be sold."
    )
    gaps = CountField(
        "Fill only gaps of at most so many nights. Null: gaps of any length.", allow_null=True, required=False
    )
    buffer = CountField(
        "Nights of a gap that may stay empty: the min stay falls to the gap's nights less these. Null: none.",
        min_value=0,
        allow_null=True,
        required=False,
    )


class SeasonalMinStaySerializer(RepeatingSeasonSerializer):
    min_stay = CountField("Shortest stay that begins in the range, nights.")
    min_stay_locked = StrictBooleanField(
        default=False, help_text="Whether neither a lead time nor a gap may change the min stay in the range."
    )


class TimeBasedMinStaySerializer(EntrySerializer):
    days_away = CountField("Days from today, at the listing.")
    direction = DirectionField()
    min_stay = CountField("Shortest stay that begins then, nights.")


class DayOfWeekMinStaySerializer(DayOfWeekEntrySerializer):
    min_stay = CountField(
        "Shortest stay that begins on this weekday, nights. Null: no rule.", allow_null=True, required=False
    )


class SeasonalDayOfWeekMinStaySerializer(SeasonSerializer):
    min_stays = list_of(DayOfWeekMinStaySerializer, "Min stays in this range, by weekday.", required=True)


class SeasonalGapFillMinStaySerializer(SeasonSerializer):
    gap_fill_min_stay = GapFillMinStaySerializer(help_text="How gaps are filled in the range.")


class SeasonalTimeBasedMinStaySerializer(SeasonSerializer):
    exclude = StrictBooleanField(default=False, help_text="Whether no lead time changes the min stay in the range.")
    time_based_min_stays = list_of(
        TimeBasedMinStaySerializer, "Min stays by lead time, in place of the last-minute ones in the range."
    )


class MinStaysCustomizationNestedSerializer(EntrySerializer):
    min_stay = CountField("Shortest stay, nights.", allow_null=True, required=False)
    gap_fill_min_stay = GapFillMinStaySerializer(
        default=dict, help_text="How gaps between stays are filled. What is given takes the whole object's place."
    )
    seasonal_min_stays = list_of(SeasonalMinStaySerializer, "Min stays within ranges that do not overlap.")
    last_minute_min_stays = list_of(TimeBasedMinStaySerializer, "Min stays by lead time.")
    day_of_week_min_stays = list_of(DayOfWeekMinStaySerializer, "Min stays by weekday.")
    seasonal_day_of_week_min_stays = list_of(
        SeasonalDayOfWeekMinStaySerializer, "Min stays by weekday within ranges that do not overlap."
    )
    seasonal_gap_fill_min_stays = list_of(
        SeasonalGapFillMinStaySerializer, "How gaps are filled within ranges that do not overlap."
    )
    seasonal_time_based_min_stays = list_of(
        SeasonalTimeBasedMinStaySerializer, "Min stays by lead time within ranges that do not overlap."
    )


class MinStaysCustomizationSerializer(CustomizationSerializer, MinStaysCustomizationNestedSerializer):
    class Meta:
        resource_name = "min-stay-customizations"


class SeasonalMaxStaySerializer(RepeatingSeasonSerializer):
    max_stay = CountField("Longest stay that begins in the range, nights.")


class MaxStaysCustomizationNestedSerializer(EntrySerializer):
    max_stay = CountField("Longest stay, nights.", allow_null=True, required=False)
    seasonal_max_stays = list_of(SeasonalMaxStaySerializer, "Max stays within ranges that do not overlap.")


class MaxStaysCustomizationSerializer(CustomizationSerializer, MaxStaysCustomizationNestedSerializer):
    class Meta:
        resource_name = "max-stay-customizations"


class SeasonalCheckinCheckoutDaysSerializer(RepeatingSeasonSerializer):
    checkin_days = WeekdaysField("Weekdays in the range on which a stay may begin; none listed means any.")
    checkout_days = WeekdaysField("Weekdays in the range on which a stay may end; none listed means any.")


class CheckinCheckoutDaysCustomizationNestedSerializer(EntrySerializer):
    checkin_days = WeekdaysField("Weekdays on which a stay may begin; none listed means any.")
    checkout_days = WeekdaysField("Weekdays on which a stay may end; none listed means any.")
    seasonal_checkin_checkout_days = list_of(
        SeasonalCheckinCheckoutDaysSerializer, "Other days within ranges that do not overlap."
    )


class CheckinCheckoutDaysCustomizationSerializer(
    CustomizationSerializer, CheckinCheckoutDaysCustomizationNestedSerializer
):
    class Meta:
        resource_name = "checkin-checkout-day-customizations"
