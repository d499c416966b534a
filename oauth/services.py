"""Applications, their secrets, and personal access tokens. A secret is returned once and stored only as a hash."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from jobs.running import RunningJob
from oauth.models import PERSONAL_PREFIX, AccessToken, Application, PersonalAccessToken
from oauth.scopes import SCOPES
from users.models import Credential, User
from users.services.users import create_user

DEMO_CLIENT_ID = "demo-partner"
DEMO_CLIENT_SECRET = "demo-partner-secret"  # noqa: S105
TOKENS_PER_BATCH = 1000


class InvalidSetting(ValueError):
    """An invalid scope, network, limit or date; the message names it."""


class NotInProduction(Exception):
    """The demo application was requested under the production profile, where its public secret is not allowed."""


@transaction.atomic
def create_application(
    *,
    name: str,
    now: datetime,
    mode: str = Application.Mode.PARTNER,
    scopes: Iterable[str] = tuple(SCOPES),
    require_user_scoped_tokens: bool = False,
    ip_allowlist: Iterable[str] = (),
    rate_limit_per_minute: int | None = None,
    email: str = "",
) -> tuple[Application, str]:
    """Create a client; return it and its secret in plain text.

    A personal application also gets its only user, whose address is `email`; other applications must not give one.
    `ip_allowlist` holds IP addresses or CIDRs. `rate_limit_per_minute` is a number of requests; None means the
    server's default.

    Raises InvalidSetting for an invalid argument.
    """
    if (mode == Application.Mode.PERSONAL) != bool(email):
        raise InvalidSetting(
            "A personal application needs the email of its user; other applications must not have one."
        )
    if email:
        _check_user(name, email)
    if rate_limit_per_minute is not None and rate_limit_per_minute < 1:
        raise InvalidSetting("The rate limit must be at least 1 request per minute.")
    secret = secrets.token_urlsafe(48)
    application = Application.objects.create(
        name=name,
        mode=mode,
        client_secret=secret,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        enabled_scopes=_known_scopes(scopes),
        require_user_scoped_tokens=require_user_scoped_tokens,
        ip_allowlist=[_network(entry) for entry in ip_allowlist],
        rate_limit_per_minute=rate_limit_per_minute,
    )
    if email:
        user = create_user(
            application_id=application.pk, first_name=name, last_name="", email=email, locale="en", now=now
        )
        application.user = user.credentials.get(is_primary=True)
        application.save(update_fields=["user"])
    return application, secret


@transaction.atomic
def rotate_secret(application: Application, *, revoke_tokens: bool = False) -> str:
    """Replace the client's secret and return the new one in plain text. The old secret stops working immediately.

    Existing access tokens stay valid unless `revoke_tokens` is set.
    """
    application.client_secret = secret = secrets.token_urlsafe(48)
    application.save(update_fields=["client_secret", "updated"])
    if revoke_tokens:
        AccessToken.objects.filter(application=application).delete()
    return secret


def ensure_demo_application() -> Application:
    """Return the client of the development profile; create it, or restore its well-known secret, where needed.

    The client has all scopes. Raises NotInProduction under the production profile.
    """
    if settings.ENVIRONMENT.is_production:
        raise NotInProduction("The demo application has a public secret and is for the development profile only.")
    application: Application | None = Application.objects.filter(client_id=DEMO_CLIENT_ID).first()
    if application is None or not has_public_secret(application):
        application, _ = Application.objects.update_or_create(
            client_id=DEMO_CLIENT_ID,
            defaults={
                "name": "Demo partner",
                "client_secret": DEMO_CLIENT_SECRET,
                "client_type": Application.CLIENT_CONFIDENTIAL,
                "authorization_grant_type": Application.GRANT_CLIENT_CREDENTIALS,
                "enabled_scopes": list(SCOPES),
            },
        )
    return application


def demo_application_is_open() -> bool:
    """Whether the demo application exists and still has the secret that the documentation publishes."""
    application = Application.objects.filter(client_id=DEMO_CLIENT_ID).first()
    return application is not None and has_public_secret(application)


def has_public_secret(application: Application) -> bool:
    """Whether this is the demo application with the secret that the documentation publishes."""
    return application.client_id == DEMO_CLIENT_ID and check_password(DEMO_CLIENT_SECRET, application.client_secret)


def create_personal_access_token(
    *, credential: Credential, name: str, scopes: Iterable[str], now: datetime, expires_at: datetime | None = None
) -> tuple[PersonalAccessToken, str]:
    """Create a token that acts for the credential; return it and its plain text `bpat_…`.

    Without `expires_at` the token never expires. Raises InvalidSetting for an unknown scope, for a scope that the
    user's application does not have, and for an `expires_at` that is not in the future.
    """
    scopes = _known_scopes(scopes)
    refused = [scope for scope in scopes if scope not in credential.user.application.enabled_scopes]
    if refused:
        raise InvalidSetting(f"Not enabled for the user's application: {', '.join(refused)}.")
    if expires_at is not None and expires_at <= now:
        raise InvalidSetting("The token would already be expired.")
    plain = PERSONAL_PREFIX + secrets.token_urlsafe(32)
    token = PersonalAccessToken.objects.create(
        credential=credential,
        name=name,
        token_checksum=_checksum(plain),
        scope=" ".join(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    return token, plain


def find_personal_access_token(plain: str, application: Application) -> PersonalAccessToken | None:
    """The token with this plain text `bpat_…` if it belongs to a user of the application, otherwise None."""
    tokens = PersonalAccessToken.objects.filter(credential__user__application=application)
    return tokens.filter(token_checksum=_checksum(plain)).first()


def revoke_personal_access_token(token: PersonalAccessToken, *, now: datetime) -> None:
    """Revoke the token immediately. Revoking it again does not change `revoked_at`."""
    PersonalAccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def revoke_tokens_of(user: User, now: datetime) -> None:
    """Delete all tokens of the user. users.services.departure calls this when a user is deleted."""
    AccessToken.objects.filter(user__user=user).delete()
    PersonalAccessToken.objects.filter(credential__user=user).delete()


def purge_expired_tokens(*, now: datetime, keep_lease: Callable[[], None] = lambda: None) -> int:
    """Delete expired and revoked tokens; return their number.

    Deletes in batches of TOKENS_PER_BATCH, so that no lock is held for long, and calls `keep_lease` before each
    batch.
    """
    dead = AccessToken.objects.filter(expires__lte=now)
    dead_personal = PersonalAccessToken.objects.filter(Q(expires_at__lte=now) | Q(revoked_at__isnull=False))
    return _delete_in_batches(dead, keep_lease) + _delete_in_batches(dead_personal, keep_lease)


def _delete_in_batches(tokens: QuerySet[Any], keep_lease: Callable[[], None]) -> int:
    deleted = 0
    while ids := list(tokens.values_list("pk", flat=True)[:TOKENS_PER_BATCH]):
        keep_lease()
        _, by_model = tokens.model.objects.filter(pk__in=ids).delete()
        # The model is missing from the counts when a concurrent purge has already deleted the whole batch.
        deleted += by_model.get(tokens.model._meta.label, 0)
    return deleted


def purge_expired_tokens_daily(job: RunningJob) -> None:
    """Handle the job `purge_expired_tokens`, which is due once a day."""
    purge_expired_tokens(now=job.now(), keep_lease=job.keep_lease)


def _checksum(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def _known_scopes(scopes: Iterable[str]) -> list[str]:
    scopes = list(dict.fromkeys(scopes))
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise InvalidSetting(f"Unknown scope: {', '.join(unknown) or '(none)'}. Known: {', '.join(SCOPES)}.")
    return scopes


def _check_user(name: str, email: str) -> None:
    """Raise InvalidSetting unless the name and email satisfy the rules that the API has for users."""
    try:
        User(first_name=name, email=email).clean_fields(exclude=["application", "last_name", "created_at"])
    except ValidationError as error:
        raise InvalidSetting("; ".join(error.messages)) from None


def _network(entry: str) -> str:
    try:
        return str(ip_network(entry))
    except ValueError as error:
        raise InvalidSetting(f"Not an IP address or CIDR: {error}.") from None
