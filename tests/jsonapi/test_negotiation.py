"""Extensions and profiles of JSON:API that a view supports. The other rules are in test_conventions.py."""

from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response

from jsonapi.negotiation import spoken_by
from jsonapi.operations import Operation
from jsonapi.views import CollectionView
from tests.partner import JSON_API, Partner
from users.models import User
from users.serializers import UserSerializer

pytestmark = pytest.mark.django_db

EXTENSION, PROFILE, UNKNOWN = "https://example.com/ext", "https://example.com/profile", "https://example.com/unknown"


class Extended(CollectionView):
    queryset = User.objects.all()
    serializer_class = UserSerializer
    extensions = (EXTENSION,)
    profiles = (PROFILE,)
    operations = {
        method: Operation(id="extended", tag="Users", summary="", scopes=[["user:read"]], answer=UserSerializer)
        for method in ("GET", "PATCH")
    }

    def patch(self, request: Request) -> Response:
        return Response({"sent": sorted(spoken_by(request).sent_extensions)})


def call(partner: Partner, method: str = "GET", **headers: str) -> Any:
    content_type = headers.pop("content_type", JSON_API)
    sent = {"authorization": f"Bearer {partner.token}", **headers}
    request = RequestFactory().generic(method, "/", "{}", content_type, headers=sent)
    return Extended.as_view()(request).render()


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (f'{JSON_API};ext="{EXTENSION}"', f'{JSON_API}; ext="{EXTENSION}"'),
        (f'{JSON_API};profile="{PROFILE}"', f'{JSON_API}; profile="{PROFILE}"'),
        (f'{JSON_API};profile="{UNKNOWN} {PROFILE}"', f'{JSON_API}; profile="{PROFILE}"'),
        (f'{JSON_API};profile="{UNKNOWN}"', JSON_API),
        (f'{JSON_API};profile="{PROFILE}";ext="{EXTENSION}"', f'{JSON_API}; ext="{EXTENSION}"; profile="{PROFILE}"'),
        (f'{JSON_API};ext="{UNKNOWN}", {JSON_API}', JSON_API),
        (f'{JSON_API};ext="{UNKNOWN}", {JSON_API};q=0.1;ext="{EXTENSION}"', f'{JSON_API}; ext="{EXTENSION}"'),
        (f'{JSON_API};ext=""', JSON_API),
        (f'{JSON_API};ext="{EXTENSION}";q=0.5, application/json', "application/json"),
        ("*/*", JSON_API),
    ],
)
def test_the_answer_has_the_extensions_and_known_profiles_that_were_asked_for(
    partner: Partner, accept: str, content_type: str
) -> None:
    response = call(partner, accept=accept)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == content_type


@pytest.mark.parametrize(
    "accept", [f'{JSON_API};ext="{EXTENSION} {UNKNOWN}"', f'{JSON_API};ext="{UNKNOWN}", */*', f'{JSON_API};ext="x"']
)
def test_an_unsupported_extension_is_not_acceptable(partner: Partner, accept: str) -> None:
    assert call(partner, accept=accept).status_code == 406


def test_a_body_may_have_a_supported_extension(partner: Partner) -> None:
    content_type = f'{JSON_API};ext="{EXTENSION}";profile="{UNKNOWN}"'
    assert call(partner, "PATCH", content_type=content_type).data == {"sent": [EXTENSION]}
    assert call(partner, "PATCH").data == {"sent": []}


@pytest.mark.parametrize("parameter", [f'ext="{UNKNOWN}"', f'ext="{EXTENSION} {UNKNOWN}"', "charset=utf-8", "q=1"])
def test_a_body_with_an_unsupported_extension_is_not_taken(partner: Partner, parameter: str) -> None:
    assert call(partner, "PATCH", content_type=f"{JSON_API};{parameter}").status_code == 415
