"""The resources of users as the API shows them."""

from django.db.models import CharField
from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from jsonapi.fields import StrictTextField
from jsonapi.serializers import StrictMembers
from users.models import LOCALES, Credential, User


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
