from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from oauth.models import Application
from oauth.services import create_application
from tests.environment import changed
from tests.oauth.token_requests import TokenAnswer, ask_token
from throttling.counters import storage
from throttling.storage import SharedFileStorage

NOON = 1_900_000_800.0  # a minute of the clock begins


@pytest.fixture(autouse=True)
def own_counters(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    """Counters of rate limits that no other test uses."""
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, data_dir=tmp_path, redis_url="")
    yield
    counters = storage()
    assert isinstance(counters, SharedFileStorage)
    counters.close()


@pytest.fixture
def frozen_clock(settings: LazySettings) -> list[float]:
    """The stopped clock of the rate limits. A test moves it by assigning to its only element."""
    moment = [NOON]
    settings.RATE_LIMIT_CLOCK = lambda: moment[0]
    return moment


@dataclass
class OAuthClient:
    """A partner at the token endpoint."""

    http: Client
    application: Application
    secret: str

    def ask(self, *, basic: bool = False, headers: dict[str, str] | None = None, **form: Any) -> TokenAnswer:
        return ask_token(self.http, self.application.client_id, self.secret, basic=basic, headers=headers, **form)

    def bearer(self, **form: Any) -> dict[str, str]:
        """Headers with a fresh token."""
        return {"authorization": f"Bearer {self.ask(**form).body['access_token']}"}


MakeClient = Callable[..., OAuthClient]


@pytest.fixture
def make_client(db: None, client: Client) -> MakeClient:
    """Creates an application by `oauth.services.create_application`'s arguments."""

    def make(name: str = "Harbour Homes", **arguments: Any) -> OAuthClient:
        application, secret = create_application(name=name, now=timezone.now(), **arguments)
        return OAuthClient(client, application, secret)

    return make


@pytest.fixture
def harbour(make_client: MakeClient) -> OAuthClient:
    """An application with all scopes."""
    return make_client()
