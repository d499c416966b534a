"""An error means that nothing was changed (docs/errors.md): the database goes away at every step of every write."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from oauth.views import FormEndpoint, IntrospectTokenView
from openapi.examples import examples
from sandbox.server import RunningSandbox
from tests.connectors.sandbox_connection import environment_of, managers
from tests.contract.example_world import CLIENT, IDS, example_partner
from tests.factories import ListingFactory
from tests.oauth.token_requests import post_form
from tests.partner import API, Partner, issue_token
from tests.test_access import CASES, Case, views_below

# A preview stores nothing.
WRITES = [case for case in CASES if case.method != "GET" and case.operation.id != "preview_listing_prices"]
FORMS = {path: view for path, view in views_below("/", get_resolver().url_patterns) if issubclass(view, FormEndpoint)}
READS = {path for path, view in FORMS.items() if issubclass(view, IntrospectTokenView)}
MOST_STEPS = 200

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Outage:
    """The database answers `steps` statements and commits, and then nothing more."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        self._commit: Callable[[], None] = connection._commit  # type: ignore[attr-defined]

    def step(self) -> None:
        if not self.left:
            raise OperationalError("server closed the connection unexpectedly")
        self.left -= 1

    def execute(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.step()
        return execute(*args)

    def commit(self) -> None:
        self.step()
        self._commit()


@contextmanager
def outage_after(steps: int) -> Iterator[None]:
    outage = Outage(steps)
    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(outage.execute):
        patch.setattr(connection, "_commit", outage.commit)
        yield


def everything() -> dict[str, list[Any]]:
    """All rows of all tables."""
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in apps.get_models()}


def try_at_every_step(send: Callable[[], int]) -> None:
    """Let the database go away one step later each time, until the request succeeds."""
    before = everything()
    for steps in count():
        with outage_after(steps):
            status = send()
        if status < 500:
            break
        assert steps < MOST_STEPS
        assert everything() == before, f"changed, although the answer after {steps} steps was {status}"
    assert status < 300
    assert everything() != before
    assert steps > 1


@pytest.fixture
def partner() -> Partner:
    return example_partner()


@pytest.fixture
def credentials(sandbox: RunningSandbox, settings: Settings) -> Any:
    settings.ENVIRONMENT = environment_of(sandbox)
    return managers(sandbox, "hostaway")[0]


def document_of(case: Case, credentials: Any) -> Any:
    """The documented example of the operation's request."""
    document = json.loads(json.dumps(examples()["operations"].get(case.operation.id, {}).get("request")))
    if case.operation.id == "create_account":
        document["data"]["attributes"]["credentials"] = credentials
    return document


@pytest.mark.parametrize("case", WRITES, ids=lambda case: case.operation.id)
def test_a_write_is_answered_with_an_error_only_if_nothing_was_changed(
    case: Case, partner: Partner, credentials: Any
) -> None:
    path = case.pattern.removeprefix(API)
    for name, pk in IDS.items():
        path = path.replace(f"<int:{name}>", str(pk))
    document = document_of(case, credentials)
    data = (document or {}).get("data", {})
    if data.get("attributes") and "customization" in data["type"]:
        ListingFactory._meta.model.objects.filter(pk=IDS["listing_id"]).update(enabled=True)

    try_at_every_step(lambda: partner.call(case.method, path, document).status)


@pytest.mark.parametrize("path", sorted(FORMS.keys() - READS))
def test_a_token_is_issued_or_revoked_only_if_the_client_is_told(path: str, partner: Partner) -> None:
    form = {"grant_type": "client_credentials", **CLIENT, "token": issue_token(partner.application, ["user:read"])}
    client = Client(raise_request_exception=False)

    try_at_every_step(lambda: post_form(client, form, path).status)


def test_every_url_that_writes_is_tried() -> None:
    tried = {case.pattern for case in CASES} | set(FORMS)
    views = views_below("/", get_resolver().url_patterns)
    others = [path for path, _ in views if path not in tried and not path.startswith("/console/")]

    assert others == []  # those of the console are redirects; it writes by operations (tests/console)
