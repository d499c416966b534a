"""What refused requests and outages leave in the log."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from jsonapi.errors import DATABASE
from tests.partner import Partner


class Away(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request) -> Response:
        raise OperationalError("connection refused\n\tIs the server running?")


def away_outside_of_drf(request: HttpRequest) -> HttpResponse:
    raise InterfaceError("connection already closed")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a defect")


def without_a_table(request: HttpRequest) -> HttpResponse:
    from django.db import connection

    connection.cursor().execute("SELECT * FROM nothing")
    raise AssertionError


urlpatterns = [
    path("away/", Away.as_view()),
    path("away-outside/", away_outside_of_drf),
    path("broken/", broken),
    path("no-table/", without_a_table),
]
handler500 = "jsonapi.errors.server_error"


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture(autouse=True)
def no_outage() -> Any:
    DATABASE.answered()
    yield
    DATABASE.answered()


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records]


@pytest.mark.urls(__name__)
def test_an_outage_of_the_database_is_one_line_without_a_traceback(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    before = DATABASE.failures
    answers = [client.get(path) for path in ("/away/", "/away-outside/") * 50]
    connection_created.send(sender=None, connection=SimpleNamespace(vendor="sqlite"))

    assert {answer.status_code for answer in answers} == {503}
    assert DATABASE.failures - before == 100
    reason = "connection refused Is the server running?"
    assert lines(caplog) == [
        ("WARNING", f"The database is unavailable, so requests are answered with 503: {reason}"),
        ("WARNING", "The database is available again, after 0 s and 100 failures."),
    ]
    assert "Traceback" not in caplog.text


@pytest.mark.urls(__name__)
def test_a_defect_has_its_traceback(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert client.get("/broken/").status_code == 500

    assert lines(caplog) == [("ERROR", "Internal Server Error: /broken/")]
    assert "RuntimeError: a defect" in caplog.text


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_missing_table_is_a_defect_and_no_outage(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert client.get("/no-table/").status_code == 500
    assert "Traceback" in caplog.text


def test_a_conflict_and_other_refusals_are_information(partner: Partner, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    names = {"first-name": "Ada", "last-name": "Host", "email": "ada@example.com"}
    answers = [partner.post("/users/", "users", None, **names) for _ in range(2)]
    statuses = [answer.status for answer in answers] + [
        partner.get("/listings/99999/").status,
        partner.get("/listings/", authorization="Bearer expired").status,
        partner.client.get("/nowhere/").status_code,
    ]

    assert statuses == [201, 409, 404, 401, 404]
    assert [level for level, message in lines(caplog) if "/" in message] == ["INFO"] * 4


def test_a_foreign_host_is_information(settings: Any, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    settings.ALLOWED_HOSTS = ["api.example.com"]

    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400

    assert {level for level, _ in lines(caplog)} == {"INFO"}
    assert "evil.example" in caplog.text
    assert "Traceback" not in caplog.text
