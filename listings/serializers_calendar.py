"""The calendar and the recommendations of a listing as the API shows them."""

from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from listings.availability import AVAILABLE, BLOCKED, BOOKED
from listings.models import Recommendation

MINOR = "minor units of the listing's currency (cents; whole yen)"
WHOLE = "whole units of the listing's currency"


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


class RecommendationSerializer(json_api.ModelSerializer):
    listing_id = serializers.IntegerField(read_only=True, help_text="Id of the listing it is about.")
    listing_title = serializers.CharField(source="listing.title", allow_null=True, help_text="The listing's title.")

    class Meta:
        model = Recommendation
        resource_name = "recommendations"
        fields = (
            "listing_id",
            "listing_title",
            "status",
            "approved_at",
            "rejected_at",
            "expired_at",
            "suggested_base_price",
            "suggested_min_price",
            "suggested_seasonal_min_price_pct",
            "initial_base_price",
            "initial_min_price",
            "recommendations",
            "category",
            "created_at",
        )
        read_only_fields = (
            "suggested_base_price",
            "suggested_min_price",
            "initial_base_price",
            "initial_min_price",
            "recommendations",
            "category",
            "created_at",
        )
        extra_kwargs = {
            "status": {
                "help_text": "`suggested` until the user applies it (`approved`) or decides otherwise (`rejected`), "
                "until it is too old (`expired`), or until the numbers no longer say so (`outdated`)."
            },
            "category": {"help_text": "What it is about."},
            "recommendations": {"help_text": "What to do, and the numbers that say so."},
            "suggested_base_price": {"help_text": f"Base price to set; {WHOLE}."},
            "suggested_min_price": {"help_text": f"Minimum price to set; {WHOLE}."},
            "suggested_seasonal_min_price_pct": {"help_text": "Percent to add to the minimum price in that season."},
            "initial_base_price": {"help_text": f"Base price when it was suggested; {WHOLE}."},
            "initial_min_price": {"help_text": f"Minimum price when it was suggested; {WHOLE}."},
            "created_at": {"help_text": "When it was written, UTC."},
            "approved_at": {"help_text": "When the user applied it."},
            "rejected_at": {"help_text": "When the user decided otherwise."},
            "expired_at": {"help_text": "When it became too old."},
        }
