"""Small views that each show one rule, with their URLs (`@pytest.mark.urls("tests.oauth.views")`)."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Answering(APIView):
    def answer(self, request: Request) -> Response:
        return Response({"ok": True})


class Calendar(Answering):
    """One of two scopes is sufficient."""

    required_alternate_scopes = {"GET": [["listings:read"], ["reservations:read"]]}
    get = Answering.answer


class Insights(Answering):
    """Both scopes are necessary."""

    required_alternate_scopes = {"GET": [["user:read", "insights:read"]]}
    get = Answering.answer


class Users(Answering):
    required_alternate_scopes = {"GET": [["user:read"]], "POST": [["user:write"]], "DELETE": [["user:write"]]}
    app_level_methods = frozenset({"POST"})
    operation_rate_limits = {"DELETE": 2}
    get = post = delete = Answering.answer


class Forgetful(Answering):
    """Implements PATCH, but does not declare its scopes."""

    required_alternate_scopes = {"GET": [["listings:read"]]}
    get = patch = Answering.answer


class Silent(Answering):
    get = Answering.answer


class Open(Answering):
    permission_classes = [AllowAny]
    get = Answering.answer


class Failing(Answering):
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        raise RuntimeError("a secret of the house")


def failing_outside_of_drf(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the house")


urlpatterns = [
    path("", include("oauth.urls")),
    path("calendar", Calendar.as_view()),
    path("insights", Insights.as_view()),
    path("users", Users.as_view()),
    path("forgetful", Forgetful.as_view()),
    path("silent", Silent.as_view()),
    path("open", Open.as_view()),
    path("failing", Failing.as_view()),
    path("failing-outside-of-drf", failing_outside_of_drf),
]
handler400 = "jsonapi.errors.bad_request"
handler404 = "jsonapi.errors.not_found"
handler500 = "jsonapi.errors.server_error"
