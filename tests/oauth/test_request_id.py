"""Every answer carries a request id, and so does every line that is logged about it."""

import logging
import uuid

import pytest

from partners.request_id import RequestIdFilter

pytestmark = pytest.mark.urls("tests.oauth.views")


@pytest.mark.parametrize("sent", ["a", "ABC-123_x.y", "0" * 128])
def test_the_callers_id_is_given_back(client, sent):
    assert client.get("/open", headers={"x-request-id": sent})["X-Request-ID"] == sent


@pytest.mark.parametrize(
    "sent", [None, "", "0" * 129, "with space", "é", "a/b", "a\r\nSet-Cookie: x=1", "<script>", "a,b"]
)
def test_anything_else_is_replaced_by_a_new_one(client, sent):
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
def test_every_answer_has_the_id_and_the_limits(client, db, method, path, status):
    client.raise_request_exception = False

    response = client.generic(method, path, headers={"x-request-id": "mine"})

    assert response.status_code == status
    assert response["X-Request-ID"] == "mine"
    assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= set(response.headers)


@pytest.mark.parametrize("path", ["/failing", "/failing-outside-of-drf"])
def test_a_failure_tells_its_id_and_nothing_else(client, path):
    client.raise_request_exception = False

    response = client.get(path, headers={"x-request-id": "mine"})

    assert response.json() == {
        "errors": [
            {
                "status": "500",
                "title": "Internal Server Error",
                "detail": "Something went wrong on our side.",
                "source": {"pointer": None},
                "meta": {"request-id": "mine"},
            }
        ]
    }


class TestLog:
    @pytest.fixture
    def lines(self, caplog):
        """Request id and message of what is logged, as the configured handler would see it."""
        added = RequestIdFilter()
        caplog.handler.addFilter(added)
        yield lambda: [(record.request_id, record.getMessage()) for record in caplog.records]
        caplog.handler.removeFilter(added)

    def test_a_failures_traceback_is_logged_with_the_id(self, client, lines, caplog):
        client.raise_request_exception = False

        client.get("/failing-outside-of-drf", headers={"x-request-id": "mine"})

        assert ("mine", "Internal Server Error: /failing-outside-of-drf") in lines()
        assert "a secret of the house" in caplog.text

    def test_what_django_logs_after_the_answer_has_it_too(self, client, lines):
        client.get("/nowhere", headers={"x-request-id": "mine"})

        assert ("mine", "Not Found: /nowhere") in lines()

    def test_the_next_request_does_not_inherit_it(self, client, lines):
        client.get("/open", headers={"x-request-id": "mine"})

        logging.getLogger("worker").warning("Between requests")

        assert lines() == [("-", "Between requests")]
