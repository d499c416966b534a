"""The rules for issuing and revoking tokens, as hooks of django-oauth-toolkit (contract, *Tokens*)."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import HttpRequest
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

import clock
from audit.actor import note_caller
from oauth import ip_allowlist
from oauth.introspection import describe_token
from oauth.models import PERSONAL_PREFIX, AccessToken, Application
from oauth.scopes import SCOPES, USER_LEVEL_SCOPES
from oauth.services import (
    find_personal_access_token,
    has_public_secret,
    old_secret_works,
    revoke_access_token,
    revoke_personal_access_token,
)
from throttling.client_address import request_address
from throttling.ratelimit import count_application
from users.models import Credential
from users.services.logins import LOGIN_NOTED_EVERY, note_login

TOKEN_REQUEST = "partners.token_request"  # noqa: S105  the name of a header


@dataclass(slots=True)
class TokenRequest:
    """The HTTP request behind a token request of oauthlib. It travels in the headers, which oauthlib passes on.

    `claimed` is the application that the request names, and `application` is set when it has authenticated itself.
    """

    http_request: HttpRequest
    claimed: Application | None = None
    application: Application | None = None


class PartnersValidator(OAuth2Validator):
    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """Check the secret, the rate limit and the IP allowlist. Raises the OAuth2Error that the client receives."""
        token_request: TokenRequest = request.headers[TOKEN_REQUEST]
        client_id, secret = _presented_credentials(request)
        token_request.claimed = self._load_application(client_id, request)
        if token_request.claimed is None or not self._accepts(token_request.claimed, secret):
            raise errors.InvalidClientError("Unknown client_id or wrong client_secret.", request=request)
        if request.client_id not in (None, client_id) or request.client_secret not in (None, secret):
            raise errors.InvalidRequestError("The body and the Authorization header have different credentials.")
        # Production refuses to start with this secret, but cannot check it when the database is unavailable.
        if settings.ENVIRONMENT.is_production and has_public_secret(request.client):
            raise errors.InvalidClientError("This secret is public and not accepted in production.", request=request)
        token_request.application = request.client
        window = count_application(token_request.http_request, _Counted(request.client))
        if window.is_exceeded:
            raise too_many_requests()
        address = request_address(token_request.http_request)
        if not ip_allowlist.allows(request.client.ip_allowlist, address):
            description = "Your IP address is not on this application's allowlist."
            raise errors.CustomOAuth2Error("access_denied", description, status_code=403)
        note_caller(request.client.pk, None, address=address)
        return True

    def get_default_scopes(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        return list(request.client.enabled_scopes)

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Application, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Decide the token's scopes and the credential it is bound to.

        Raises InvalidScopeError, and InvalidRequestError for a malformed `user_id` or `credential_id`.
        """
        scopes = list(dict.fromkeys(scope for scope in scopes if scope))
        _check_enabled(scopes, client)
        request.credential = _credential_to_bind(client, request)
        if request.credential is None and client.require_user_scoped_tokens:
            _check_not_user_level(scopes)
        request.scopes = scopes
        if request.credential:
            request.extra_credentials = {
                "user_id": str(request.credential.user_id),
                "credential_id": str(request.credential.pk),
            }
        return True

    def revoke_token(self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any) -> None:
        """Revoke a token of the client, which may be a personal access token of one of its users.

        Unknown tokens and tokens of other clients are ignored without an error (RFC 7009, section 2.2).
        """
        if not token.startswith(PERSONAL_PREFIX):
            revoke_access_token(token, request.client, now=clock.real_now())
        elif personal := find_personal_access_token(token, request.client):
            revoke_personal_access_token(personal, now=clock.real_now())

    def introspect_token(
        self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any
    ) -> dict[str, Any] | None:
        """What a token of the client opens (RFC 7662); None for tokens that are not valid and for those of others."""
        return describe_token(token, request.client, now=clock.real_now())

    def _create_access_token(
        self, expires: datetime, request: Request, token: dict[str, Any], source_refresh_token: Any = None
    ) -> AccessToken:
        # The toolkit has just cleared `request.user`, as it does for every client-credentials token.
        request.user = request.credential
        created: AccessToken = super()._create_access_token(expires, request, token, source_refresh_token)
        now, credential = clock.real_now(), request.credential
        if credential and (credential.last_login is None or credential.last_login < now - LOGIN_NOTED_EVERY):
            note_login(credential.pk, now)
        return created

    def _accepts(self, application: Application, secret: str) -> bool:
        if self._check_secret(secret, application.client_secret):
            return True
        return old_secret_works(application, clock.real_now()) and bool(
            self._check_secret(secret, application.previous_client_secret)
        )

    def _load_application(self, client_id: str | None, request: Request) -> Application | None:
        # PostgreSQL rejects query parameters that contain a NUL character.
        if not client_id or "\x00" in client_id:
            return None
        application: Application | None = super()._load_application(client_id, request)
        return application


