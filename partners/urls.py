from django.urls import URLPattern, URLResolver, include, path

from partners import health, pages, schema_view

api: list[URLPattern | URLResolver] = [
    path("", include("users.urls")),
    path("", include("sync.urls")),
    path("", include("listings.urls")),
    path("", include("customizations.urls")),
    path("schema/", schema_view.schema, name="schema"),
    path("docs/", pages.swagger, name="docs"),
    path("redoc/", pages.redoc, name="redoc"),
    path("redoc/redoc.js", pages.redoc_bundle, name="redoc-bundle"),
]

urlpatterns = [
    path("", pages.landing, name="landing"),
    path("api/v1/", include(api)),
    path("", include("oauth.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "jsonapi.errors.bad_request"
handler404 = "jsonapi.errors.not_found"
handler500 = "jsonapi.errors.server_error"
