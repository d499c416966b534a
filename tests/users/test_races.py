"""Requests for the same user at the same moment. PostgreSQL runs them side by side; SQLite in turn."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from tests.factories import ApplicationFactory
from tests.partner import API, JSON_API, issue_token
from users.models import Credential, User

AT_ONCE = 50


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_fifty_simultaneous_users_with_one_email_one_is_created() -> None:
    token = issue_token(ApplicationFactory(), ["user:write"])
    start = Barrier(AT_ONCE)

    def create(n: int) -> int:
        attributes = {"first-name": "Ada", "last-name": "Host", "email": f"{'aA'[n % 2]}da@example.com"}
        body = json.dumps({"data": {"type": "users", "attributes": attributes}})
        headers = {"authorization": f"Bearer {token}", "accept": JSON_API}
        try:
            start.wait()
            client = Client(raise_request_exception=False)
            return client.post(f"{API}/users/", body, JSON_API, headers=headers).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = sorted(pool.map(create, range(AT_ONCE)))

    assert statuses == [201] + [409] * (AT_ONCE - 1)
    assert User.objects.count() == Credential.objects.count() == 1
