"""The representation of a listing's calendar in the API."""

from typing import Any

from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from listings.availability import AVAILABLE, BLOCKED, BOOKED, UNKNOWN

MINOR = "minor units of the listing's currency (cents; whole yen)"


class FactorSerializer(serializers.Serializer[Any]):
    """One step from the base price to the price of the night. The amounts of all factors add up to that price."""

    key = serializers.CharField(
        help_text="`base_price`, `season`, `day_of_week`, `event`, `demand`, `lead_time`, `scarcity`, "
        "`time_based_adjustment`, `min_price` or `max_price`."
    )
    order = serializers.IntegerField(help_text="Position of the step. The base price has position 0.")
    ratio = serializers.FloatField(help_text="Number by which the step multiplied the price.")
    amount = serializers.IntegerField(help_text=f"Change of the price by the step, in {MINOR}. It may be negative.")
    reason = serializers.CharField(allow_null=True, required=False, help_text="Explanation for people.")
    event_impact = serializers.CharField(
        allow_null=True, required=False, help_text="`low`, `medium` or `high` for an event; null for other factors."
    )


class CalendarEntrySerializer(json_api.Serializer):
    """A night of a listing, with its price and stay rules."""

    id = serializers.CharField(read_only=True, help_text="Id of the listing and date, like `4711-2030-07-01`.")
    date = serializers.DateField(help_text="Date on which the night begins, in the listing's time zone.")
    availability = serializers.CharField(
        help_text=f"`{AVAILABLE}`, `{BOOKED}`, `{BLOCKED}`, or `{UNKNOWN}` if the channel does not tell which nights "
        "are booked (see the listing's `sync-status`)."
    )
    price = serializers.IntegerField(help_text=f"Current price of the night, in {MINOR}.")
    price_posted = serializers.IntegerField(
        allow_null=True,
        help_text=f"Price that the channel confirmed last, in {MINOR}. Null if no price is confirmed.",
    )
    effective_min_price = serializers.IntegerField(help_text=f"Lowest possible price of the night, in {MINOR}.")
    effective_max_price = serializers.IntegerField(
        allow_null=True, help_text=f"Highest possible price of the night, in {MINOR}. Null means no maximum."
    )
    factors = FactorSerializer(many=True, help_text="Steps from the base price to the price, in order.")
    min_stay = serializers.IntegerField(
        required=False, help_text="Shortest stay that may begin on this date, in nights."
    )
    max_stay = serializers.IntegerField(
        allow_null=True,
        required=False,
        help_text="Longest stay that may begin on this date, in nights. Null means no maximum.",
    )
    checkin_allowed = serializers.BooleanField(required=False, help_text="Whether a stay may begin on this date.")
    checkout_allowed = serializers.BooleanField(required=False, help_text="Whether a stay may end on this date.")

    class Meta:
        resource_name = "calendar-entries"
