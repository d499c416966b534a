"""The OAuth2 endpoints: `/o/token/` (contract, *Tokens*), `/o/revoke_token/` (RFC 7009) and `/o/introspect/`."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views import View
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.settings import oauth2_settings
from oauthlib.oauth2 import BackendApplicationServer
from oauthlib.oauth2.rfc6749 import errors

from jsonapi.negotiation import is_coded
from oauth.validator import TOKEN_REQUEST, PartnersValidator, TokenRequest, too_many_requests
from throttling.ratelimit import count_address
from throttling.window import Window

Outcome = tuple[str | None, dict[str, str], str, int]  # redirect URI (never used here), headers, body, status

FORM = "application/x-www-form-urlencoded"
# Unknown parameters must be ignored (RFC 6749, section 3.2). They are removed here, because oauthlib would set some of
# them, like `user`, as attributes of its request.
KNOWN_PARAMETERS = (
    "grant_type", "client_id", "client_secret", "scope", "user_id", "credential_id", "token", "token_type_hint",
)  # fmt: skip
MEANINGFUL_WHEN_EMPTY = ("user_id", "credential_id")
# Failed client authentications have their own counters, one for each client and address, because several partners can
# share the address of a proxy. A client with a correct secret is always served. Nobody can guess a secret of 384 random
# bits, so the counter only has to tell a client that runs in a loop to wait.
GUESSES = "client-authentication"


@cache
def server() -> BackendApplicationServer:
    """oauthlib's server for client_credentials, the only grant that is offered."""
    return BackendApplicationServer(PartnersValidator(), **oauth2_settings.server_kwargs)


class Exchange(OAuthLibCore):
    """Passes one HTTP request to oauthlib's server, reduced to the known parameters."""

    def __init__(self, token_request: TokenRequest) -> None:
        super().__init__(server())
        self.token_request = token_request

    def extract_headers(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().extract_headers(request), TOKEN_REQUEST: self.token_request}

    def extract_body(self, request: HttpRequest) -> list[tuple[str, str]]:
        return [
            (name, request.POST[name])
            for name in KNOWN_PARAMETERS
            if name in request.POST and (request.POST[name] or name in MEANINGFUL_WHEN_EMPTY)
        ]


class FormEndpoint(View, ABC):
    """Base of these endpoints: form checks, rate limits, and errors in OAuth2's format (RFC 6749, section 5.2)."""

    http_method_names = ["post"]

    @abstractmethod
    def exchange(self, core: Exchange, request: HttpRequest) -> Outcome:
        """Return oauthlib's answer to the checked form. May raise OAuth2Error."""

    def post(self, request: HttpRequest) -> HttpResponse:
        token_request = TokenRequest(request)
        try:
            check_form(request)
            _, headers, body, status = self.exchange(Exchange(token_request), request)
        except errors.OAuth2Error as error:
            headers, body, status = error.headers, error.json, error.status_code
        if token_request.application is None and _count_guess(token_request).is_exceeded:
            refusal = too_many_requests()
            headers, body, status = refusal.headers, refusal.json, refusal.status_code
        return _answer(request, status, body, headers)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        body = json.dumps({"error": "invalid_request", "error_description": "Use POST."})
        return _answer(request, 405, body, {"Allow": "POST"})


class TokenView(FormEndpoint):
    def exchange(self, core: Exchange, request: HttpRequest) -> Outcome:
        if request.POST.get("grant_type") not in (None, "", "client_credentials"):
            raise errors.UnsupportedGrantTypeError("This server offers only the grant type client_credentials.")
        outcome: Outcome = core.create_token_response(request)
        return outcome


class RevokeTokenView(FormEndpoint):
    def exchange(self, core: Exchange, request: HttpRequest) -> Outcome:
        outcome: Outcome = core.create_revocation_response(request)
        return outcome


class IntrospectTokenView(FormEndpoint):
    """RFC 7662. It changes nothing."""

    def exchange(self, core: Exchange, request: HttpRequest) -> Outcome:
        uri, method, _, headers = core._extract_params(request)
        # The hint may be ignored, and there is one kind of token. oauthlib would refuse the hint at other kinds.
        body = urlencode([(name, value) for name, value in core.extract_body(request) if name != "token_type_hint"])
        answer_headers, answer, status = server().create_introspect_response(uri, method, body, headers)
        return None, answer_headers, answer, status


def check_form(request: HttpRequest) -> None:
    """Raise InvalidRequestError unless the body is a plain form that gives each known parameter at most once.

    Raises CustomOAuth2Error `invalid_target` for the parameter `resource` (RFC 8707).
    """
    if is_coded(request.headers.get("Content-Encoding", "")):
        raise errors.InvalidRequestError("Send the form without a Content-Encoding.", status_code=415)
    if request.META.get("QUERY_STRING"):
        raise errors.InvalidRequestError("Send the parameters in the body, not in the URL.")
    if request.content_type != FORM:
        raise errors.InvalidRequestError(f"Send the parameters as {FORM}.")
    try:
        parameters = request.POST
    except RequestDataTooBig:
        raise errors.InvalidRequestError("The form is too large.", status_code=413) from None
    except (BadRequest, SuspiciousOperation, UnreadablePostError, RawPostDataException):
        raise errors.InvalidRequestError("The form cannot be read.") from None
    for name in KNOWN_PARAMETERS:
        values = parameters.getlist(name)
        if len(values) > 1:
            raise errors.InvalidRequestError(f"{name} is given more than once.")
        if any("\x00" in value for value in values):
            raise errors.InvalidRequestError(f"{name} contains a NUL character.")
    if "resource" in parameters:  # Ignoring it would issue a token with more rights than the client requested.
        raise errors.CustomOAuth2Error("invalid_target", "This server cannot restrict tokens to a resource.")


def _count_guess(token_request: TokenRequest) -> Window:
    claimed = token_request.claimed.pk if token_request.claimed else "unknown"
    return count_address(token_request.http_request, f"{GUESSES}:{claimed}")


def _answer(request: HttpRequest, status: int, body: str, headers: Mapping[str, str]) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type="application/json")
    for name, value in headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="token"'
    if status == 415:
        response["Accept-Encoding"] = "identity"
    if status == 429:
        response["Retry-After"] = str(request.rate_limit_window.reset)  # type: ignore[attr-defined]
    return response
