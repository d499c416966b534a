"""Access tokens: OAuth 2 client credentials, JSON Web Tokens signed with a key derived from the seed."""

import base64
import hashlib
import hmac
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.envelope import Fail, success
from sandbox.json_response import json_response
from sandbox.state import Sandbox

SECRET = "sandbox-secret"  # noqa: S105  (a public one, named in the documentation)
PORTFOLIO_IDS = (10003, 10040, 11000)
LIFETIME_SECONDS = 15_897_600
TOKEN_DELAY_SECONDS = 1.0
"""A new token is valid after this time. The delay is applied only while limits are on."""
REVOKED = "hostaway revoked token"
"""Kind of the documents that mark revoked tokens."""
DENIED = "Access denied: the token is invalid or expired."


class Tokens:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._key = hashlib.sha256(f"hostaway/{sandbox.settings.seed}".encode()).digest()
        self._usable_from: dict[str, float] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/accessTokens", self.issue, methods=["POST"]),
            Route("/v1/accessTokens", self.revoke, methods=["DELETE"]),
        ]

    async def issue(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        if form.get("grant_type") != "client_credentials" or form.get("scope") != "general":
            return json_response({"error": "invalid_request", "message": "grant_type or scope is not accepted."}, 400)
        account = form.get("client_id", "")
        known = account in [str(portfolio) for portfolio in PORTFOLIO_IDS]
        if not known or not hmac.compare_digest(form.get("client_secret", "").encode(), SECRET.encode()):
            return json_response({"error": "invalid_client", "message": "Client authentication failed."}, 401)
        token = self._sign(account)
        return json_response({"token_type": "Bearer", "expires_in": LIFETIME_SECONDS, "access_token": token})

    async def revoke(self, request: Request) -> Response:
        """Needs no `Authorization` header: whoever has a token may revoke it."""
        claims = self._claims(request.query_params.get("token", ""))
        if claims is None:
            raise Fail(403, DENIED)
        now = self._sandbox.clock.now()
        self._sandbox.store.put(REVOKED, claims["jti"], {}, at=now, portfolio=int(claims["aud"]))
        return success([])

    def portfolio_of(self, request: Request) -> int:
        """The portfolio of a request's token. Raises Fail 403 without a valid token."""
        account = self.account_of(request)
        if account is None:
            raise Fail(403, DENIED)
        return int(account)

    def account_of(self, request: Request) -> str | None:
        """The client id of a request's token; None without a valid token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        claims = self._claims(token.strip()) if scheme.lower() == "bearer" else None
        return None if claims is None else claims["aud"]

    def _sign(self, account: str) -> str:
        now = self._sandbox.clock.now()
        jti = secrets.token_hex(20)
        claims = {
            "aud": account,
            "jti": jti,
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME_SECONDS,
            "sub": "",
            "scopes": ["general"],
        }
        self._usable_from[jti] = time.monotonic() + TOKEN_DELAY_SECONDS
        signed = f"{_encode(orjson.dumps({'typ': 'JWT', 'alg': 'HS256'}))}.{_encode(orjson.dumps(claims))}"
        return f"{signed}.{self._signature(signed)}"

    def _claims(self, token: str) -> dict[str, Any] | None:
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signature(signed).encode(), signature.encode()):
            return None
        claims: dict[str, Any] = orjson.loads(_decode(signed.rpartition(".")[2]))
        now = self._sandbox.clock.now()
        if claims["exp"] <= now or self._sandbox.store.get(REVOKED, claims["jti"], at=now) is not None:
            return None
        settling = self._usable_from.get(claims["jti"], 0.0) > time.monotonic()
        return None if settling and self._sandbox.limiter.enabled else claims

    def _signature(self, signed: str) -> str:
        return _encode(hmac.digest(self._key, signed.encode(), "sha256"))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
