"""Every answer has a request id, and so has every log line about the request."""

import logging
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from partners.request_id import RequestIdFilter

pytestmark = pytest.mark.urls("tests.oauth.views")

Lines = Callable[[], list[tuple[str, str]]]


@pytest.mark.parametrize("sent", ["a", "ABC-123_x.y", "0" * 128])
def test_the_answer_has_the_id_that_the_caller_sent(client: Client, sent: str) -> None:
    assert client.get("/open", headers={"x-request-id": sent})["X-Request-ID"] == sent


@pytest.mark.parametrize(
    "sent", [None, "", "0" * 129, "with space", "é", "a/b", "a\r\nSet-Cookie: x=1", "<script>", "a,b"]
)
def test_an_id_that_is_not_accepted_is_replaced_by_a_new_one(client: Client, sent: str | None) -> None:
    headers = {} if sent is None else {"x-request-id": sent}

    first, second = (client.get("/open", headers=headers)["X-Request-ID"] for _ in range(2))

    assert uuid.UUID(first) != uuid.UUID(second)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/open", 200),
        ("POST", "/open", 405),
        ("GET", "/nowhere", 404),
        ("GET", "/calendar", 401),
        ("GET", "/o/token/", 405),
        ("GET", "/failing", 500),
        ("GET", "/failing-outside-of-drf", 500),
    ],
)
def test_every_answer_has_the_id_and_the_rate_limits(
    client: Client, db: None, method: str, path: str, status: int
) -> None:
    client.raise_request_exception = False

    response = client.generic(method, path, headers={"x-request-id": "mine"})

    assert response.status_code == status
    assert response["X-Request-ID"] == "mine"
    assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= set(response.headers)


@pytest.mark.parametrize("path", ["/failing", "/failing-outside-of-drf"])
def test_the_answer_to_a_failed_request_shows_its_id_and_no_details(client: Client, path: str) -> None:
    client.raise_request_exception = False

    response = client.get(path, headers={"x-request-id": "mine"})

    assert response.json() == {
        "errors": [
            {
                "status": "500",
                "title": "Internal Server Error",
                "detail": "Something went wrong on our side.",
                "source": {"pointer": None},
                "links": {"about": "/api/v1/errors/500"},
                "meta": {"request-id": "mine"},
            }
        ]
    }


class TestLog:
    @pytest.fixture
    def lines(self, caplog: pytest.LogCaptureFixture) -> Iterator[Lines]:
        """Request id and message of each log line, as the configured handler would write them."""
        added = RequestIdFilter()
        caplog.handler.addFilter(added)
        yield lambda: [(vars(record)["request_id"], record.getMessage()) for record in caplog.records]
        caplog.handler.removeFilter(added)

    def test_the_traceback_of_a_failure_is_logged_with_the_id(
        self, client: Client, lines: Lines, caplog: pytest.LogCaptureFixture
    ) -> None:
        client.raise_request_exception = False

        client.get("/failing-outside-of-drf", headers={"x-request-id": "mine"})

        assert ("mine", "Internal Server Error: /failing-outside-of-drf") in lines()
        assert "a secret of the house" in caplog.text

    def test_a_line_that_django_logs_after_the_middleware_has_the_id(self, client: Client, lines: Lines) -> None:
        client.get("/nowhere", headers={"x-request-id": "mine"})

        assert ("mine", "Not Found: /nowhere") in lines()

    def test_a_line_outside_requests_has_no_id(self, client: Client, lines: Lines) -> None:
        client.get("/open", headers={"x-request-id": "mine"})

        logging.getLogger("worker").warning("Between requests")

        assert lines() == [("-", "Between requests")]
