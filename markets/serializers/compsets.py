"""The representation of comp sets in the API. Amounts are whole units of a currency, shares are between 0 and 1."""

from typing import Any

from rest_framework import serializers
from rest_framework_json_api import serializers as json_api
from rest_framework_json_api.relations import ResourceRelatedField

from jsonapi.fields import StrictIntegerField, StrictTextField
from jsonapi.serializers import OmitsNull, StrictMembers
from listings.filters import LARGEST_IN_JSON
from listings.serializers.listings import ListingSerializer
from markets.models import Compset
from markets.services.comparables import PUBLIC_CHANNEL
from markets.services.custom_compsets import MOST_MEMBERS
from users.serializers import UserSerializer

KIND = "`connected` is made and kept by the server for a listing, `custom` by `POST /api/v1/compsets/`."
LISTING_ID = "Id of the listing that is compared. Null if a custom set has none."
MATCHED = "The public id under which the listing itself was found in public data. It is no member. Null if it was not."


class Rounded(serializers.FloatField):
    """A number with at most four decimals."""

    def to_representation(self, value: Any) -> Any:
        return round(float(value), 4)


class Unknown(serializers.FloatField):
    """An attribute of the contract that no source of ours knows. It is always null."""

    def get_attribute(self, instance: Any) -> None:
        return None


class UnknownInteger(serializers.IntegerField):
    """See Unknown."""

    def get_attribute(self, instance: Any) -> None:
        return None


def whole(help_text: str, source: str | None = None) -> serializers.IntegerField:
    return serializers.IntegerField(allow_null=True, source=source, help_text=help_text)


def number(help_text: str, source: str | None = None) -> Rounded:
    return Rounded(allow_null=True, source=source, help_text=help_text)


def text(help_text: str, source: str | None = None) -> serializers.CharField:
    return serializers.CharField(allow_null=True, source=source, help_text=help_text)


def unknown(help_text: str) -> Unknown:
    return Unknown(allow_null=True, help_text=f"{help_text} Always null: no source tells it.")


class CompsetSummarySerializer(OmitsNull, json_api.ModelSerializer):
    # Clients that are generated from the contract's schema cannot read a relationship that is null.
    omitted_when_null = frozenset({"listing"})

    listing_id = serializers.IntegerField(read_only=True, allow_null=True, help_text=LISTING_ID)
    kind = serializers.ChoiceField(choices=["custom", "connected"], read_only=True, help_text=KIND)
    member_count = serializers.IntegerField(read_only=True, help_text="Number of homes in the set.")
    owner = ResourceRelatedField(read_only=True, help_text="The user whose set it is.")
    listing = ResourceRelatedField(
        read_only=True, help_text="The listing that is compared. Missing if a custom set has none."
    )

    included_serializers = {"owner": UserSerializer, "listing": ListingSerializer}

    class Meta:
        model = Compset
        resource_name = "compsets"
        fields = ("listing_id", "kind", "title", "member_count", "created_at", "updated_at", "owner", "listing")
        read_only_fields = ("title", "created_at", "updated_at")
        extra_kwargs = {
            "title": {"help_text": "Name of the set. A connected set has the title of its listing."},
            "created_at": {"help_text": "Time at which the set was made, UTC."},
            "updated_at": {"help_text": "Time of the last change of the title or of the members, UTC."},
        }


ADR = "Average daily rate of the booked nights among the next {nights} nights, in whole units of `currency`."
BOOKED = "Booked nights among the next {nights} nights, as a share from 0 to 1 of the nights whose state is known."
AVAILABILITY = "Nights that can be booked, as a share from 0 to 1 of those of the next {nights} whose state is known."
MIN_STAYS = "Median of the minimum stays of the available nights among the next {nights} nights, in nights."
ADJ_OCCUPANCY = "Booked nights as a share, from 0 to 1, of the next {nights} less the blocked and unexplained ones."
BOOKED_RATE = "Average price of the booked nights among the next {nights} nights, in whole units of `currency`."
PRICE = "Average price of the available nights among the next {nights} nights, in whole units of `currency`."
RATING = "Average rating by guests, from 0 to 5."
REVIEWS = "Number of reviews."
FEE = "Average service fee, in whole units of `currency`."
HEALTH = "A score of the listing."


