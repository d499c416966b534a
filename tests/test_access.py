"""Every operation refuses every kind of wrong token (contract, *Access rules*)."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from jsonapi.operations import Operation
from jsonapi.views import PartnerView
from oauth.scopes import SCOPES
from tests.factories import EPOCH, ChannelListingFactory, CompsetFactory, CredentialFactory
from tests.partner import JSON_API, Answer, Partner
from webhooks.models import Event, WebhookDelivery
from webhooks.services.endpoints import create_endpoint


@dataclass(frozen=True)
class Case:
    method: str
    pattern: str
    operation: Operation
    view: type[PartnerView]

    @property
    def is_about_one_user(self) -> bool:
        return "<int:" in self.pattern


def cases() -> list[Case]:
    """Return every method of every PartnerView in the URL configuration."""
    return [
        Case(method, path, operation, view)
        for path, view in views_below("/", get_resolver().url_patterns)
        if issubclass(view, PartnerView)
        for method, operation in view.operations.items()
    ]


def views_below(prefix: str, patterns: Sequence[Any]) -> list[tuple[str, type]]:
    """Return the path and the class of every view class in the URL configuration."""
    found: list[tuple[str, type]] = []
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += views_below(path, entry.url_patterns)
        elif isinstance(entry, URLPattern) and hasattr(entry.callback, "view_class"):
            found.append((path, entry.callback.view_class))
    return found


URL = Callable[[Case], str]
CASES = cases()
every_operation = pytest.mark.parametrize("case", CASES, ids=lambda case: case.operation.id)


@pytest.fixture
def url(partner: Partner) -> URL:
    """Return a function that makes the URL of a case, with the resources of one user of the partner."""
    shown = ChannelListingFactory(listing__owner__application=partner.application)
    event = Event.objects.create(application=partner.application, type="listing.created", body={}, occurred_at=EPOCH)
    endpoint, _ = create_endpoint(partner.application.pk, url="https://receiver.example/", now=EPOCH)
    delivery = WebhookDelivery.objects.create(endpoint=endpoint, event=event, due_at=EPOCH, created_at=EPOCH)
    ids = {
        "user_id": shown.listing.owner_id,
        "account_id": shown.account_id,
        "listing_id": shown.listing_id,
        "compset_id": CompsetFactory(owner=shown.listing.owner).pk,
        "event_id": event.pk,
        "endpoint_id": endpoint.pk,
        "delivery_id": delivery.pk,
    }

    def fill(case: Case) -> str:
        path = case.pattern.removeprefix("/api/v1")
        for name, value in ids.items():
            path = path.replace(f"<int:{name}>", str(value))
        return path

    return fill


def send(partner: Partner, case: Case, path: str) -> Answer:
    body = None
    if case.operation.request:
        serializer: Any = case.operation.request
        document = {"type": serializer.Meta.resource_name, "attributes": {}}
        if case.method == "PATCH":
            document["id"] = path.split("/")[2]
        body = {"data": document}
    return partner.call(case.method, path, body)


def test_the_cases_cover_the_endpoints_of_the_contract() -> None:
    assert {case.operation.id for case in CASES} >= {
        "list_users", "create_user", "get_user", "delete_user", "list_user_credentials", "list_accounts",
        "create_account", "get_account", "delete_account", "refresh_account", "list_listings", "get_listing",
        "patch_listing_activation", "refresh_listing_reservations",
    }  # fmt: skip


@every_operation
def test_a_request_without_token_is_401(case: Case, url: URL) -> None:
    response = Client().generic(case.method, "/api/v1" + url(case), headers={"accept": JSON_API})

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    (error,) = json.loads(response.content)["errors"]
    assert error["title"] == "Unauthorized"


@every_operation
def test_an_unknown_token_is_401(case: Case, url: URL, partner: Partner) -> None:
    partner.token = "made-up"

    answer = send(partner, case, url(case))

    assert answer.status == 401
    assert (answer.header("WWW-Authenticate") or "").startswith("Bearer")


@every_operation
def test_a_token_without_the_needed_scopes_is_403(case: Case, url: URL, partner: Partner) -> None:
    opening = {name for alternative in case.operation.scopes for name in alternative}
    partner = partner.with_scopes(*(name for name in SCOPES if name not in opening))

    answer = send(partner, case, url(case))

    assert answer.status == 403
    assert 'error="insufficient_scope"' in (answer.header("WWW-Authenticate") or "")
    assert answer.error["title"] == "Forbidden"


@pytest.mark.parametrize("case", [case for case in CASES if case.is_about_one_user], ids=lambda case: case.operation.id)
def test_another_applications_resources_are_not_found(case: Case, url: URL, other_partner: Partner) -> None:
    answer = send(other_partner, case, url(case))

    assert answer.status == 404
    assert answer.error["source"] == {"pointer": None}
    assert answer.error["detail"].endswith("not found")


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.is_about_one_user and not case.operation.app_level],
    ids=lambda case: case.operation.id,
)
def test_another_users_resources_are_not_found(case: Case, url: URL, partner: Partner) -> None:
    stranger = CredentialFactory(user__application=partner.application)

    answer = send(partner.as_user(stranger), case, url(case))

    assert answer.status == 404
    assert answer.error["detail"].endswith("not found")


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.operation.app_level], ids=lambda case: case.operation.id
)
def test_a_user_scoped_token_cannot_use_app_level_operations(case: Case, url: URL, partner: Partner) -> None:
    someone = CredentialFactory(user__application=partner.application)

    answer = send(partner.as_user(someone), case, url(case))

    assert answer.status == 403


@pytest.mark.parametrize("case", [case for case in CASES if case.method != "GET"], ids=lambda case: case.operation.id)
def test_a_view_credential_may_only_read(case: Case, url: URL, partner: Partner) -> None:
    viewer = CredentialFactory(user__application=partner.application, global_permissions="view")

    answer = send(partner.as_user(viewer), case, url(case))

    assert answer.status == 403


@pytest.mark.parametrize("case", [case for case in CASES if case.method == "GET"], ids=lambda case: case.operation.id)
def test_lists_do_not_contain_the_resources_of_another_partner(case: Case, url: URL, other_partner: Partner) -> None:
    answer = send(other_partner, case, url(case))

    assert answer.status == 404 if case.is_about_one_user else answer.data == []
