"""Token requests in the form in which partners send them."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from oauth.models import Application

FORM = "application/x-www-form-urlencoded"


@dataclass
class TokenAnswer:
    response: Any  # a response of Django's test client

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.response.content)

    @property
    def error(self) -> tuple[int, str]:
        """Status and OAuth2 error code. Asserts that the error has a description and must not be cached."""
        assert set(self.body) == {"error", "error_description"}, self.body
        assert self.response["Content-Type"] == "application/json"
        assert self.response["Cache-Control"] == "no-store"
        return self.status, self.body["error"]


def ask_token(
    client: Client,
    client_id: str,
    secret: str,
    *,
    basic: bool = False,
    headers: dict[str, str] | None = None,
    **form: Any,
) -> TokenAnswer:
    """Send the credentials in the body, or in the Authorization header if `basic` is set.

    A parameter whose value is None is left out.
    """
    fields = {"grant_type": "client_credentials", **form}
    sent = dict(headers or {})
    if basic:
        sent["authorization"] = basic_header(client_id, secret)
    else:
        fields = {"client_id": client_id, "client_secret": secret, **fields}
    return post_form(client, {name: value for name, value in fields.items() if value is not None}, **sent)


def post_form(client: Client, fields: Any, path: str = "/o/token/", **headers: str) -> TokenAnswer:
    body = fields if isinstance(fields, str) else urlencode(fields)
    return TokenAnswer(client.generic("POST", path, body, FORM, headers=headers))


def basic_header(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


@dataclass
class OAuthClient:
    """A partner that requests tokens for its application."""

    http: Client
    application: Application
    secret: str

    def ask(self, *, basic: bool = False, headers: dict[str, str] | None = None, **form: Any) -> TokenAnswer:
        return ask_token(self.http, self.application.client_id, self.secret, basic=basic, headers=headers, **form)

    def bearer(self, **form: Any) -> dict[str, str]:
        """Request a token; return the headers that send it."""
        return {"authorization": f"Bearer {self.ask(**form).body['access_token']}"}


MakeClient = Callable[..., OAuthClient]