class CompsetMemberMetricsSerializer(serializers.Serializer[Any]):
    thirty_day_adr = number(ADR.format(nights=30), "figures.thirty.booked_rate")
    ninety_day_adr = number(ADR.format(nights=90), "figures.ninety.booked_rate")
    thirty_day_booked = number(BOOKED.format(nights=30), "figures.thirty.booked")
    ninety_day_booked = number(BOOKED.format(nights=90), "figures.ninety.booked")
    thirty_day_availability = number(AVAILABILITY.format(nights=30), "figures.thirty.availability")
    ninety_day_availability = number(AVAILABILITY.format(nights=90), "figures.ninety.availability")
    thirty_day_min_stays = whole(MIN_STAYS.format(nights=30), "figures.thirty.usual_min_stay")
    ninety_day_min_stays = whole(MIN_STAYS.format(nights=90), "figures.ninety.usual_min_stay")
    thirty_day_adj_occupancy = number(ADJ_OCCUPANCY.format(nights=30), "figures.thirty.adj_occupancy")
    ninety_day_adj_occupancy = number(ADJ_OCCUPANCY.format(nights=90), "figures.ninety.adj_occupancy")
    thirty_day_booked_rate = number(BOOKED_RATE.format(nights=30), "figures.thirty.booked_rate")
    ninety_day_booked_rate = number(BOOKED_RATE.format(nights=90), "figures.ninety.booked_rate")
    base_price = number("Price of an ordinary night, in whole units of `currency`.")
    currency = text("ISO 4217 code of the currency of the amounts.", "figures.currency")
    rating = number(RATING)
    reviews_count = whole(REVIEWS)
    average_service_fee = unknown(FEE)
    occupancy_based_on = text(
        "What the booked nights among the next 90 nights are known from. `reservations`: the listing is the "
        "user's own. `scrapes`: nights became unavailable between two scrapes of public data. `reviews`: a rough "
        "estimate from the number of reviews. Null if nothing is known. An extension of this server.",
        "figures.ninety.based_on",
    )


class CompsetMemberSerializer(serializers.Serializer[Any]):
    channel = serializers.CharField(help_text="Channel of the home. Empty if no channel shows it now.")
    channel_listing_id = text("Id of the home at the channel.")
    title = text("Name of the home.")
    url = text("Public page of the home.")
    image = text("URL of a photo. Public data have none.")
    bedrooms = number("Number of bedrooms.")
    bathrooms = number("Number of bathrooms.")
    room_type = text("Type of the accommodation in the channel's words.")
    latitude = serializers.FloatField(allow_null=True, help_text="Degrees north.")
    longitude = serializers.FloatField(allow_null=True, help_text="Degrees east.")
    distance_km = number("Distance from the listing that is compared, in kilometres.")
    rating = number(RATING)
    reviews_count = whole(REVIEWS)
    health_score = unknown(HEALTH)
    metrics = CompsetMemberMetricsSerializer(source="*", help_text="The figures of the home.")


class CompsetSourceMetricsSerializer(serializers.Serializer[Any]):
    thirty_day_price = number(PRICE.format(nights=30), "source.thirty.posted_rate")
    ninety_day_price = number(PRICE.format(nights=90), "source.ninety.posted_rate")
    thirty_day_adr = number(ADR.format(nights=30), "source.thirty.booked_rate")
    ninety_day_adr = number(ADR.format(nights=90), "source.ninety.booked_rate")
    thirty_day_booked = number(BOOKED.format(nights=30), "source.thirty.booked")
    ninety_day_booked = number(BOOKED.format(nights=90), "source.ninety.booked")
    thirty_day_availability = number(AVAILABILITY.format(nights=30), "source.thirty.availability")
    ninety_day_availability = number(AVAILABILITY.format(nights=90), "source.ninety.availability")
    thirty_day_min_stays = whole(MIN_STAYS.format(nights=30), "source.thirty.usual_min_stay")
    ninety_day_min_stays = whole(MIN_STAYS.format(nights=90), "source.ninety.usual_min_stay")
    rating = unknown(RATING)
    reviews_count = UnknownInteger(allow_null=True, help_text=f"{REVIEWS} Always null.")
    average_service_fee = unknown(FEE)


class CompsetSourceSerializer(serializers.Serializer[Any]):
    bedrooms = whole("Number of bedrooms.", "listing.bedrooms")
    bathrooms = number("Number of bathrooms.", "listing.bathrooms")
    latitude = serializers.FloatField(allow_null=True, source="listing.latitude", help_text="Degrees north.")
    longitude = serializers.FloatField(allow_null=True, source="listing.longitude", help_text="Degrees east.")
    address = text("Street address.", "listing.address")
    city = text("City.", "listing.city")
    state = text("State or region.", "listing.state")
    country = text("Country.", "listing.country")
    market = text("City in which the listing competes. Null if it has no market.")
    currency = text("ISO 4217 code of the currency of the amounts.", "listing.currency")
    base_price = number("Price of an ordinary night, in whole units of `currency`.")
    health_score = UnknownInteger(allow_null=True, help_text=f"{HEALTH} Always null: no source tells it.")
    min_stay = whole("Shortest stay, in nights.", "listing.min_stay")
    metrics = CompsetSourceMetricsSerializer(source="*", help_text="The figures of the listing.")


