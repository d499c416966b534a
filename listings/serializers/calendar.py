"""The calendar of a listing as the API shows it."""

from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from listings.availability import AVAILABLE, BLOCKED, BOOKED

MINOR = "minor units of the listing's currency (cents; whole yen)"


class FactorSerializer(serializers.Serializer):
    """One step from the base price to the night's price; the amounts of a night's factors add up to its price."""

    key = serializers.CharField(
        help_text="`base_price`, `season`, `day_of_week`, `event`, `demand`, `occupancy`, `time_based_adjustment`, "
        "`min_price` or `max_price`."
    )
    order = serializers.IntegerField(help_text="Position of the step, from 0, which is the base price.")
    ratio = serializers.FloatField(help_text="What the price before the step was multiplied by.")
    amount = serializers.IntegerField(help_text=f"What the step added; {MINOR}, negative when it took away.")
    reason = serializers.CharField(allow_null=True, required=False, help_text="Why, for people.")
    event_impact = serializers.CharField(
        allow_null=True, required=False, help_text="`low`, `medium` or `high` for an event, null for other factors."
    )


class CalendarEntrySerializer(json_api.Serializer):
    """A night of a listing. `id` is the listing's id and the date: `4711-2030-07-01`."""

    id = serializers.CharField(read_only=True, help_text="The listing's id and the date: `4711-2030-07-01`.")
    date = serializers.DateField(help_text="The date, at the listing, on which the night begins.")
    availability = serializers.CharField(help_text=f"`{AVAILABLE}`, `{BOOKED}` or `{BLOCKED}`.")
    price = serializers.IntegerField(help_text=f"Price of the night now; {MINOR}.")
    price_posted = serializers.IntegerField(
        allow_null=True, help_text=f"Price the channel has confirmed last; {MINOR}. Null while there is none."
    )
    effective_min_price = serializers.IntegerField(help_text=f"The night is not priced below this; {MINOR}.")
    effective_max_price = serializers.IntegerField(
        allow_null=True, help_text=f"The night is not priced above this; {MINOR}. Null: no maximum."
    )
    factors = FactorSerializer(many=True, help_text="What moved the price, from the base price on.")
    min_stay = serializers.IntegerField(required=False, help_text="Shortest stay that may begin on this date, nights.")
    max_stay = serializers.IntegerField(
        allow_null=True, required=False, help_text="Longest stay that may begin on this date, nights. Null: any."
    )
    checkin_allowed = serializers.BooleanField(required=False, help_text="Whether a stay may begin on this date.")
    checkout_allowed = serializers.BooleanField(required=False, help_text="Whether a stay may end on this date.")

    class Meta:
        resource_name = "calendar-entries"
