"""The base price, minimum and maximum prices, and extra guest fees, all in units of the listing's currency."""

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
        help_text="Price of an ordinary night before factors, in whole units of the listing's currency. 0 if the user "
        "has set no price and no automatic price is known.",
    )


class BasePriceCustomizationSerializer(CustomizationSerializer, BasePriceCustomizationNestedSerializer):
    class Meta:
        resource_name = "base-price-customizations"


@extend_schema_serializer(component_name="BasePriceCustomization")
class BasePricePatchSerializer(BasePriceCustomizationSerializer):
    base_price = StrictIntegerField(
        min_value=LOWEST_BASE_PRICE,
        max_value=LARGEST_PRICE,
        help_text="Price of an ordinary night before factors, in whole units of the listing's currency.",
    )


class ExtraGuestFeeCustomizationNestedSerializer(EntrySerializer):
    extra_guest_fee = StrictIntegerField(
        min_value=1,
        max_value=LARGEST_PRICE,
        allow_null=True,
        help_text="Fee per night for each guest above the threshold, in whole units of the listing's currency. Null "
        "means no fee.",
    )
    extra_guest_threshold = StrictIntegerField(
        min_value=1,
        max_value=MOST_GUESTS,
        allow_null=True,
        help_text="Number of guests that the price includes. Null if it is not set.",
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
        help_text="Lowest price of a night on this weekday, in whole units of the listing's currency. Null means no "
        "rule.",
    )


class SeasonalDayOfWeekMinPriceSerializer(SeasonSerializer):
    min_prices = list_of(DayOfWeekMinPriceSerializer, "Minimum prices in this range, by weekday.", required=True)


class SeasonalPricesSerializer(RepeatingSeasonSerializer):
    min_price = PriceField("Lowest price of a night in the range", allow_null=True, required=False)
    max_price = PriceField("Highest price of a night in the range", allow_null=True, required=False)

    def problems(self, values: Values) -> Problems:
        return super().problems(values) | maximum_below_minimum(values, "min_price", "max_price")


class SeasonalMonthlyPricesSerializer(RepeatingSeasonSerializer):
    monthly_min_price = PriceField(
        "Lowest price of 30 nights in the range, for stays by the month",
        allow_null=True,
        required=False,
    )
    monthly_max_price = PriceField(
        "Highest price of 30 nights in the range, for stays by the month",
        allow_null=True,
        required=False,
    )

    def problems(self, values: Values) -> Problems:
        return super().problems(values) | maximum_below_minimum(values, "monthly_min_price", "monthly_max_price")


class MinMaxPricesCustomizationNestedSerializer(EntrySerializer):
    min_price = PriceField("Lowest price of a night", allow_null=True, required=False)
    max_price = PriceField("Highest price of a night", allow_null=True, required=False)
    monthly_min_price = PriceField("Lowest price of 30 nights, for stays by the month", allow_null=True, required=False)
    day_of_week_min_prices = list_of(DayOfWeekMinPriceSerializer, "Minimum prices by weekday.")
    seasonal_day_of_week_min_prices = list_of(
        SeasonalDayOfWeekMinPriceSerializer, "Minimum prices by weekday within ranges that do not overlap."
    )
    seasonal_prices = list_of(SeasonalPricesSerializer, "Minimum and maximum prices within ranges that do not overlap.")
    seasonal_monthly_prices = list_of(
        SeasonalMonthlyPricesSerializer,
        "Minimum and maximum prices of 30 nights within ranges that do not overlap.",
    )


class MinMaxPricesCustomizationSerializer(CustomizationSerializer, MinMaxPricesCustomizationNestedSerializer):
    class Meta:
        resource_name = "min-max-price-customizations"
