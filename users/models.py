"""Users (the customers of a partner), their credentials, and their accounts at channels."""

from typing import Any, NoReturn

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from users.email_addresses import LONGEST_NORMAL_FORM

LOCALES = ("en", "en-GB", "en-AU", "en-CA", "ja", "fr", "pt", "de", "es", "it")


class User(models.Model):
    """A host or property manager who owns listings. The user belongs to the application that created it.

    `deleted_at` marks a soft delete. No token can see a deleted user.
    """

    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.PROTECT, related_name="customers"
    )
    first_name = models.CharField(max_length=150)
    last_name = models.CharField(max_length=150)
    email = models.EmailField()
    email_key = models.CharField(
        max_length=LONGEST_NORMAL_FORM,
        null=True,
        blank=True,
        help_text="Normal form of `email` (users/email_addresses.py). Null after the deletion.",
    )
    locale = models.CharField(max_length=8, choices=[(code, code) for code in LOCALES], default="en")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Time of the last change of what the API shows, except the state of syncs. Triggers write it.",
    )
    deleted_at = models.DateTimeField(null=True, blank=True)

    version_column = "updated_at"
    # The paths from this model to a token's application and user (oauth/access.py).
    application_path, user_path = "application", "pk"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "email_key"], name="user_email_once_per_application")
        ]
        indexes = [
            models.Index(
                fields=["application", "-created_at", "-id"],
                condition=Q(deleted_at=None),
                name="user_of_application_newest",
            ),
            models.Index(
                fields=["application", "updated_at", "id"], condition=Q(deleted_at=None), name="user_by_updated_at"
            ),
            models.Index(fields=["deleted_at", "id"], condition=~Q(deleted_at=None), name="user_departed"),
        ]

    class JSONAPIMeta:
        resource_name = "users"

    def __str__(self) -> str:
        return f"User #{self.pk}"


class CredentialManager(BaseUserManager["Credential"]):
    def create_superuser(self, **_fields: Any) -> NoReturn:
        """Raise ValidationError, which `manage.py createsuperuser` prints in one line."""
        raise ValidationError("This server has no superusers. Applications are managed with manage.py.")


class Credential(AbstractBaseUser):
    """A login of a user. Each user has exactly one primary credential. `last_login` is inherited from Django.

    `login` is Django's unique name of a login and its natural key. Different applications may have the same email, so
    it is made of both (users.services.users.login_of).
    """

    class Type(models.TextChoices):
        PASSWORD = "password"  # noqa: S105
        API = "api"

    class Permissions(models.TextChoices):
        ADMIN = "admin"
        EDIT = "edit"
        VIEW = "view"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="credentials")
    email = models.EmailField(null=True, blank=True)
    login = models.CharField(max_length=LONGEST_NORMAL_FORM + 20, null=True, blank=True)
    credential_type = models.CharField(max_length=16, choices=Type.choices, default=Type.PASSWORD)
    global_permissions = models.CharField(max_length=8, choices=Permissions.choices, default=Permissions.ADMIN)
    is_primary = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "login"
    objects = CredentialManager()
    application_path, user_path = "user__application", "user"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["login"], name="credential_login_once"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_primary=True), name="one_primary_credential"),
        ]

    def __str__(self) -> str:
        return f"Credential #{self.pk}"


class Account(models.Model):
    """An account of a user at a channel. `deleted_at` marks a soft delete; a new connection of the account clears it.

    sync.models.AccountConnection holds its channel credentials and the state of its syncs.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="accounts")
    channel = models.CharField(max_length=32)
    channel_account_id = models.CharField(max_length=255, help_text="Id of the account at the channel.")
    channel_display_id = models.CharField(max_length=255, null=True, blank=True)
    label = models.CharField(max_length=255)
    email = models.EmailField(null=True, blank=True)
    valid = models.BooleanField(default=True, help_text="False after the channel has refused the credentials.")
    created_at = models.DateTimeField()
    last_successful_sync_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Time of the last change of what the API shows, except the state of syncs. Triggers write it.",
    )
    deleted_at = models.DateTimeField(null=True, blank=True)

    version_column = "updated_at"
    application_path, user_path = "user__application", "user"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "channel", "channel_account_id"], name="account_connected_once")
        ]
        indexes = [
            models.Index(
                fields=["user", "updated_at", "id"], condition=Q(deleted_at=None), name="account_by_updated_at"
            )
        ]

    def __str__(self) -> str:
        return f"Account #{self.pk}"