POSTED_RATE = "Average price of the available nights, in whole units of `currency`."
OCCUPANCY = "Booked nights as a share, from 0 to 1, of the nights whose state is known."
MIN_STAY = "Average minimum stay of the available nights, in nights."
RATE = "Average price of the booked nights, in whole units of `currency`."
ADJUSTED = "Booked nights as a share, from 0 to 1, of the nights less the blocked and unexplained ones."


class CompsetPerformanceListingMetricsSerializer(serializers.Serializer[Any]):
    average_posted_rate = number(POSTED_RATE, "posted_rate")
    occupancy = number(OCCUPANCY, "booked")
    average_min_stay = number(MIN_STAY, "min_stay")
    average_booked_rate = number(RATE, "booked_rate")
    adj_occupancy = number(ADJUSTED)


class CompsetPerformanceAggregateMetricsSerializer(serializers.Serializer[Any]):
    average_posted_rate = number(f"{POSTED_RATE} The mean over the members.", "aggregated.posted_rate")
    occupancy = number(f"{OCCUPANCY} The mean over the members.", "aggregated.booked")
    average_min_stay = number(f"{MIN_STAY} The mean over the members.", "aggregated.min_stay")
    average_booked_rate = number(f"{RATE} The mean over the members.", "aggregated.booked_rate")
    adj_occupancy = number(f"{ADJUSTED} The mean over the members.", "aggregated.adj_occupancy")
    number_of_nearby_listings = whole("Number of members.", "member_count")


class CompsetPerformanceSerializer(serializers.Serializer[Any]):
    start_date = serializers.DateField(source="first", help_text="The first night.")
    end_date = serializers.DateField(source="last", help_text="The last night. It is included.")
    currency = serializers.CharField(
        help_text="ISO 4217 code of the currency of the amounts: the listing's or else the first member's. `XXX` if "
        "there is none. Amounts of members in other currencies are left out.",
    )
    main_listing_metrics = CompsetPerformanceListingMetricsSerializer(
        source="source.requested",
        allow_null=True,
        help_text="The figures of the listing. Null if the set has none.",
    )
    aggregated_metrics = CompsetPerformanceAggregateMetricsSerializer(
        source="*", help_text="The figures of the members. Each member counts once."
    )


class CompsetSerializer(json_api.Serializer):
    listing_id = serializers.IntegerField(source="listing.pk", allow_null=True, help_text=LISTING_ID)
    kind = serializers.ChoiceField(choices=["custom", "connected"], source="compset.kind", help_text=KIND)
    title = text("Name of the set. A connected set has the title of its listing.", "compset.title")
    matched_airbnb_id = text(MATCHED, "compset.matched_public_id")
    created_at = serializers.DateTimeField(
        source="compset.created_at", allow_null=True, help_text="Time at which the set was made, UTC."
    )
    updated_at = serializers.DateTimeField(
        source="compset.updated_at",
        allow_null=True,
        help_text="Time of the last change of the title or of the members, UTC.",
    )
    source = CompsetSourceSerializer(
        source="*", help_text="The listing that is compared. All null if the set has none."
    )
    members = CompsetMemberSerializer(many=True, help_text="The homes, the most comparable first.")
    performance = CompsetPerformanceSerializer(source="*", help_text="The figures of the requested nights.")

    class Meta:
        resource_name = "compsets"


class CompsetCreateSerializer(StrictMembers, json_api.Serializer):
    title = StrictTextField(max_length=255, help_text="Name of the set. It must not be blank.")
    listing_id = StrictIntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LARGEST_IN_JSON,
        help_text="Id of the listing that is compared. Its owner becomes the owner of the set.",
    )
    owner_id = StrictIntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LARGEST_IN_JSON,
        help_text="Id of the user whose set it is. An app-level token needs it for a set without a listing.",
    )
    channel = serializers.ChoiceField(choices=[PUBLIC_CHANNEL], default=PUBLIC_CHANNEL, help_text="Channel of the ids.")
    channel_listing_ids = serializers.ListField(
        child=StrictTextField(max_length=32),
        allow_empty=False,
        max_length=MOST_MEMBERS,
        help_text=f"Public ids of the members at the channel, in order, at most {MOST_MEMBERS}.",
    )

    class Meta:
        resource_name = "compsets"
