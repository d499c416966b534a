from django.urls import URLPattern, URLResolver, include, path

from partners import documentation, health

api: list[URLPattern | URLResolver] = [
    path("", include("users.urls")),
    path("", include("sync.urls")),
    path("", include("listings.urls")),
    path("", include("customizations.urls")),
    path("schema/", documentation.schema, name="schema"),
    path("docs/", documentation.swagger, name="docs"),
    path("redoc/", documentation.redoc, name="redoc"),
    path("redoc/redoc.js", documentation.redoc_bundle, name="redoc-bundle"),
]

urlpatterns = [
    path("", documentation.landing, name="landing"),
    path("api/v1/", include(api)),
    path("", include("oauth.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "jsonapi.errors.bad_request"
handler404 = "jsonapi.errors.not_found"
handler500 = "jsonapi.errors.server_error"
