"""The endpoint that serves the OpenAPI document."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import condition

from jsonapi.errors import error_document, problem
from partners.documentation import OPENAPI_VERSIONS, written
from partners.reading_only import reading_only

MEDIA_TYPES = {
    "yaml": ("application/yaml", "application/vnd.oai.openapi"),
    "json": ("application/json", "application/vnd.oai.openapi+json"),
}


@reading_only
def schema(request: HttpRequest) -> HttpResponse:
    """The document as a YAML download, or as JSON for `?format=json` or Accept. `?version=3.1` selects OpenAPI 3.1."""
    refusal = _unknown_parameter(request)
    if refusal:
        return refusal
    requested = request.GET.get("format")
    formats = [requested] if requested else MEDIA_TYPES
    offered = [media_type for name in formats for media_type in MEDIA_TYPES[name]]
    media_type = offered[0] if requested else request.get_preferred_type(offered)
    if media_type is None:
        return error_document(406, problem(406, f"The schema is available as {' or '.join(offered)}."))
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
        "Cache-Control": "no-cache",  # clients may store the document, but must revalidate it before each use
    }
    return HttpResponse(written(version, format_), content_type=media_type, headers=headers)
