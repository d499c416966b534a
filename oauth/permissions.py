"""Permission checks of a token: scopes, tier and the rights of its credential (contract, *Access rules*)."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from oauth.access import Access
from throttling.ratelimit import refuse_unknown_caller

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class InsufficientScope(PermissionDenied):
    """The token lacks a scope. `auth_header` becomes the WWW-Authenticate header (RFC 6750, section 3)."""

    def __init__(self, alternatives: list[list[str]]) -> None:
        wanted = " or ".join(" ".join(scopes) for scopes in alternatives)
        super().__init__(f"This operation needs a token with the scope {wanted}.")
        self.auth_header = f'Bearer error="insufficient_scope", scope="{" ".join(alternatives[0])}"'


class TokenAllows(BasePermission):
    """Checks the declarations of a view against the request's token.

    A view declares `required_alternate_scopes`, which maps each method to a list of alternatives: the token must have
    all scopes of at least one alternative. A view may also declare `app_level_methods`: methods that need an app-level
    token. HEAD and OPTIONS are treated as GET.

    Raises NotAuthenticated (401), InsufficientScope or PermissionDenied (403), Throttled (429), and
    ImproperlyConfigured for a view that does not declare the scopes of a method that it implements.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        access = request.auth
        if not isinstance(access, Access):
            refuse_unknown_caller(request._request)
            raise NotAuthenticated("Send an access token: Authorization: Bearer <token>.")
        method = "GET" if request.method in READING else str(request.method)
        if method not in view.allowed_methods:
            return True  # The view answers 405.
        _check_scopes(access, _alternatives(view, method))
        if method in getattr(view, "app_level_methods", ()) and not access.is_app_level:
            raise PermissionDenied("This operation needs an app-level token: request one without user_id.")
        if access.read_only and method != "GET":
            raise PermissionDenied("This token belongs to a view credential, which may only read.")
        return True


def _alternatives(view: Any, method: str) -> list[list[str]]:
    alternatives = getattr(view, "required_alternate_scopes", {}).get(method)
    if not alternatives:
        message = f"{type(view).__name__} must declare the scopes of {method} in required_alternate_scopes."
        raise ImproperlyConfigured(message)
    return list(alternatives)


def _check_scopes(access: Access, alternatives: list[list[str]]) -> None:
    if not any(access.scopes.issuperset(scopes) for scopes in alternatives):
        raise InsufficientScope(alternatives)
