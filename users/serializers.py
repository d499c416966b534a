"""The representation of users and their credentials in the API."""

from django.db.models import CharField
from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from jsonapi.fields import StrictTextField
from jsonapi.serializers import OmitsNull, StrictMembers
from users.models import LOCALES, Credential, User


class UserSerializer(StrictMembers, json_api.ModelSerializer):
    serializer_field_mapping = json_api.ModelSerializer.serializer_field_mapping | {CharField: StrictTextField}

    locale = serializers.ChoiceField(
        choices=LOCALES, default="en", help_text="Language and region in which the user reads texts."
    )
    status = serializers.ChoiceField(
        choices=("new", "active", "inactive"),
        read_only=True,
        help_text="`new` until the first account is connected, `active` while the user has a valid account, otherwise "
        "`inactive`.",
    )

    updated_at = serializers.DateTimeField(
        read_only=True, help_text="Time of the last change of an attribute, UTC. An extension of this server."
    )

    class Meta:
        model = User
        resource_name = "users"
        fields = ("first_name", "last_name", "email", "locale", "created_at", "status", "updated_at")
        read_only_fields = ("created_at",)
        extra_kwargs = {
            "email": {"help_text": "Email address, unique within your application. Upper and lower case are equal."},
            "first_name": {"help_text": "Given name. It must not be blank."},
            "last_name": {"help_text": "Family name. It must not be blank."},
            "created_at": {"help_text": "Time at which the user was created, UTC."},
        }


class UserCredentialSerializer(OmitsNull, json_api.ModelSerializer):
    # Clients that are generated from the contract's schema cannot read null.
    omitted_when_null = frozenset({"last_login"})

    last_login = serializers.DateTimeField(
        read_only=True,
        help_text="Time at which a token of the credential was last issued or used, UTC, to the hour. Missing while "
        "there is none.",
    )
    credential_type = serializers.CharField(
        read_only=True, help_text="`password` for the login of a person, `api` for the login of a program."
    )
    global_permissions = serializers.CharField(
        read_only=True, help_text="`admin`, `edit` or `view`. A `view` credential can only read."
    )
    email = serializers.CharField(
        read_only=True, allow_null=True, help_text="Email address for the login. Null if it has none."
    )

    class Meta:
        model = Credential
        resource_name = "credentials"
        fields = ("created_at", "last_login", "credential_type", "global_permissions", "email")
        read_only_fields = ("created_at",)
        extra_kwargs = {
            "created_at": {"help_text": "Time at which the credential was created, UTC."},
        }
