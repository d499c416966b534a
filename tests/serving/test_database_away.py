"""An API whose database is away answers 503 and writes one line about it."""

import httpx
import pytest

from tests.running_api import running_api
from tests.running_server import free_port

pytestmark = pytest.mark.slow


def test_an_outage_of_the_database_is_one_line_in_the_log() -> None:
    with running_api(DATABASE_URL=f"postgres://postgres@127.0.0.1:{free_port()}/nowhere") as api:
        headers = {"Authorization": "Bearer of-somebody"}
        with httpx.Client(base_url=api.base_url, headers=headers) as client:
            paths = ("/api/v1/listings/", "/o/token/", "/api/v1/users/")
            form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
            answers = [client.post(path, data=form) if path == "/o/token/" else client.get(path) for path in paths * 30]
            alive = client.get("/healthz")
            ready = client.get("/readyz")

        assert {(answer.status_code, answer.headers["Retry-After"]) for answer in answers} == {(503, "5")}
        assert (alive.status_code, ready.status_code) == (200, 503)
        assert len(api.logged()) == 1, api.logged()
        assert "The database is unavailable, so requests are answered with 503" in api.logged()[0]
