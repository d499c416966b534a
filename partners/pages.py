"""The landing page, Swagger UI and ReDoc. All their files are served by this server."""

import threading
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static

from oauth.services import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET
from partners.reading_only import View, reading_only
from partners.well_known import catalog_link

# Swagger UI and ReDoc use inline styles and `data:` images.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"

_loading = threading.Lock()


def _page(template: str) -> View:
    @reading_only
    def page(request: HttpRequest) -> HttpResponse:
        base = request.build_absolute_uri("/").removesuffix("/")
        response = render(request, template, {"base": base, **_client()})
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response["Link"] = catalog_link(request)
        return response

    return page


def _client() -> dict[str, str]:
    """The client id and secret in the page's examples."""
    if settings.ENVIRONMENT.is_production:
        return {"client_id": "…", "client_secret": "…"}
    return {"client_id": DEMO_CLIENT_ID, "client_secret": DEMO_CLIENT_SECRET}


@reading_only
def redoc_bundle(request: HttpRequest) -> HttpResponse:
    """ReDoc's script, which loads its logo from this server instead of its makers' server."""
    with _loading:
        script = _redoc_bundle()
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "max-age=86400"})


@cache
def _redoc_bundle() -> bytes:
    packaged = finders.find("drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js")
    return Path(str(packaged)).read_bytes().replace(REDOC_LOGO, static("partners/redoc.svg").encode())


landing = _page("partners/landing.html")
swagger = _page("partners/swagger.html")
redoc = _page("partners/redoc.html")
