"""Applications (OAuth2 clients) and the tokens that act for them."""

from django.conf import settings
from django.db import models
from oauth2_provider import models as toolkit

from oauth.scopes import SCOPES

PERSONAL_PREFIX = "bpat_"


def all_scopes() -> list[str]:
    return list(SCOPES)


class Application(toolkit.AbstractApplication):
    """An OAuth2 client (contract, *Who is who*). Its secret is stored hashed. `user` is set only in personal mode."""

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

    class Meta(toolkit.AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"


class AccessToken(toolkit.AbstractAccessToken):
    """A bearer token of the token endpoint. It is user-scoped when `user` (a credential) is set, otherwise app-level.

    Only its checksum is stored (the toolkit's setting COMPLIANT_BCP_RFC9700_TOKEN_STORAGE).
    """

    class Meta(toolkit.AbstractAccessToken.Meta):
        swappable = "OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL"


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
