"""The representation of listings in the API. Prices are whole units of the listing's currency."""

from rest_framework import serializers
from rest_framework_json_api import serializers as json_api
from rest_framework_json_api.relations import ResourceRelatedField

from listings.models import ChannelListing, Listing
from listings.serializers.sync_status import SyncStatusSerializer
from users.serializers import UserSerializer

PRICES = {
    "base_price": "Price of an ordinary night before factors, in whole units of `currency`. 0 if it is unknown.",
    "min_price": "Lowest price of a night, in whole units of `currency`.",
    "max_price": "Highest price of a night, in whole units of `currency`.",
    "min_stay": "Shortest stay, in nights.",
    "extra_guest_fee": "Fee per night for each guest above the threshold, in whole units of `currency`.",
    "extra_guest_threshold": "Number of guests that the price includes.",
}

DESCRIPTIONS = {
    "title": "Name of the listing at the channel.",
    "image": "URL of the first photo.",
    "neighborhood": "Part of the city.",
    "city": "City. Listings in the same city compete.",
    "state": "State or region.",
    "country": "Country as the channel sent it: a name or an ISO 3166 code.",
    "address": "Street address.",
    "room_type": "Type of the accommodation in the channel's words, for example a whole place or a room.",
    "bathrooms": "Number of bathrooms. It may have decimals.",
    "latitude": "Degrees north.",
    "longitude": "Degrees east.",
    "timezone": "IANA name of the time zone. The dates of the listing's nights are dates in this zone.",
    "currency": "ISO 4217 code of the currency of all prices of the listing.",
    "in_active_market": "Whether the listing is in an active market. Only then it has prices.",
    "enabled": "Whether prices are pushed to the channel.",
    "base_price_updated_at": "Time of the last change of the base price, UTC.",
    "min_price_updated_at": "Time of the last change of the minimum price, UTC.",
    "created_at": "Time of the first sync of the listing, UTC.",
}


class ListingChannelListingSerializer(serializers.ModelSerializer[ChannelListing]):
    channel = serializers.CharField(help_text="Name of the channel in this API.")
    channel_id = serializers.CharField(source="channel_listing_id", help_text="Id of the listing at the channel.")

    class Meta:
        model = ChannelListing
        fields = ("channel", "channel_id")


class ListingSyncStatusSerializer(SyncStatusSerializer):
    error = serializers.CharField(
        source="sync_error",
        allow_null=True,
        help_text="Why the last attempt to sync the listing failed. Null if it did not.",
    )
    retry_at = serializers.DateTimeField(
        source="sync_retry_at", allow_null=True, help_text="Time of the next attempt after a failure, UTC."
    )
    push_error = serializers.CharField(
        allow_null=True,
        help_text="Why a channel did not take the listing's prices or stay rules last time. Null if it did.",
    )


class ListingSerializer(json_api.ModelSerializer):
    bedrooms = serializers.IntegerField(
        allow_null=True, required=False, min_value=0, max_value=2**31 - 1, help_text="Number of bedrooms."
    )
    owner = ResourceRelatedField(read_only=True, help_text="The user who owns the listing.")
    channel_listings = ListingChannelListingSerializer(
        many=True, read_only=True, help_text="Channels that show the listing."
    )

    updated_at = serializers.DateTimeField(
        read_only=True,
        help_text="Time of the last change of an attribute other than `sync-status`, UTC. An extension of this server.",
    )

    included_serializers = {"owner": UserSerializer}

    class Meta:
        model = Listing
        resource_name = "listings"
        fields: tuple[str, ...] = (
            "title",
            "image",
            "neighborhood",
            "city",
            "state",
            "country",
            "room_type",
            "bedrooms",
            "bathrooms",
            "base_price",
            "base_price_updated_at",
            "min_price",
            "min_price_updated_at",
            "max_price",
            "min_stay",
            "extra_guest_fee",
            "extra_guest_threshold",
            "latitude",
            "longitude",
            "timezone",
            "currency",
            "in_active_market",
            "enabled",
            "address",
            "created_at",
            "updated_at",
            "owner",
            "channel_listings",
        )
        read_only_fields = (*PRICES, "timezone", "in_active_market", "enabled", "created_at")
        extra_kwargs = {name: {"help_text": text} for name, text in (PRICES | DESCRIPTIONS).items()}


class ListingDetailSerializer(ListingSerializer):
    sync_status = ListingSyncStatusSerializer(
        source="*", read_only=True, help_text="State of the last sync of the listing."
    )

    class Meta(ListingSerializer.Meta):
        fields = (*ListingSerializer.Meta.fields, "sync_status")
