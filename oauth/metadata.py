"""Metadata for OAuth clients: of the authorization server (RFC 8414) and of the API (RFC 9728).

Both are made here, because the toolkit's own describe grants and endpoints that this server does not have.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from oauth.scopes import SCOPES

CLIENT_AUTHENTICATION = ["client_secret_basic", "client_secret_post"]
CACHED_FOR = 3600  # seconds


def authorization_server(request: HttpRequest) -> HttpResponse:
    """RFC 8414."""
    return _answer(
        request,
        lambda base: {
            "issuer": base,
            "token_endpoint": base + reverse("token"),
            "token_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION,
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "scopes_supported": list(SCOPES),
            "revocation_endpoint": base + reverse("revoke-token"),
            "revocation_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION,
            "introspection_endpoint": base + reverse("introspect-token"),
            "introspection_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION,
            "protected_resources": [base],
        },
    )


def protected_resource(request: HttpRequest) -> HttpResponse:
    """RFC 9728."""
    return _answer(
        request,
        lambda base: {
            "resource": base,
            "resource_name": "Partners API",
            "authorization_servers": [base],
            "scopes_supported": list(SCOPES),
            "bearer_methods_supported": ["header"],
        },
    )


def base_url(request: HttpRequest) -> str:
    """The scheme and host of this server, which identify it as an issuer and as a resource."""
    return request.build_absolute_uri("/").removesuffix("/")


def _answer(request: HttpRequest, describe: Callable[[str], dict[str, Any]]) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    return JsonResponse(describe(base_url(request)), headers={"Cache-Control": f"max-age={CACHED_FOR}"})
