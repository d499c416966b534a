"""Listings as the API shows them. Prices are whole units of the listing's currency."""

from rest_framework import serializers
from rest_framework_json_api import serializers as json_api
from rest_framework_json_api.relations import ResourceRelatedField

from listings.models import ChannelListing, Listing
from listings.serializers.sync_status import SyncStatusSerializer
from users.serializers import UserSerializer

PRICES = {
    "base_price": "Price of an ordinary night before factors; whole units of `currency`. 0 while none is known.",
    "min_price": "No night is priced below this; whole units of `currency`.",
    "max_price": "No night is priced above this; whole units of `currency`.",
    "min_stay": "Shortest stay, nights.",
    "extra_guest_fee": "Per night and guest beyond the threshold; whole units of `currency`.",
    "extra_guest_threshold": "Guests included in the price.",
}


WORDS = {
    "title": "Name of the listing at the channel.",
    "image": "URL of its first photo.",
    "neighborhood": "Part of the city.",
    "city": "City; listings of one city compete.",
    "state": "State or region.",
    "country": "Country, by name or ISO 3166 code, as the channel has it.",
    "address": "Street address.",
    "room_type": "What is let, in the channel's words: the whole place or a room of it.",
    "bathrooms": "How many; halves are possible.",
    "latitude": "Degrees north.",
    "longitude": "Degrees east.",
    "timezone": "IANA name; the listing's nights are dates there.",
    "currency": "ISO 4217 code of all the listing's prices.",
    "in_active_market": "Whether there is a market to price the listing against.",
    "enabled": "Whether prices are pushed to the channel.",
    "base_price_updated_at": "When the base price last changed, UTC.",
    "min_price_updated_at": "When the minimum price last changed, UTC.",
    "created_at": "When the listing was first synced, UTC.",
}


class ListingChannelListingSerializer(serializers.ModelSerializer):
    channel = serializers.CharField(help_text="The channel's name in this API.")
    channel_id = serializers.CharField(source="channel_listing_id", help_text="The listing's id at the channel.")

    class Meta:
        model = ChannelListing
        fields = ("channel", "channel_id")


class ListingSyncStatusSerializer(SyncStatusSerializer):
    pass


class ListingSerializer(json_api.ModelSerializer):
    bedrooms = serializers.IntegerField(
        allow_null=True, required=False, min_value=0, max_value=2**31 - 1, help_text="How many."
    )
    owner = ResourceRelatedField(read_only=True, help_text="The user who owns the listing.")
    channel_listings = ListingChannelListingSerializer(
        many=True, read_only=True, help_text="Where the listing is shown."
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
            "owner",
            "channel_listings",
        )
        read_only_fields = (*PRICES, "timezone", "in_active_market", "enabled", "created_at")
        extra_kwargs = {name: {"help_text": text} for name, text in (PRICES | WORDS).items()}


class ListingDetailSerializer(ListingSerializer):
    sync_status = ListingSyncStatusSerializer(
        source="*", read_only=True, help_text="Where the listing's last sync stands."
    )

    class Meta(ListingSerializer.Meta):
        fields = (*ListingSerializer.Meta.fields, "sync_status")
