"""Applications (OAuth2 clients) and the tokens that act for them."""

from typing import Any

from django.conf import settings
from django.db import models
from oauth2_provider import models as toolkit

from oauth.scopes import SCOPES

PERSONAL_PREFIX = "bpat_"


def all_scopes() -> list[str]:
    return list(SCOPES)


class Application(toolkit.AbstractApplication):
    """An OAuth2 client (contract, *Who is who*). Its secret is stored hashed. `user` is set only in personal mode.

    Tokens of an earlier `token_epoch` are not valid: each token has the epoch of the application that asked for it, as
    it was when its secret was checked. A request that is under way while all tokens are revoked gets no valid token.
    """

    class Mode(models.TextChoices):
        PARTNER = "partner"
        PERSONAL = "personal"

    mode = models.CharField(max_length=16, choices=Mode.choices, default=Mode.PARTNER)
    enabled_scopes = models.JSONField(
        default=all_scopes, help_text="Names of the scopes that this application may request."
    )
    require_user_scoped_tokens = models.BooleanField(
        default=False, help_text="Issue user-level scopes only in tokens that name a user."
    )
    ip_allowlist = models.JSONField(
        default=list, blank=True, help_text="CIDRs that callers must be in. An empty list allows every address."
    )
    rate_limit_per_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text="Requests per minute. Empty means the server's default."
    )
    previous_client_secret = models.CharField(
        max_length=255, blank=True, default="", db_default="", help_text="Hash of the secret before the last rotation."
    )
    previous_secret_ends_at = models.DateTimeField(
        null=True, blank=True, help_text="When the previous secret stops working. Empty: when an operator ends it."
    )
    token_epoch = models.PositiveIntegerField(
        default=0, db_default=0, help_text="How many times all tokens of the application were revoked."
    )
    disabled_at = models.DateTimeField(null=True, blank=True, help_text="While it is set, nothing is authenticated.")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta(toolkit.AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"

    def is_usable(self, request: Any) -> bool:
        return self.disabled_at is None


class AccessToken(toolkit.AbstractAccessToken):
    """A bearer token of the token endpoint. It is user-scoped when `user` (a credential) is set, otherwise app-level.

    Only its checksum is stored (the toolkit's setting COMPLIANT_BCP_RFC9700_TOKEN_STORAGE).
    """

    epoch = models.PositiveIntegerField(default=0, db_default=0, help_text="The application's `token_epoch`.")

    class Meta(toolkit.AbstractAccessToken.Meta):
        swappable = "OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL"

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Not in a service: the toolkit creates the tokens.
        if self._state.adding and self.application:
            self.epoch = self.application.token_epoch
        super().save(*args, **kwargs)


# The next three models are unused. The toolkit's models refer to one another, so all of them must be swapped together.
class RefreshToken(toolkit.AbstractRefreshToken):
    class Meta(toolkit.AbstractRefreshToken.Meta):
        swappable = "OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL"


class IDToken(toolkit.AbstractIDToken):
    class Meta(toolkit.AbstractIDToken.Meta):
        swappable = "OAUTH2_PROVIDER_ID_TOKEN_MODEL"


class Grant(toolkit.AbstractGrant):
    class Meta(toolkit.AbstractGrant.Meta):
        swappable = "OAUTH2_PROVIDER_GRANT_MODEL"


class PersonalAccessToken(models.Model):
    """A long-lived bearer token of one credential, `bpat_…`, stored as a SHA-256 checksum."""

    credential = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="personal_access_tokens"
    )
    name = models.CharField(max_length=100)
    token_checksum = models.CharField(max_length=64, unique=True)
    scope = models.TextField(help_text="Scope names, space separated.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty means that the token never expires.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"PersonalAccessToken #{self.pk}"


class AuditEntry(models.Model):
    """An entry of the audit log that the previous version kept. The audit trail (audit/) has replaced it.

    A migration has copied the entries. The table is dropped one version later.
    """

    at = models.DateTimeField()
    action = models.CharField(max_length=64)
    client_id = models.CharField(max_length=255, help_text="The application that it is about.")
    operator = models.CharField(max_length=255, help_text="Name of the operating system's user.")
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["client_id", "id"], name="audit_of_application")]

    def __str__(self) -> str:
        return f"{self.action} #{self.pk}"
