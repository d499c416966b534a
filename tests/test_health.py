"""Liveness and readiness."""

import pytest
from django.test import Client
from django.utils import timezone

from jobs.models import Worker


def test_liveness_needs_no_database():
    response = Client().get("/healthz")  # a query would fail: the test has no database

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readiness_is_503_without_a_worker():
    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": "ok", "worker": "missing"}


@pytest.mark.django_db
def test_readiness_is_200_with_a_database_and_a_worker():
    Worker.objects.create(name="worker", last_seen_at=timezone.now())

    response = Client().get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": "ok", "worker": "ok"})
