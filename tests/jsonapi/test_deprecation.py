"""A deprecated operation announces itself in its answers and in the schema."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import RequestFactory
from drf_spectacular.generators import SchemaGenerator
from rest_framework.response import Response

from jsonapi.operations import Deprecation, Operation
from jsonapi.routes import path
from jsonapi.views import CollectionView
from tests.partner import JSON_API, Partner
from users.models import User
from users.serializers import UserSerializer

pytestmark = pytest.mark.django_db

SINCE, SUNSET = datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
LINK = "https://docs.example.com/shoes"


class Shoes(CollectionView):
    queryset = User.objects.all()
    serializer_class = UserSerializer
    operations = {
        "GET": Operation(
            id="list_shoes", tag="Users", summary="List shoes", scopes=[["user:read"]], answer=UserSerializer,
            deprecation=Deprecation(since=SINCE, sunset=SUNSET, link=LINK),
        ),
        "POST": Operation(
            id="create_shoe", tag="Users", summary="Create a shoe", scopes=[["user:write"]], request=UserSerializer,
            deprecation=Deprecation(since=SINCE, link=LINK),
        ),
        "DELETE": Operation(id="delete_shoes", tag="Users", summary="", scopes=[["user:write"]], status=204),
    }  # fmt: skip

    def post(self, request: Any) -> Response:
        return Response({}, status=201, headers={"Link": "<https://example.com>; rel=next"})

    def delete(self, request: Any) -> Response:
        return Response(status=204)


urlpatterns = [path("api/v1/shoes/", Shoes.as_view(), name="shoes")]


def call(partner: Partner, method: str, **query: str) -> Any:
    headers = {"authorization": f"Bearer {partner.token}", "accept": JSON_API}
    request = RequestFactory().generic(method, "/", "{}", JSON_API, headers=headers, query_params=query)
    return Shoes.as_view()(request).render()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_each_answer_has_the_dates_and_the_link(partner: Partner, method: str) -> None:
    headers = call(partner, method).headers

    assert headers["Deprecation"] == "@1893456000"
    assert headers["Sunset"] == "Wed, 01 Jan 2031 00:00:00 GMT"
    assert headers["Link"] == (
        f'<{LINK}>; rel="deprecation"; type="text/html", <{LINK}>; rel="sunset"; type="text/html"'
    )


def test_errors_have_them_too(partner: Partner) -> None:
    response = call(partner, "GET", shoe="1")

    assert response.status_code == 400
    assert response.headers["Deprecation"] == "@1893456000"


def test_without_a_sunset_there_is_no_such_header_and_other_links_stay(partner: Partner) -> None:
    headers = call(partner, "POST").headers

    assert headers["Deprecation"] == "@1893456000"
    assert "Sunset" not in headers
    assert headers["Link"] == f'<https://example.com>; rel=next, <{LINK}>; rel="deprecation"; type="text/html"'


def test_other_operations_of_the_view_have_none(partner: Partner) -> None:
    assert "Deprecation" not in call(partner, "DELETE").headers
    assert "Deprecation" not in partner.get("/users/").response.headers


@pytest.mark.urls(__name__)
def test_the_schema_says_so() -> None:
    generator: Any = SchemaGenerator(patterns=urlpatterns)
    generator._initialise_endpoints()
    paths = generator.parse(None, True)
    shoes = paths["/api/v1/shoes/"]

    assert shoes["get"]["deprecated"] is True
    assert f"Deprecated since 2030-01-01, and stops working on 2031-01-01: see {LINK}." in shoes["get"]["description"]
    assert {"Deprecation", "Sunset", "Link"} <= shoes["get"]["responses"]["200"]["headers"].keys()
    assert "deprecated" not in shoes["delete"]
    assert "Deprecation" not in shoes["delete"]["responses"]["204"].get("headers", {})
