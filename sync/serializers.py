"""Accounts as the API shows them."""

from typing import Any

from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from connectors import registry
from jsonapi.serializers import NO_OBJECT, StrictMembers
from listings.models import ChannelListing
from listings.serializers.sync_status import SyncStatusSerializer
from users.models import Account


class AccountSyncStatusSerializer(SyncStatusSerializer):
    error = serializers.CharField(
        source="sync_error",
        allow_null=True,
        help_text="Why the last sync failed, or what it left out beside `failed-listings`; null if nothing.",
    )


class FailedListingSerializer(serializers.ModelSerializer[ChannelListing]):
    listing_id = serializers.IntegerField(help_text="Id of the listing in this API.")
    channel_id = serializers.CharField(source="channel_listing_id", help_text="Id of the listing at the channel.")
    error = serializers.CharField(source="failure", help_text="Why the last attempt failed, for people.")
    failures = serializers.IntegerField(help_text="Number of failed attempts in a row.")
    failed_at = serializers.DateTimeField(help_text="Time of the last attempt, UTC.")
    retry_at = serializers.DateTimeField(help_text="Time of the next attempt, UTC.")

    class Meta:
        model = ChannelListing
        fields = ("listing_id", "channel_id", "error", "failures", "failed_at", "retry_at")


class AccountSerializer(json_api.ModelSerializer):  # type: ignore[misc]
    user_id = serializers.IntegerField(help_text="Id of the user who owns the account.")
    channel = serializers.CharField(help_text="The channel's name in this API.")
    channel_id = serializers.CharField(source="channel_account_id", help_text="The account's id at the channel.")
    channel_display_id = serializers.CharField(allow_null=True, help_text="The id as the channel displays it.")
    label = serializers.CharField(help_text="The account's name, for people.")
    email = serializers.CharField(allow_null=True, help_text="The account holder's email, if the channel has it.")
    valid = serializers.BooleanField(help_text="False once the channel refuses the credentials.")
    nb_enabled_listings = serializers.IntegerField(
        read_only=True, help_text="Listings of the account whose prices are pushed."
    )
    nb_listings = serializers.IntegerField(read_only=True, help_text="Listings of the account at the channel.")
    is_pms = serializers.SerializerMethodField(help_text="Whether the channel manages properties (a PMS).")
    sync_status = AccountSyncStatusSerializer(source="*", read_only=True, help_text="State of the account's last sync.")
    failed_listings = FailedListingSerializer(
        source="channel_listings",
        many=True,
        read_only=True,
        help_text="Listings whose last attempt to sync them failed. Each is tried again at its own time.",
    )

    updated_at = serializers.DateTimeField(
        read_only=True,
        help_text="Time of the last change of an attribute other than `sync-status`, UTC. An extension of this server.",
    )

    class Meta:
        model = Account
        resource_name = "accounts"
        fields = (
            "user_id",
            "channel",
            "channel_id",
            "channel_display_id",
            "label",
            "email",
            "valid",
            "nb_enabled_listings",
            "nb_listings",
            "is_pms",
            "sync_status",
            "failed_listings",
            "updated_at",
        )

    def get_is_pms(self, account: Account) -> bool:
        connector = registry.find(account.channel)
        return connector is not None and connector.is_pms


class AccountCreateSerializer(StrictMembers, serializers.Serializer[Any]):
    channel = serializers.CharField(max_length=32, help_text="Which channel to connect to.")
    credentials = serializers.DictField(
        help_text="The fields that the channel requires; see the channel's documentation.",
        error_messages={"not_a_dict": NO_OBJECT},
    )

    class Meta:
        resource_name = "accounts"
