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

from audit.actions import Action
from audit.services import HIDDEN, created, record
from jobs.running import RunningJob
from oauth.audited import audited_access_token, audited_application, audited_personal_token
from oauth.models import PERSONAL_PREFIX, AccessToken, Application, PersonalAccessToken
from oauth.scopes import SCOPES
from users.models import Credential, User
from users.services.erasure import erase_some
from users.services.users import create_user

DEMO_CLIENT_ID = "demo-partner"
DEMO_CLIENT_SECRET = "demo-partner-secret"  # noqa: S105
TOKENS_PER_BATCH = 1000
LARGEST_LIMIT = 2**31 - 1  # what the column holds
# The columns that the audit trail shows of a new application.
_TOLD = ("name", "mode", "enabled_scopes", "ip_allowlist", "rate_limit_per_minute", "require_user_scoped_tokens")


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
    check_rate_limit(rate_limit_per_minute)
    secret = secrets.token_urlsafe(48)
    application = Application.objects.create(
        name=name,
        mode=mode,
        client_secret=secret,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        enabled_scopes=known_scopes(scopes),
        require_user_scoped_tokens=require_user_scoped_tokens,
        ip_allowlist=[normal_network(entry) for entry in ip_allowlist],
        rate_limit_per_minute=rate_limit_per_minute,
    )
    if email:
        user = create_user(
            application_id=application.pk, first_name=name, last_name="", email=email, locale="en", now=now
        )
        application.user = user.credentials.get(is_primary=True)
        application.save(update_fields=["user"])
    shown = {name: getattr(application, name) for name in _TOLD}
    record(Action.APPLICATION_CREATED, audited_application(application), created(**shown), now=now)
    return application, secret


@transaction.atomic
def rotate_secret(
    application: Application, *, now: datetime, keep_old: bool = False, old_ends_at: datetime | None = None
) -> str:
    """Replace the client's secret and return the new one in plain text.

    The old secret stops working immediately. With `keep_old` it works until `old_ends_at`, or without one until
    `end_old_secret` or the next rotation. Tokens stay valid.

    Raises InvalidSetting if `old_ends_at` is not in the future.
    """
    if old_ends_at is not None and old_ends_at <= now:
        raise InvalidSetting("The time at which the old secret stops working must be in the future.")
    current: Application = Application.objects.select_for_update().get(pk=application.pk)
    application.previous_client_secret = current.client_secret if keep_old else ""
    application.previous_secret_ends_at = old_ends_at if keep_old else None
    application.client_secret = secret = secrets.token_urlsafe(48)
    application.save(update_fields=["client_secret", "previous_client_secret", "previous_secret_ends_at", "updated"])
    changes: dict[str, Any] = {"client_secret": [HIDDEN, HIDDEN], "old_secret_works": [True, keep_old]}
    if current.previous_secret_ends_at != old_ends_at:
        changes["previous_secret_ends_at"] = [current.previous_secret_ends_at, old_ends_at]
    record(Action.APPLICATION_SECRET_ROTATED, audited_application(application), changes, now=now)
    return secret


@transaction.atomic
def end_old_secret(application: Application, *, now: datetime) -> bool:
    """Stop the secret before the last rotation; return whether it still worked."""
    current: Application = Application.objects.select_for_update().get(pk=application.pk)
    worked = old_secret_works(current, now)
    if current.previous_client_secret:
        application.previous_client_secret, application.previous_secret_ends_at = "", None
        application.save(update_fields=["previous_client_secret", "previous_secret_ends_at", "updated"])
        changes = {"previous_client_secret": [HIDDEN, None]}
        record(Action.APPLICATION_OLD_SECRET_ENDED, audited_application(application), changes, now=now)
    return worked


def old_secret_works(application: Application, now: datetime) -> bool:
    """Whether the secret before the last rotation is still accepted."""
    ends_at = application.previous_secret_ends_at
    return bool(application.previous_client_secret) and (ends_at is None or ends_at > now)


@transaction.atomic
def ensure_demo_application(*, now: datetime) -> Application:
    """Return the client of the development profile; create it, enable it, or restore its well-known secret if needed.

    The client has all scopes. Raises NotInProduction under the production profile.
    """
    if settings.ENVIRONMENT.is_production:
        raise NotInProduction("The demo application has a public secret and is for the development profile only.")
    application: Application | None = Application.objects.filter(client_id=DEMO_CLIENT_ID).first()
    if application is None or application.disabled_at or not _is_public(application.client_secret):
        application, is_new = Application.objects.update_or_create(
            client_id=DEMO_CLIENT_ID,
            defaults={
                "name": "Demo partner",
                "client_secret": DEMO_CLIENT_SECRET,
                "client_type": Application.CLIENT_CONFIDENTIAL,
                "authorization_grant_type": Application.GRANT_CLIENT_CREDENTIALS,
                "enabled_scopes": list(SCOPES),
                "disabled_at": None,
                "deleted_at": None,
            },
        )
        action = Action.APPLICATION_CREATED if is_new else Action.APPLICATION_CHANGED
        changes = {"name": [None, application.name]} if is_new else {"client_secret": [HIDDEN, HIDDEN]}
        record(action, audited_application(application), changes, now=now)
    return application


