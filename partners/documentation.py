"""The schema and the pages that show it; generated once a process, served from local files."""

import hashlib
import threading
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import condition
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.settings import patched_settings

from jsonapi.errors import error_document, problem
from oauth.services import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET

OPENAPI_VERSIONS = {"3.0": "3.0.3", "3.1": "3.1.1"}
MEDIA_TYPES = {
    "yaml": ("application/yaml", "application/vnd.oai.openapi"),
    "json": ("application/json", "application/vnd.oai.openapi+json"),
}
# Everything the pages show comes from here; Swagger UI and ReDoc style elements in place and draw images as data.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"

View = Callable[[HttpRequest], HttpResponse]


# The version is a setting of the whole process while a document is generated.
_generating = threading.Lock()


def openapi(version: str) -> dict[str, Any]:
    """The OpenAPI document in the version `3.0` or `3.1`."""
    with _generating:
        return _generated(version)


@cache
def _generated(version: str) -> dict[str, Any]:
    with patched_settings({"OAS_VERSION": OPENAPI_VERSIONS[version]}):
        return SchemaGenerator().get_schema(request=None, public=True)


@cache
def written(version: str, format_: str) -> bytes:
    """The same, written as `yaml` or `json`."""
    if format_ == "json":
        return orjson.dumps(openapi(version), option=orjson.OPT_INDENT_2)
    return bytes(OpenApiYamlRenderer().render(openapi(version)))


def reading_only(view: View) -> View:
    """A view for GET and HEAD; other methods answer 405."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request)
        response = error_document(405, problem(405, f'Method "{request.method}" not allowed.'))
        response["Allow"] = "GET, HEAD"
        return response

    return guarded


@reading_only
def schema(request: HttpRequest) -> HttpResponse:
    """YAML as a download, JSON by `?format=json` or Accept; `?version=3.1` for OpenAPI 3.1."""
    refusal = _unknown_parameter(request)
    if refusal:
        return refusal
    asked = request.GET.get("format")
    offered = [media_type for name, both in MEDIA_TYPES.items() if asked in (None, name) for media_type in both]
    media_type = offered[0] if asked else request.get_preferred_type(offered)
    if media_type is None:
        return error_document(406, problem(406, f"The schema is {' or '.join(offered)}."))
    response = _conditional(request, request.GET.get("version", "3.0"), media_type)
    patch_vary_headers(response, ("Accept",))
    return response


def _unknown_parameter(request: HttpRequest) -> HttpResponse | None:
    known = {"version": list(OPENAPI_VERSIONS), "format": list(MEDIA_TYPES)}
    for name, value in request.GET.items():
        if name not in known:
            detail = f"{name} is not a query parameter of the schema."
        elif value not in known[name]:
            detail = f"{name} must be {' or '.join(known[name])}."
        else:
            continue
        return error_document(400, problem(400, detail, source={"parameter": name}))
    return None


def _format(media_type: str) -> str:
    return "json" if media_type in MEDIA_TYPES["json"] else "yaml"


def _etag(request: HttpRequest, version: str, media_type: str) -> str:
    return f'"{hashlib.sha256(written(version, _format(media_type))).hexdigest()[:32]}"'


@condition(etag_func=_etag)
def _conditional(request: HttpRequest, version: str, media_type: str) -> HttpResponse:
    format_ = _format(media_type)
    disposition = "attachment" if format_ == "yaml" else "inline"
    headers = {
        "Content-Disposition": f'{disposition}; filename="partners-api.{format_}"',
        "Cache-Control": "no-cache",  # keep it, and ask each time whether it is still the same
    }
    return HttpResponse(written(version, format_), content_type=media_type, headers=headers)


def _page(template: str) -> View:
    @reading_only
    def page(request: HttpRequest) -> HttpResponse:
        base = request.build_absolute_uri("/").removesuffix("/")
        response = render(request, template, {"base": base, **_client()})
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return page


def _client() -> dict[str, str]:
    """Whom the examples are for."""
    if settings.ENVIRONMENT.is_production:
        return {"client_id": "…", "client_secret": "…"}
    return {"client_id": DEMO_CLIENT_ID, "client_secret": DEMO_CLIENT_SECRET}


@cache
def _redoc_bundle() -> bytes:
    """ReDoc as it is packaged, with the one image it would load from its makers taken from here."""
    packaged = finders.find("drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js")
    return Path(str(packaged)).read_bytes().replace(REDOC_LOGO, static("partners/redoc.svg").encode())


@reading_only
def redoc_bundle(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_redoc_bundle(), content_type="text/javascript", headers={"Cache-Control": "max-age=86400"})


landing = _page("partners/landing.html")
swagger = _page("partners/swagger.html")
redoc = _page("partners/redoc.html")
