"""Bearer tokens: one query turns the token of a request into an Access (contract, *Tokens* and *Access rules*)."""

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from django.db import DatabaseError, connections, router
from django.urls import reverse
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

import clock
from audit.actor import note_caller
from oauth import ip_allowlist
from oauth.access import Access
from oauth.models import PERSONAL_PREFIX, AccessToken
from throttling.client_address import request_address
from throttling.ratelimit import refuse_unknown_caller
from users.models import Credential
from users.services.logins import LOGIN_NOTED_EVERY, note_login

logger = logging.getLogger(__name__)

METADATA_URLS = "oauth.urls"  # whichever URLs a process serves

# Constant SQL costs a tenth of the ORM's query, and databases can cache its plan. A token is valid while it is not
# expired, its application is not disabled and has not revoked all tokens since, its credential is active, and its user
# is not deleted and still belongs to the application. This server never issues tokens that are restricted to an
# audience (RFC 8707), so such a token was meant for another API. The last column says whether to note the login.
_BY_CHECKSUM = """
SELECT application.id, credential.user_id, credential.id, credential.global_permissions, token.scope,
    application.enabled_scopes, application.ip_allowlist, application.rate_limit_per_minute,
    credential.last_login IS NULL OR credential.last_login < %s
FROM oauth_accesstoken token
JOIN oauth_application application ON application.id = token.application_id
LEFT JOIN users_credential credential ON credential.id = token.user_id
LEFT JOIN users_user owner ON owner.id = credential.user_id
WHERE token.token_checksum = %s AND token.expires > %s AND token.resource = '[]'
    AND application.disabled_at IS NULL AND token.epoch = application.token_epoch AND (
    token.user_id IS NULL
    OR (credential.is_active AND owner.deleted_at IS NULL AND owner.application_id = application.id))
"""
_PERSONAL_BY_CHECKSUM = """
SELECT application.id, credential.user_id, credential.id, credential.global_permissions, token.scope,
    application.enabled_scopes, application.ip_allowlist, application.rate_limit_per_minute,
    credential.last_login IS NULL OR credential.last_login < %s
FROM oauth_personalaccesstoken token
JOIN users_credential credential ON credential.id = token.credential_id
JOIN users_user owner ON owner.id = credential.user_id
JOIN oauth_application application ON application.id = owner.application_id
WHERE token.token_checksum = %s AND (token.expires_at IS NULL OR token.expires_at > %s)
    AND token.revoked_at IS NULL AND credential.is_active AND owner.deleted_at IS NULL
    AND application.disabled_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """The value of `request.user`: the identity of the caller. The caller's rights are in `request.auth`."""

    application_id: int
    credential_id: int | None

    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False


class BearerAuthentication(BaseAuthentication):
    """Accepts access tokens from the token endpoint and personal access tokens."""

    def authenticate(self, request: Request) -> tuple[Caller, Access] | None:
        """The caller and its rights; None if the request has no Bearer header.

        Raises AuthenticationFailed for a token that is invalid, expired or revoked, PermissionDenied for a caller
        outside the application's IP allowlist, and Throttled for an address that sends too many such requests.
        """
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = token.strip()
        found = _find(token, clock.real_now())
        if found is None:
            refuse_unknown_caller(request._request)
            raise AuthenticationFailed("The access token is invalid, expired or revoked.")
        access, allowlist = found
        address = request_address(request._request)
        if not ip_allowlist.allows(allowlist, address):
            refuse_unknown_caller(request._request)
            raise PermissionDenied("Your IP address is not on this application's allowlist.")
        note_caller(access.application_id, access.credential_id, token=token, address=address)
        return Caller(access.application_id, access.credential_id), access

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401 (RFC 6750, section 3), with the address of the metadata (RFC 9728, section 5.1)."""
        metadata = request.build_absolute_uri(reverse("protected-resource-metadata", urlconf=METADATA_URLS))
        has_token = get_authorization_header(request).partition(b" ")[0].lower() == b"bearer"
        error = 'error="invalid_token", ' if has_token else ""
        return f'Bearer {error}resource_metadata="{metadata}"'


def _find(token: bytes, now: datetime) -> tuple[Access, tuple[str, ...]] | None:
    """The rights of the token and the IP allowlist of its application; None for a token that is not valid."""
    row = _row(token, now)
    if row is None:
        return None
    access, allowlist, is_late = _read_row(row)
    if is_late and access.credential_id is not None:
        _note_login(access.credential_id, now)
    return access, allowlist


def access_of(token: str, now: datetime) -> Access | None:
    """The rights of a token; None for a token that is not valid. Not a use of the token: no login is noted."""
    row = _row(token.encode(), now)
    return _read_row(row)[0] if row else None


def checksum_of(token: bytes) -> str:
    """The text by which a token is stored."""
    return hashlib.sha256(token).hexdigest()


def _row(token: bytes, now: datetime) -> tuple[Any, ...] | None:
    personal = token.startswith(PERSONAL_PREFIX.encode())
    connection = connections[router.db_for_read(AccessToken)]
    with connection.cursor() as cursor:
        adapt = connection.ops.adapt_datetimefield_value
        parameters = [adapt(now - LOGIN_NOTED_EVERY), checksum_of(token), adapt(now)]
        cursor.execute(_PERSONAL_BY_CHECKSUM if personal else _BY_CHECKSUM, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _read_row(row: tuple[Any, ...]) -> tuple[Access, tuple[str, ...], bool]:
    """The rights, the IP allowlist, and whether the login has to be noted."""
    application_id, user_id, credential_id, permissions, scope, enabled_scopes, allowlist, rate_limit, is_late = row
    access = Access(
        application_id=application_id,
        user_id=user_id,
        credential_id=credential_id,
        # A scope that is taken from the application stops working immediately, also in tokens issued earlier.
        scopes=frozenset(scope.split()).intersection(_json_words(enabled_scopes)),
        read_only=permissions == Credential.Permissions.VIEW,
        rate_limit_per_minute=rate_limit,
    )
    return access, _json_words(allowlist), bool(is_late)


def _note_login(credential_id: int, now: datetime) -> None:
    try:
        note_login(credential_id, now)
    except DatabaseError as error:  # such as a full disk, which does not keep anybody from reading
        logger.warning("The login of credential %d is not noted: %s", credential_id, error)


@lru_cache(maxsize=4096)
def _json_words(raw: Any) -> tuple[str, ...]:
    """Decode a JSON list of strings. A plain cursor returns JSON columns as text on both databases."""
    return tuple(json.loads(raw))