def demo_application_is_open() -> bool:
    """Whether the demo application exists and still has the secret that the documentation publishes."""
    application = Application.objects.filter(client_id=DEMO_CLIENT_ID, deleted_at=None).first()
    return application is not None and has_public_secret(application)


def has_public_secret(application: Application) -> bool:
    """Whether this is the demo application and the secret that the documentation publishes is one of its two."""
    return application.client_id == DEMO_CLIENT_ID and (
        _is_public(application.client_secret) or _is_public(application.previous_client_secret)
    )


def _is_public(hashed: str) -> bool:
    return bool(hashed) and check_password(DEMO_CLIENT_SECRET, hashed)


@transaction.atomic
def create_personal_access_token(
    *, credential: Credential, name: str, scopes: Iterable[str], now: datetime, expires_at: datetime | None = None
) -> tuple[PersonalAccessToken, str]:
    """Create a token that acts for the credential; return it and its plain text `bpat_…`.

    Without `expires_at` the token never expires. Raises InvalidSetting for an unknown scope, for a scope that the
    user's application does not have, and for an `expires_at` that is not in the future.
    """
    scopes = known_scopes(scopes)
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
    shown = created(name=name, credential_id=credential.pk, scopes=scopes, expires_at=expires_at)
    record(Action.PERSONAL_ACCESS_TOKEN_CREATED, audited_personal_token(token), shown, now=now)
    return token, plain


def find_personal_access_token(plain: str, application: Application) -> PersonalAccessToken | None:
    """The token with this plain text `bpat_…` if it belongs to a user of the application, otherwise None."""
    tokens = PersonalAccessToken.objects.filter(credential__user__application=application)
    return tokens.filter(token_checksum=_checksum(plain)).first()


@transaction.atomic
def revoke_personal_access_token(token: PersonalAccessToken, *, now: datetime) -> bool:
    """Revoke the token immediately; return whether it was valid. Revoking it again does not change `revoked_at`."""
    if not PersonalAccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        return False
    changes = {"revoked_at": [None, now]}
    record(Action.PERSONAL_ACCESS_TOKEN_REVOKED, audited_personal_token(token), changes, now=now)
    return True


@transaction.atomic
def revoke_access_token(plain: str, application: Application, *, now: datetime) -> None:
    """Delete the application's access token with this plain text, if there is one."""
    tokens = AccessToken.objects.filter(token_checksum=_checksum(plain), application=application)
    token = tokens.select_for_update(of=("self",)).select_related("user").first()
    if token is not None:
        record(Action.ACCESS_TOKEN_REVOKED, audited_access_token(token), now=now)
        token.delete()


def revoke_tokens_of(user: User, now: datetime) -> None:
    """Delete all tokens of the user. users.services.departure calls this when a user is deleted."""
    AccessToken.objects.filter(user__user=user).delete()
    PersonalAccessToken.objects.filter(credential__user=user).delete()


def erase_tokens_of(user_id: int, limit: int) -> int:
    """The step of users.services.erasure. It also parts a personal application from its user."""
    # The application would be deleted with the credential.
    Application.objects.filter(user__user=user_id).update(user=None)
    return erase_some(AccessToken.objects.filter(user__user=user_id), limit) or erase_some(
        PersonalAccessToken.objects.filter(credential__user=user_id), limit
    )


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
    purge_expired_tokens(now=job.real_now(), keep_lease=job.keep_lease)


def _checksum(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def known_scopes(scopes: Iterable[str]) -> list[str]:
    """The scopes, each once. Raises InvalidSetting for an unknown one, and for none at all."""
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


def normal_network(entry: str) -> str:
    """An IP address or CIDR as a CIDR. Raises InvalidSetting."""
    try:
        return str(ip_network(entry))
    except ValueError as error:
        raise InvalidSetting(f"Not an IP address or CIDR: {error}.") from None


def check_rate_limit(requests_per_minute: int | None) -> None:
    """Raise InvalidSetting for a limit that is not positive or not storable. None means the server's default."""
    if requests_per_minute is not None and not 1 <= requests_per_minute <= LARGEST_LIMIT:
        raise InvalidSetting(f"The rate limit must be at least 1 and at most {LARGEST_LIMIT} requests per minute.")
