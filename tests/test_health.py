"""Liveness and readiness."""

import pytest
from django.test import Client
from django.utils import timezone

from jobs.models import Worker


def test_liveness_needs_no_database() -> None:
    response = Client().get("/healthz")  # a query would fail, because this test has no database

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_the_server_is_not_ready_without_a_worker() -> None:
    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": "ok", "worker": "missing"}


@pytest.mark.django_db
def test_the_server_is_ready_with_a_database_and_a_worker() -> None:
    Worker.objects.create(name="worker", last_seen_at=timezone.now())

    response = Client().get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": "ok", "worker": "ok"})
