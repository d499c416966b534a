"""What a token opens, told to the application that it belongs to (RFC 7662)."""

from datetime import datetime
from typing import Any

from oauth.authentication import access_of, checksum_of
from oauth.models import PERSONAL_PREFIX, AccessToken, Application, PersonalAccessToken
from oauth.scopes import SCOPES


def describe_token(plain: str, application: Application, *, now: datetime) -> dict[str, Any] | None:
    """The members of the answer about a valid token of the application; None for every other token.

    `scope` has the scopes that the token opens now: fewer than it was issued with if the application has lost some.
    Instants are in seconds since 1970.
    """
    access = access_of(plain, now)
    if access is None or access.application_id != application.pk:
        return None
    issued, expires = _times(plain)
    claims = {
        "scope": " ".join(name for name in SCOPES if name in access.scopes),
        "client_id": application.client_id,
        "token_type": "Bearer",
        "iat": int(issued.timestamp()),
    }
    if expires is not None:
        claims["exp"] = int(expires.timestamp())
    if access.user_id is not None:
        claims |= {"user_id": str(access.user_id), "credential_id": str(access.credential_id)}
    return claims


def _times(plain: str) -> tuple[datetime, datetime | None]:
    """When a valid token was issued and when it expires, if ever."""
    checksum = checksum_of(plain.encode())
    if plain.startswith(PERSONAL_PREFIX):
        personal = PersonalAccessToken.objects.get(token_checksum=checksum)
        return personal.created_at, personal.expires_at
    token = AccessToken.objects.get(token_checksum=checksum)
    return token.created, token.expires
