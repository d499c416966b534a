"""The base price, its limits, and what extra guests pay. All prices are whole units of the listing's currency."""

from drf_spectacular.utils import extend_schema_serializer

from customizations.fields import PriceField
from customizations.serializers.entries import (
    CustomizationSerializer,
    DayOfWeekEntrySerializer,
    EntrySerializer,
    Problems,
    RepeatingSeasonSerializer,
    SeasonSerializer,
    Values,
    list_of,
    maximum_below_minimum,
)
from jsonapi.fields import StrictIntegerField
from listings.services.prices import LARGEST_PRICE
from pricing import LOWEST_BASE_PRICE
from pricing.limits import LOWEST_PRICE

MOST_GUESTS = 1000


class BasePriceCustomizationNestedSerializer(EntrySerializer):
    base_price = StrictIntegerField(
        min_value=0,
        help_text="Price of an ordinary night before factors; whole units of the listing's currency. 0 while neither "
        "the user has set one nor an automatic one is known.",
    )


class BasePriceCustomizationSerializer(CustomizationSerializer, BasePriceCustomizationNestedSerializer):
    class Meta:
        resource_name = "base-price-customizations"


@extend_schema_serializer(component_name="BasePriceCustomization")
class BasePricePatchSerializer(BasePriceCustomizationSerializer):
    base_price = StrictIntegerField(
        min_value=LOWEST_BASE_PRICE,
        max_value=LARGEST_PRICE,
        help_text="Price of an ordinary night before factors; whole units of the listing's currency.",
    )


class ExtraGuestFeeCustomizationNestedSerializer(EntrySerializer):
    extra_guest_fee = StrictIntegerField(
        min_value=1,
        max_value=LARGEST_PRICE,
        allow_null=True,
        help_text="Per night and guest beyond the threshold; whole units of the listing's currency. Null: no fee.",
    )
    extra_guest_threshold = StrictIntegerField(
        min_value=1,
        max_value=MOST_GUESTS,
        allow_null=True,
        help_text="Guests included in the price. Null: not set.",
    )


class ExtraGuestFeeCustomizationSerializer(CustomizationSerializer, ExtraGuestFeeCustomizationNestedSerializer):
    class Meta:
        resource_name = "extra-guest-fee-customizations"


class DayOfWeekMinPriceSerializer(DayOfWeekEntrySerializer):
    min_price = StrictIntegerField(
        min_value=LOWEST_PRICE,
        max_value=LARGEST_PRICE,
        allow_null=True,
        required=False,
        help_text="No night on this weekday is priced below it; whole units of the listing's currency. Null: no rule.",
    )


class SeasonalDayOfWeekMinPriceSerializer(SeasonSerializer):
    min_prices = list_of(DayOfWeekMinPriceSerializer, "Minimum prices in this range, by weekday.", required=True)


class SeasonalPricesSerializer(RepeatingSeasonSerializer):
    min_price = PriceField("No night of the range is priced below it", allow_null=True, required=False)
    max_price = PriceField("No night of the range is priced above it", allow_null=True, required=False)

    def problems(self, values: Values) -> Problems:
        return super().problems(values) | maximum_below_minimum(values, "min_price", "max_price")


class SeasonalMonthlyPricesSerializer(RepeatingSeasonSerializer):
    monthly_min_price = PriceField(
        "A month of 30 nights in the range costs at least this, where stays are by the month",
        allow_null=True,
        required=False,
    )
    monthly_max_price = PriceField(
        "A month of 30 nights in the range costs at most this, where stays are by the month",
        allow_null=True,
        required=False,
    )

    def problems(self, values: Values) -> Problems:
        return super().problems(values) | maximum_below_minimum(values, "monthly_min_price", "monthly_max_price")


class MinMaxPricesCustomizationNestedSerializer(EntrySerializer):
    min_price = PriceField("No night is priced below it", allow_null=True, required=False)
    max_price = PriceField("No night is priced above it", allow_null=True, required=False)
    monthly_min_price = PriceField(
        "A month of 30 nights costs at least this, where stays are by the month", allow_null=True, required=False
    )
    day_of_week_min_prices = list_of(DayOfWeekMinPriceSerializer, "Minimum prices by weekday.")
    seasonal_day_of_week_min_prices = list_of(
        SeasonalDayOfWeekMinPriceSerializer, "Minimum prices by weekday within ranges that do not overlap."
    )
    seasonal_prices = list_of(SeasonalPricesSerializer, "Limits within ranges that do not overlap.")
    seasonal_monthly_prices = list_of(
        SeasonalMonthlyPricesSerializer, "Limits of a month's price within ranges that do not overlap."
    )


class MinMaxPricesCustomizationSerializer(CustomizationSerializer, MinMaxPricesCustomizationNestedSerializer):
    class Meta:
        resource_name = "min-max-price-customizations"
