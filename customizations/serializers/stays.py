"""Minimum and maximum stays in nights, and the weekdays of check-in and check-out."""

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
        default=False, help_text="Whether the min stay is lowered so that gaps between two stays can be booked."
    )
    gaps = CountField(
        "Greatest length of a gap to fill, in nights. Null means any length.", allow_null=True, required=False
    )
    buffer = CountField(
        "Number of nights of a gap that may stay empty. The min stay becomes the length of the gap minus this number. "
        "Null means 0.",
        min_value=0,
        allow_null=True,
        required=False,
    )


class SeasonalMinStaySerializer(RepeatingSeasonSerializer):
    min_stay = CountField("Shortest stay that begins in the range, in nights.")
    min_stay_locked = StrictBooleanField(
        default=False, help_text="Whether lead times and gaps do not change the min stay in the range."
    )


class TimeBasedMinStaySerializer(EntrySerializer):
    days_away = CountField("Number of days from today, in the listing's time zone.")
    direction = DirectionField()
    min_stay = CountField("Shortest stay that begins at this lead time, in nights.")


class DayOfWeekMinStaySerializer(DayOfWeekEntrySerializer):
    min_stay = CountField(
        "Shortest stay that begins on this weekday, in nights. Null means no rule.", allow_null=True, required=False
    )


class SeasonalDayOfWeekMinStaySerializer(SeasonSerializer):
    min_stays = list_of(DayOfWeekMinStaySerializer, "Min stays in this range, by weekday.", required=True)


class SeasonalGapFillMinStaySerializer(SeasonSerializer):
    gap_fill_min_stay = GapFillMinStaySerializer(help_text="Rule for filling gaps in the range.")


class SeasonalTimeBasedMinStaySerializer(SeasonSerializer):
    exclude = StrictBooleanField(default=False, help_text="Whether lead times do not change the min stay in the range.")
    time_based_min_stays = list_of(
        TimeBasedMinStaySerializer, "Min stays by lead time. In the range they replace the last-minute min stays."
    )


class MinStaysCustomizationNestedSerializer(EntrySerializer):
    min_stay = CountField("Shortest stay, in nights.", allow_null=True, required=False)
    gap_fill_min_stay = GapFillMinStaySerializer(
        default=dict, help_text="Rule for filling gaps between stays. A new value replaces the whole object."
    )
    seasonal_min_stays = list_of(SeasonalMinStaySerializer, "Min stays within ranges that do not overlap.")
    last_minute_min_stays = list_of(TimeBasedMinStaySerializer, "Min stays by lead time.")
    day_of_week_min_stays = list_of(DayOfWeekMinStaySerializer, "Min stays by weekday.")
    seasonal_day_of_week_min_stays = list_of(
        SeasonalDayOfWeekMinStaySerializer, "Min stays by weekday within ranges that do not overlap."
    )
    seasonal_gap_fill_min_stays = list_of(
        SeasonalGapFillMinStaySerializer, "Rules for filling gaps within ranges that do not overlap."
    )
    seasonal_time_based_min_stays = list_of(
        SeasonalTimeBasedMinStaySerializer, "Min stays by lead time within ranges that do not overlap."
    )


class MinStaysCustomizationSerializer(CustomizationSerializer, MinStaysCustomizationNestedSerializer):
    class Meta:
        resource_name = "min-stay-customizations"


class SeasonalMaxStaySerializer(RepeatingSeasonSerializer):
    max_stay = CountField("Longest stay that begins in the range, in nights.")


class MaxStaysCustomizationNestedSerializer(EntrySerializer):
    max_stay = CountField("Longest stay, in nights.", allow_null=True, required=False)
    seasonal_max_stays = list_of(SeasonalMaxStaySerializer, "Max stays within ranges that do not overlap.")


class MaxStaysCustomizationSerializer(CustomizationSerializer, MaxStaysCustomizationNestedSerializer):
    class Meta:
        resource_name = "max-stay-customizations"


class SeasonalCheckinCheckoutDaysSerializer(RepeatingSeasonSerializer):
    checkin_days = WeekdaysField("Weekdays in the range on which a stay may begin. An empty list means any weekday.")
    checkout_days = WeekdaysField("Weekdays in the range on which a stay may end. An empty list means any weekday.")


class CheckinCheckoutDaysCustomizationNestedSerializer(EntrySerializer):
    checkin_days = WeekdaysField("Weekdays on which a stay may begin. An empty list means any weekday.")
    checkout_days = WeekdaysField("Weekdays on which a stay may end. An empty list means any weekday.")
    seasonal_checkin_checkout_days = list_of(
        SeasonalCheckinCheckoutDaysSerializer, "Check-in and check-out days within ranges that do not overlap."
    )


class CheckinCheckoutDaysCustomizationSerializer(
    CustomizationSerializer, CheckinCheckoutDaysCustomizationNestedSerializer
):
    class Meta:
        resource_name = "checkin-checkout-day-customizations"
