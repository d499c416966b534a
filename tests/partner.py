"""A partner in tests: an application with tokens that calls the API through Django's test client."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import set_token_value

from oauth.models import AccessToken, Application
from oauth.scopes import SCOPES
from tests.published_schema import check_answer
from users.models import Credential

JSON_API = "application/vnd.api+json"
API = "/api/v1"


@dataclass
class Answer:
    """A response and its document."""

    response: HttpResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def document(self) -> Any:
        return json.loads(self.response.content) if self.response.content else None

    @property
    def data(self) -> Any:
        return self.document["data"]

    @property
    def attributes(self) -> Any:
        return self.data["attributes"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The errors without `links.about`, which tests/jsonapi/test_error_pages.py covers."""
        errors: list[dict[str, Any]] = self.document["errors"]
        for error in errors:
            del error["links"]["about"]
            if not error["links"]:
                del error["links"]
        return errors

    @property
    def error(self) -> dict[str, Any]:
        """The only error. Raises ValueError if there are several."""
        (only,) = self.errors
        return only

    def header(self, name: str) -> str | None:
        return self.response.headers.get(name)


@dataclass
class Partner:
    """Calls the API with one token. `as_user` and `with_scopes` return the same partner with another token."""

    application: Application
    credential: Credential | None = None
    scopes: Sequence[str] = tuple(SCOPES)
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    token: str = ""

    def __post_init__(self) -> None:
        self.token = self.token or issue_token(self.application, self.scopes, self.credential)

    def as_user(self, credential: Credential, scopes: Sequence[str] = tuple(SCOPES)) -> "Partner":
        return Partner(self.application, credential, scopes)

    def with_scopes(self, *scopes: str) -> "Partner":
        return Partner(self.application, self.credential, scopes)

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Answer:
        return self.call("GET", path, query=query, **headers)

    def post(
        self, path: str, type_: str | None = None, query: dict[str, Any] | None = None, **attributes: Any
    ) -> Answer:
        body = {"data": {"type": type_, "attributes": attributes}} if type_ else None
        return self.call("POST", path, body, query=query)

    def patch(self, path: str, type_: str, id_: Any, **attributes: Any) -> Answer:
        return self.call("PATCH", path, {"data": {"type": type_, "id": str(id_), "attributes": attributes}})

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, Any] | None = None,
        content_type: str = JSON_API,
        **headers: str,
    ) -> Answer:
        """Send a request. `body` is a document, or text that is sent unchanged; a header is passed as `accept="…"`."""
        data = body if isinstance(body, str | bytes) else b"" if body is None else json.dumps(body)
        sent = {"authorization": f"Bearer {self.token}", "accept": JSON_API, **headers}
        response: Any = self.client.generic(method, API + path, data, content_type, query_params=query, headers=sent)
        sparse = "fields[" in f"{path}{query}"
        check_answer(method, (API + path).partition("?")[0], response, sparse=sparse)
        return Answer(response)


def issue_token(application: Application, scopes: Sequence[str], credential: Credential | None = None) -> str:
    """Store an access token as the token endpoint does, and return its text."""
    plain = secrets.token_urlsafe(24)
    token = AccessToken(
        application=application,
        user=credential,
        scope=" ".join(scopes),
        expires=timezone.now() + timedelta(hours=1),
    )
    set_token_value(token, plain)
    token.save()
    return plain
