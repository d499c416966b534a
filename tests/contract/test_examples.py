"""Every example of the published schema is a request that works and the response it gets.

`RECORD_EXAMPLES=1 pytest -p no:randomly tests/contract/test_examples.py` writes the responses into the file anew.
"""

import json
import os
from typing import Any, cast
from urllib.parse import urlencode

import pytest
import yaml
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory

from openapi.examples import FILE
from partners.documentation import openapi
from partners.serving.answers import refused, too_slow
from tests.contract.example_world import CLIENT, IDS, example_partner, path_of
from tests.factories import ListingFactory
from tests.partner import JSON_API, Answer, Partner
from tests.published_schema import check_answer

EXAMPLES = yaml.safe_load(FILE.read_text())
OPERATIONS = {
    operation["operationId"]: operation for item in openapi("3.1")["paths"].values() for operation in item.values()
}
WITHOUT_BODIES = {
    "delete_user",
    "delete_account",
    "delete_compset",
    "refresh_account",
    "refresh_listing_reservations",
    "delete_webhook_endpoint",
}
RESOURCES = sorted(set(EXAMPLES["operations"]) - {"create_token", "revoke_token", "introspect_token"})
# What is new each time: the example's value stands for it.
NEW_EACH_TIME: dict[str, Any] = {
    "create_user": [("data", "id"), ("data", "attributes", "created-at")],
    "create_account": [("data", "id")],
    "create_token": [("access_token",)],
    "create_webhook_endpoint": [
        ("data", "id"),
        *(("data", "attributes", name) for name in ("secret", "created-at", "updated-at")),
    ],
    "patch_webhook_endpoint": [("data", "attributes", "updated-at")],
    "rotate_webhook_endpoint_secret": [
        ("data", "attributes", name) for name in ("secret", "previous-secret-ends-at", "updated-at")
    ],
    "test_webhook_endpoint": [
        ("data", "id"),
        ("data", "relationships", "event", "data", "id"),
        *(("data", "attributes", name) for name in ("webhook-id", "next-attempt-at", "created-at")),
    ],
    "replay_webhook_delivery": [
        ("data", "id"),
        *(("data", "attributes", name) for name in ("next-attempt-at", "created-at")),
    ],
    "create_compset": [("data", "id"), ("data", "attributes", "created-at"), ("data", "attributes", "updated-at")],
    "get_compset": [  # today's prices
        ("data", "attributes", "source", "metrics", f"{days}-day-price") for days in ("thirty", "ninety")
    ],
    "introspect_token": [("iat",), ("exp",)],
    "429": [("errors", 0, "detail")],
}


@pytest.fixture
def partner(db: None) -> Partner:
    """The partner of the examples' world."""
    return example_partner()


def settle(name: str, answer: Any, example: Any) -> Any:
    """The answer with the example's values where each time has its own."""
    for *path, last in NEW_EACH_TIME.get(name, ()):
        ours, theirs = answer, example
        for step in path:
            ours, theirs = ours[step], (theirs or ours)[step]
        assert type(ours[last]) is type((theirs or ours)[last])
        ours[last] = (theirs or ours)[last]
    return settle_times(answer, example)


def settle_times(answer: Any, example: Any) -> Any:
    """The answer with the example's `updated-at`, which triggers set to the present time."""
    if isinstance(answer, list) and isinstance(example, list):
        return [settle_times(*pair) for pair in zip(answer, example, strict=False)] + answer[len(example) :]
    if isinstance(answer, dict) and isinstance(example, dict):
        return {
            name: example[name] if name == "updated-at" and name in example else settle_times(value, example.get(name))
            for name, value in answer.items()
        }
    return answer


def compare(section: str, name: str, answer: Answer) -> None:
    example = EXAMPLES[section].get(name) or {}
    documented = example.get("response") if section == "operations" else example
    document = settle(name, answer.document, documented)
    if os.environ.get("RECORD_EXAMPLES"):
        record(section, name, answer.status, document)
        return
    if section == "operations":
        assert answer.status == example["status"]
    assert document == documented


def record(section: str, name: str, status: int, document: Any) -> None:
    if section == "errors":
        EXAMPLES[section][name] = document
    else:
        kept = {key: value for key, value in EXAMPLES[section][name].items() if key in ("query", "request")}
        EXAMPLES[section][name] = kept | {"status": status} | ({} if document is None else {"response": document})
    FILE.write_text(yaml.safe_dump(EXAMPLES, sort_keys=False, allow_unicode=True, width=110))


def test_every_operation_with_a_body_has_an_example() -> None:
    assert set(EXAMPLES["operations"]) == set(OPERATIONS) - WITHOUT_BODIES


@pytest.mark.parametrize("name", RESOURCES)
def test_the_example_works(name: Any, partner: Partner, hostaway_credentials: Any) -> None:
    method, path = path_of(name)
    example = EXAMPLES["operations"][name]
    request = json.loads(json.dumps(example.get("request")))
    if name == "create_account":
        assert set(request["data"]["attributes"]["credentials"]) == set(hostaway_credentials)
        request["data"]["attributes"]["credentials"] = hostaway_credentials

    answer = partner.call(method, path, request, query=example.get("query"))

    compare("operations", name, answer)


