from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from partners import error_pages, guides, health, pages, schema_view, well_known
from partners.observability import exposition

api: list[URLPattern | URLResolver] = [
    path("", include("users.urls")),
    path("", include("sync.urls")),
    path("", include("listings.urls")),
    path("", include("customizations.urls")),
    path("", include("webhooks.urls")),
    path("", include("markets.urls")),
    path("", include("bulk.urls")),
    path("errors/", error_pages.errors, name="errors"),
    path("errors/<slug:name>/", error_pages.error, name="error"),
    path("schema/", schema_view.schema, name="schema"),
    path("docs/", pages.swagger, name="docs"),
    path("redoc/", pages.redoc, name="redoc"),
    path("redoc/redoc.js", pages.redoc_bundle, name="redoc-bundle"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.landing, name="landing"),
    path("api/v1/", include(api)),
    path("", include("oauth.urls")),
    path(".well-known/api-catalog", well_known.api_catalog, name="api-catalog"),
    path(".well-known/security.txt", well_known.security_txt, name="security-txt"),
    path("guides/", guides.guides, name="guides"),
    path("guides/<path:_page>", guides.guides),
    path("metrics", exposition.metrics, name="metrics"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
if settings.ENVIRONMENT.console:
    urlpatterns.append(path("console/", include("console.urls")))

handler400 = "jsonapi.errors.bad_request"
handler404 = "jsonapi.errors.not_found"
handler500 = "jsonapi.errors.server_error"
