"""The OAuth2 endpoints: `/o/token/` (contract, *Tokens*) and `/o/revoke_token/` (RFC 7009)."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views import View
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.settings import oauth2_settings
from oauthlib.oauth2 import BackendApplicationServer
from oauthlib.oauth2.rfc6749 import errors

from oauth.validator import CALLER, Caller, PartnersValidator, too_many_requests
from throttling.ratelimit import count_address, look_at_address

Outcome = tuple[str | None, dict[str, str], str, int]  # a redirect never used here, headers, body, status

FORM = "application/x-www-form-urlencoded"
# RFC 6749 has others ignored. oauthlib would take some, like `user`, for attributes of its request.
KNOWN_PARAMETERS = (
    "grant_type", "client_id", "client_secret", "scope", "user_id", "credential_id", "token", "token_type_hint",
)  # fmt: skip
MEANINGFUL_WHEN_EMPTY = ("user_id", "credential_id")
# Counted apart from requests with a bad token: many of those come at once when a token expires, and what they need
# then is a new one.
GUESSES = "client-authentication"


@cache
def server() -> BackendApplicationServer:
    """oauthlib's server of the one grant offered, client_credentials."""
    return BackendApplicationServer(PartnersValidator(), **oauth2_settings.server_kwargs)


class Exchange(OAuthLibCore):
    """One request to the server, with its caller."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(server())
        self.caller = caller

    def extract_headers(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().extract_headers(request), CALLER: self.caller}

    def extract_body(self, request: HttpRequest) -> list[tuple[str, str]]:
        return [
            (name, request.POST[name])
            for name in KNOWN_PARAMETERS
            if name in request.POST and (request.POST[name] or name in MEANINGFUL_WHEN_EMPTY)
        ]


class FormEndpoint(View, ABC):
    """What both endpoints share: the checks of the form, limits, and errors in OAuth2's form."""

    http_method_names = ["post"]

    @abstractmethod
    def exchange(self, core: Exchange, request: HttpRequest) -> Outcome:
        """What the server answers to the form."""

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = Caller(request)
        try:
            # Whoever has failed too often is refused before another secret is looked at.
            if not look_at_address(request, GUESSES).remaining:
                raise too_many_requests()
            check_form(request)
            _, headers, body, status = self.exchange(Exchange(caller), request)
        except errors.OAuth2Error as error:
            headers, body, status = error.headers, error.json, error.status_code
        if caller.application is None:
            count_address(request, GUESSES)
        return _answer(request, status, body, headers)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        body = json.dumps({"error": "invalid_request", "error_description": "Use POST."})
        return _answer(request, 405, body, {"Allow": "POST"})


class TokenView(FormEndpoint):
    def exchange(self, core: Exchange, request: HttpRequest) -> Outcome:
        if request.POST.get("grant_type") not in (None, "", "client_credentials"):
            raise errors.UnsupportedGrantTypeError("Only client_credentials is offered here.")
        outcome: Outcome = core.create_token_response(request)
        return outcome


class RevokeTokenView(FormEndpoint):
    def exchange(self, core: Exchange, request: HttpRequest) -> Outcome:
        outcome: Outcome = core.create_revocation_response(request)
        return outcome


def check_form(request: HttpRequest) -> None:
    """Raises InvalidRequestError unless the body is a form that names every parameter once."""
    if request.META.get("QUERY_STRING"):
        raise errors.InvalidRequestError("Send the parameters in the body, not in the URL.")
    if request.content_type != FORM:
        raise errors.InvalidRequestError(f"Send the parameters as {FORM}.")
    try:
        parameters = request.POST
    except (BadRequest, SuspiciousOperation, UnreadablePostError, RawPostDataException):
        raise errors.InvalidRequestError("The form cannot be read.") from None
    for name in KNOWN_PARAMETERS:
        values = parameters.getlist(name)
        if len(values) > 1:
            raise errors.InvalidRequestError(f"{name} is given more than once.")
        if any("\x00" in value for value in values):
            raise errors.InvalidRequestError(f"{name} contains a NUL character.")
    if "resource" in parameters:  # ignoring it would give a token that opens more than was asked for
        raise errors.CustomOAuth2Error("invalid_target", "Tokens cannot be restricted to a resource here.")


def _answer(request: HttpRequest, status: int, body: str, headers: Mapping[str, str]) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type="application/json")
    for name, value in headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="token"'
    if status == 429:
        response["Retry-After"] = str(request.rate_limit_window.reset)  # type: ignore[attr-defined]
    return response