@pytest.mark.parametrize("name", RESOURCES)
def test_the_schema_shows_the_example(name: Any) -> None:
    operation = OPERATIONS[name]
    example = EXAMPLES["operations"][name]

    shown = operation["responses"][str(example["status"])]["content"][JSON_API]["example"]
    assert shown == example["response"]
    if "request" in example:
        assert operation["requestBody"]["content"][JSON_API]["example"] == example["request"]


@pytest.fixture
def token_client(partner: Partner) -> Client:
    return Client()


def post_form(client: Client, path: str, form: dict[str, Any]) -> Answer:
    answer = Answer(
        cast(HttpResponse, client.post(path, urlencode(form), content_type="application/x-www-form-urlencoded"))
    )
    check_answer("POST", path, answer.response)
    return answer


def test_the_example_of_a_token_works(token_client: Any) -> None:
    answer = post_form(token_client, "/o/token/", EXAMPLES["operations"]["create_token"]["request"])

    compare("operations", "create_token", answer)


def test_the_example_of_a_revocation_works(token_client: Any) -> None:
    example = EXAMPLES["operations"]["revoke_token"]["request"]
    token = post_form(token_client, "/o/token/", {"grant_type": "client_credentials", **CLIENT}).document
    path = "/o/revoke_token/"

    assert post_form(token_client, path, {**example, "token": token["access_token"]}).status == 200

    headers = {"authorization": f"Bearer {token['access_token']}"}
    assert token_client.get("/api/v1/users/", headers=headers).status_code == 401


def test_the_example_of_an_introspection_works(token_client: Any) -> None:
    examples = EXAMPLES["operations"]
    token = post_form(token_client, "/o/token/", examples["create_token"]["request"]).document
    form = {**examples["introspect_token"]["request"], "token": token["access_token"]}

    compare("operations", "introspect_token", post_form(token_client, "/o/introspect/", form))


class TestErrors:
    """The example of each error status is what such a request gets."""

    def test_400(self, partner: Partner) -> None:
        compare("errors", "400", partner.get("/listings/", {"sort": "shoe-size"}))

    def test_401(self, partner: Partner) -> None:
        compare("errors", "401", partner.get("/listings/", authorization="Bearer expired"))

    def test_403(self, partner: Partner) -> None:
        compare("errors", "403", partner.with_scopes("listings:read").get("/users/"))

    def test_404(self, partner: Partner) -> None:
        compare("errors", "404", partner.get("/listings/99999/"))

    def test_406(self, partner: Partner) -> None:
        compare("errors", "406", partner.get("/listings/", accept="text/html"))

    def test_408(self) -> None:
        """The server answers it before Django sees the request."""
        environ = RequestFactory().post("/api/v1/users/").environ
        compare("errors", "408", Answer(refused(environ, 408, too_slow(30))))

    def test_411(self, partner: Partner) -> None:
        headers = {"HTTP_AUTHORIZATION": f"Bearer {partner.token}", "CONTENT_TYPE": JSON_API}
        response: Any = partner.client.request(REQUEST_METHOD="POST", PATH_INFO="/api/v1/users/", **headers)
        compare("errors", "411", Answer(response))

    def test_413(self, partner: Partner) -> None:
        too_long = " " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        compare("errors", "413", partner.call("POST", "/users/", too_long))

    def test_412(self, partner: Partner) -> None:
        listing = ListingFactory(owner__application=partner.application)
        path, body = f"/listings/{listing.pk}/customizations/base-price/", {"base-price": 150}
        document = {"data": {"type": "base-price-customizations", "id": str(listing.pk), "attributes": body}}
        compare("errors", "412", partner.call("PATCH", path, document, if_match='"seen before"'))

    def test_409(self, partner: Partner) -> None:
        attributes = {"first-name": "John", "last-name": "Doe", "email": "ada@example.com"}
        compare("errors", "409", partner.post("/users/", "users", None, **attributes))

    def test_415(self, partner: Partner) -> None:
        compare("errors", "415", partner.call("POST", "/users/", "first-name=John", content_type="text/plain"))

    def test_422(self, partner: Partner) -> None:
        listing = ListingFactory(owner_id=IDS["user_id"], application=partner.application, base_price=0)
        path = f"/listings/{listing.pk}/activation/"
        compare("errors", "422", partner.patch(path, "listing-activations", listing.pk, enabled=True))

    def test_429(self, partner: Partner) -> None:
        partner.application.rate_limit_per_minute = 1
        partner.application.save()
        answers = [partner.get("/users/") for _ in range(3)]  # two at least fall into the same minute
        compare("errors", "429", next(answer for answer in answers if answer.status == 429))

    @pytest.mark.urls("tests.jsonapi.test_conventions")
    def test_500(self, partner: Partner) -> None:
        compare("errors", "500", partner.call("GET", "/broken/", **request_id("0d6a7c1e-partner-4711")))

    def test_502(self, partner: Partner, channel_server: Any, hostaway_credentials: Any) -> None:
        channel_server.faults.add({"kind": "malformed_json", "channel": "hostaway"})
        body = {"channel": "hostaway", "credentials": hostaway_credentials}
        compare("errors", "502", partner.post(f"/users/{IDS['user_id']}/accounts/", "accounts", **body))

    @pytest.mark.urls("tests.jsonapi.test_conventions")
    def test_503(self, partner: Partner) -> None:
        compare("errors", "503", partner.call("GET", "/away/", **request_id("0d6a7c1e-partner-4711")))


def request_id(value: str) -> dict[str, Any]:
    return {"x-request-id": value}
