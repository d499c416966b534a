"""Sessions, logins and messages for the console's URLs, and for no others. Loaded only while the console is on."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from oauth.ip_allowlist import allows
from throttling.client_address import comes_through_unknown_proxy, request_address

if TYPE_CHECKING:
    from console.site import ConsoleSite

PREFIX = "/console/"
HTML, JSON_API = "text/html", "application/vnd.api+json"

# Alpine, which the theme is written for, compiles its expressions, so scripts need 'unsafe-eval'. No script is inline.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

View = Callable[[HttpRequest], HttpResponse]


class ConsoleMiddleware:
    """A request of another URL costs one comparison. A caller outside CONSOLE_NETWORKS finds nothing here."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response
        self.get_page = cast(View, SessionMiddleware(AuthenticationMiddleware(MessageMiddleware(self._page))))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if not _is_near(request):
            raise Http404
        response = self.get_page(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    def _page(self, request: HttpRequest) -> HttpResponse:
        """The answer of the view. A browser gets a page instead of the JSON that says 404."""
        response = self.get_response(request)
        if response.status_code != 404 or request.get_preferred_type([JSON_API, HTML]) != HTML:
            return response
        site: ConsoleSite = import_string("console.urls.site")  # the URLs can be loaded only after the middleware
        return site.not_found(request)


def _is_near(request: HttpRequest) -> bool:
    """Whether the caller is in a network of the console.

    Behind a proxy that TRUSTED_PROXIES does not count, every caller has the proxy's address, so nobody is near.
    """
    if comes_through_unknown_proxy(request):
        return False
    return allows(settings.ENVIRONMENT.console_networks or ("0.0.0.0/32",), request_address(request))
