"""Documents below `/.well-known/`: the catalogue of APIs (RFC 9727) and the contact for security (RFC 9116).

The metadata of OAuth is in oauth/metadata.py.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from jsonapi.errors import not_found
from oauth.metadata import base_url
from partners.reading_only import reading_only
from partners.schema_view import MEDIA_TYPES

LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'


@reading_only
def api_catalog(request: HttpRequest) -> HttpResponse:
    base = base_url(request)
    schema = base + reverse("schema")
    yaml, json = MEDIA_TYPES["yaml"][1], MEDIA_TYPES["json"][1]
    api = {
        "anchor": f"{base}/api/v1/",
        "service-desc": [
            {"href": schema, "type": yaml, "title": "OpenAPI 3.0"},
            {"href": f"{schema}?version=3.1", "type": yaml, "title": "OpenAPI 3.1"},
            {"href": f"{schema}?version=3.1&format=json", "type": json, "title": "OpenAPI 3.1"},
        ],
        "service-doc": [
            {"href": base + reverse(name), "type": "text/html", "title": title}
            for name, title in (("docs", "Swagger UI"), ("redoc", "ReDoc"), ("errors", "Errors"))
        ],
        "service-meta": [{"href": base + reverse("protected-resource-metadata"), "type": "application/json"}],
        "status": [{"href": base + reverse("readyz"), "type": "application/json"}],
    }
    catalog = {"anchor": base + reverse("api-catalog"), "item": [{"href": api["anchor"]}]}
    headers = {"Link": catalog_link(request)}
    return JsonResponse({"linkset": [catalog, api]}, content_type=LINKSET, headers=headers)


def catalog_link(request: HttpRequest) -> str:
    """The value of `Link` that leads to the catalogue."""
    return f'<{base_url(request)}{reverse("api-catalog")}>; rel="api-catalog"'


@reading_only
def security_txt(request: HttpRequest) -> HttpResponse:
    """404 unless the operator has set a contact."""
    environment = settings.ENVIRONMENT
    if not environment.security_contact:
        return not_found(request, LookupError(request.path))
    lines = [
        *(f"Contact: {contact}" for contact in environment.security_contact.split(",")),
        f"Expires: {environment.security_contact_expires}",
        "Preferred-Languages: en",
        f"Canonical: {base_url(request)}{reverse('security-txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
