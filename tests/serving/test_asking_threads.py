"""Requests that wait for a channel have threads of their own."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import httpx
import pytest

from tests.running_api import Api, running_api

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def api_at_a_hung_channel() -> Iterator[Api]:
    """One process with a single thread for ordinary requests. The channel accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as channel:
        url = f"http://127.0.0.1:{channel.getsockname()[1]}"
        with running_api(REQUEST_THREADS="1", CHANNEL_TIMEOUT_SECONDS="4", SANDBOX_URL=url) as running:
            yield running


def test_connects_to_a_hung_channel_hold_up_nobody_else(api_at_a_hung_channel: Api) -> None:
    api = api_at_a_hung_channel
    headers = {"Authorization": f"Bearer {api.token()}", "Content-Type": "application/vnd.api+json"}
    with httpx.Client(base_url=api.base_url, headers=headers, timeout=60) as client:
        user = {"first-name": "Robin", "last-name": "Host", "email": "robin@example.com", "locale": "en"}
        owner = client.post("/api/v1/users/", json={"data": {"type": "users", "attributes": user}}).json()["data"]["id"]
        credentials = {"client_id": "10003", "client_secret": "sandbox-secret"}
        body = {"data": {"type": "accounts", "attributes": {"channel": "hostaway", "credentials": credentials}}}

        with ThreadPoolExecutor(12) as pool:
            connects = [pool.submit(client.post, f"/api/v1/users/{owner}/accounts/", json=body) for _ in range(12)]
            # The first answers are refusals of connects beyond the limit; then the rest wait for the channel.
            wait(connects, return_when="FIRST_COMPLETED")
            pages = [client.get(page).status_code for page in ("/healthz", "/api/v1/listings/") * 10]
            waiting = sum(not connect.done() for connect in connects)
            statuses = {connect.result().status_code for connect in connects}

    assert pages == [200] * 20
    assert waiting, "No connect was waiting while the pages were read."
    assert statuses == {429, 502}
