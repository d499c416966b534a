"""The resources of users as the API shows them."""

from django.db.models import CharField
from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from connectors import registry
from jsonapi.fields import StrictTextField
from jsonapi.serializers import NO_OBJECT, StrictMembers
from users.models import LOCALES, Account, Credential, User


class UserSerializer(StrictMembers, json_api.ModelSerializer):
    serializer_field_mapping = json_api.ModelSerializer.serializer_field_mapping | {CharField: StrictTextField}

    locale = serializers.ChoiceField(
        choices=LOCALES, default="en", help_text="Language and region for what the user is shown."
    )
    status = serializers.ChoiceField(
        choices=("new", "active", "inactive"),
        read_only=True,
        help_text="new until the first account is connected, active while at least one valid account exists, "
        "inactive after that.",
    )

    class Meta:
        model = User
        resource_name = "users"
        fields = ("first_name", "last_name", "email", "locale", "created_at", "status")
        read_only_fields = ("created_at",)
        extra_kwargs = {
            "email": {"help_text": "Unique without regard to case."},
            "first_name": {"help_text": "Given name, not blank."},
            "last_name": {"help_text": "Family name, not blank."},
            "created_at": {"help_text": "When the user was created, UTC."},
        }


class UserCredentialSerializer(json_api.ModelSerializer):
    credential_type = serializers.CharField(
        read_only=True, help_text="`password` for a person's login, `api` for one of a program."
    )
    global_permissions = serializers.CharField(read_only=True, help_text="`admin`, `edit` or `view`, which only reads.")
    email = serializers.CharField(read_only=True, allow_null=True, help_text="Null when it cannot log in by email.")

    class Meta:
        model = Credential
        resource_name = "credentials"
        fields = ("created_at", "last_login", "credential_type", "global_permissions", "email")
        read_only_fields = ("created_at", "last_login")
        extra_kwargs = {
            "created_at": {"help_text": "When the login was created, UTC."},
            "last_login": {"help_text": "When it was last used, UTC. Null: never."},
        }


class SyncStatusSerializer(serializers.Serializer):
    """Part of a resource whose query brings `sync_state`."""

    state = serializers.ChoiceField(
        source="sync_state",
        choices=("queued", "in_progress", "completed", "unknown"),
        help_text="completed once a sync has succeeded and none is waiting or running; unknown before that.",
    )
    last_successful_sync_at = serializers.DateTimeField(allow_null=True, help_text="When a sync last succeeded, UTC.")


class AccountSyncStatusSerializer(SyncStatusSerializer):
    pass


class AccountSerializer(json_api.ModelSerializer):
    user_id = serializers.IntegerField(help_text="Id of the user who owns the account.")
    channel = serializers.CharField(help_text="The channel's name in this API.")
    channel_id = serializers.CharField(source="channel_account_id", help_text="The account's id at the channel.")
    channel_display_id = serializers.CharField(allow_null=True, help_text="How the channel itself shows that id.")
    label = serializers.CharField(help_text="The account's name, for people.")
    email = serializers.CharField(allow_null=True, help_text="Whose account it is, where the channel tells.")
    valid = serializers.BooleanField(help_text="False once the channel refuses the credentials.")
    nb_enabled_listings = serializers.IntegerField(
        read_only=True, help_text="Listings of the account whose prices are pushed."
    )
    nb_listings = serializers.IntegerField(read_only=True, help_text="Listings that the channel shows now.")
    is_pms = serializers.SerializerMethodField(help_text="Whether the channel manages properties (a PMS).")
    sync_status = AccountSyncStatusSerializer(
        source="*", read_only=True, help_text="Where the account's last sync stands."
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
        )

    def get_is_pms(self, account: Account) -> bool:
        connector = registry.find(account.channel)
        return connector is not None and connector.is_pms


class AccountCreateSerializer(StrictMembers, serializers.Serializer):
    channel = serializers.CharField(max_length=32, help_text="Which channel to connect to.")
    credentials = serializers.DictField(
        help_text="What the channel asks for; see the channel's documentation.",
        error_messages={"not_a_dict": NO_OBJECT},
    )

    class Meta:
        resource_name = "accounts"
