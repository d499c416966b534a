from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from oauth.services import create_application
from tests.environment import changed
from tests.oauth.token_requests import MakeClient, OAuthClient
from throttling.breaker import BreakingStorage
from throttling.counters import storage

NOON = 1_900_000_800.0  # a Unix time at which a minute begins


@pytest.fixture(autouse=True)
def own_counters(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Counters of rate limits that no other test uses."""
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, data_dir=tmp_path, redis_url="")
    yield
    counters = storage()
    assert isinstance(counters, BreakingStorage)
    counters.close()


@pytest.fixture
def frozen_clock(settings: Settings) -> list[float]:
    """The stopped clock of the rate limits (Unix time in seconds). A test moves it by assigning to its only element."""
    moment = [NOON]
    settings.RATE_LIMIT_CLOCK = lambda: moment[0]
    return moment


@pytest.fixture
def make_client(db: None, client: Client) -> MakeClient:
    """`make_client(name, **arguments)` creates an application with these arguments of `create_application`."""

    def make(name: str = "Harbour Homes", **arguments: Any) -> OAuthClient:
        application, secret = create_application(name=name, now=timezone.now(), **arguments)
        return OAuthClient(client, application, secret)

    return make


@pytest.fixture
def harbour(make_client: MakeClient) -> OAuthClient:
    """The client of an application with all scopes."""
    return make_client()