def too_many_requests() -> errors.OAuth2Error:
    return errors.CustomOAuth2Error("too_many_requests", "Rate limit exceeded. Try again later.", status_code=429)


def _presented_credentials(request: Request) -> tuple[str | None, str]:
    """The client id and the secret of the request; no id if there is none or the header cannot be read.

    The Authorization header comes before the body (RFC 6749, section 2.3.1).
    """
    scheme, _, encoded = request.headers.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return request.client_id, request.client_secret or ""
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip()).decode().partition(":")
    except ValueError:
        return None, ""
    if not colon:
        return None, ""
    return unquote_plus(client_id), unquote_plus(secret)


class _Counted:
    def __init__(self, application: Application) -> None:
        self.application_id = application.pk
        self.rate_limit_per_minute = application.rate_limit_per_minute


def _check_enabled(scopes: list[str], application: Application) -> None:
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise errors.InvalidScopeError(f"Unknown scope. Known: {', '.join(SCOPES)}.")
    refused = [scope for scope in scopes if scope not in application.enabled_scopes]
    if refused:
        raise errors.InvalidScopeError(f"Not enabled for this application: {', '.join(refused)}.")
    if not scopes:
        raise errors.InvalidScopeError("This application has no scope enabled.")


def _check_not_user_level(scopes: list[str]) -> None:
    refused = [scope for scope in scopes if scope in USER_LEVEL_SCOPES]
    if refused:
        names = ", ".join(refused)
        raise errors.InvalidScopeError(f"This application needs a user_id to receive these scopes: {names}.")


def _credential_to_bind(application: Application, request: Request) -> Credential | None:
    """The credential that the token acts for; None for an app-level token.

    `user_id` names the user, and `credential_id` one of the user's credentials; the default is the primary one. All
    tokens of a personal application are bound to its only user.

    Raises InvalidScopeError when there is no such active credential, and InvalidRequestError for malformed ids.
    """
    user_id, credential_id = _whole_number(request, "user_id"), _whole_number(request, "credential_id")
    if application.mode == Application.Mode.PERSONAL:
        own = application.user.user_id if application.user else None
        if own is None or user_id not in (None, own):
            raise errors.InvalidScopeError("The tokens of a personal application are only for its own user.")
        user_id = own
    if user_id is None:
        if credential_id is not None:
            raise errors.InvalidRequestError("credential_id needs a user_id.")
        return None
    credentials = list(
        Credential.objects.filter(user=user_id, user__application=application, user__deleted_at=None, is_active=True)
    )
    if not credentials:
        raise errors.InvalidScopeError(f"This application has no user {user_id}.")
    for credential in credentials:
        if credential.pk == credential_id or (credential_id is None and credential.is_primary):
            return credential
    if credential_id is None:
        raise errors.InvalidScopeError(f"User {user_id} has no active primary credential.")
    raise errors.InvalidScopeError(f"User {user_id} has no active credential {credential_id}.")


def _whole_number(request: Request, name: str) -> int | None:
    value = getattr(request, name, None)
    if value is None:
        return None
    # An empty value is an error. Treating it as absent would turn a client's mistake into a token for all users.
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", value, re.ASCII):
        raise errors.InvalidRequestError(f"{name} must be a whole number.")
    return int(value)
