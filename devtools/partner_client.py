"""A partner's client for the API that prints what it sends and receives."""

import json
import sys
from typing import Any
from urllib.parse import unquote

import httpx

from jsonapi.media_types import JSON_API

SHOWN_LINES = 60


class PartnerClient:
    """Calls the API as a partner does, and prints each request and its answer."""

    def __init__(self, base_url: str) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=30, trust_env=False)
        self.token = ""

    def get_token(self, **parameters: Any) -> None:
        """Gets a token of the demo application, which the following calls use."""
        form = {
            "grant_type": "client_credentials",
            "client_id": "demo-partner",
            "client_secret": "demo-partner-secret",
            **parameters,
        }
        answer = show(self.http.send(self.http.build_request("POST", "/o/token/", data=form)))
        self.token = answer["access_token"]

    def call(self, method: str, path: str, body: Any = None, *, quiet: bool = False, **query: Any) -> Any:
        """The answer's document. `path` is below /api/v1. A quiet call is printed only if it fails."""
        request = self.http.build_request(
            method,
            f"/api/v1{path}",
            params=query or None,
            content=json.dumps(body) if body else None,
            headers={"Authorization": f"Bearer {self.token}", "Accept": JSON_API, "Content-Type": JSON_API},
        )
        return show(self.http.send(request), quiet=quiet)


def resource(type_: str, **attributes: Any) -> dict[str, Any]:
    """A JSON:API document for a new resource."""
    return {"data": {"type": type_, "attributes": attributes}}


def show_title(title: str) -> None:
    print(f"\n\033[1m== {title}\033[0m" if sys.stdout.isatty() else f"\n== {title}")


def show(response: httpx.Response, *, quiet: bool = False) -> Any:
    """Prints a request and its answer, and returns the answer's document.

    Long documents are cut. A quiet answer is printed only if it is an error. An error ends the demo.
    """
    request = response.request
    document = response.json() if response.content else None
    if not quiet or response.is_error:
        print(f"> {request.method} {unquote(str(request.url))}")
        if request.content:
            print(f"> {request.content.decode()}")
        print(f"< {response.status_code} {response.reason_phrase}")
        lines = json.dumps(document, indent=2, ensure_ascii=False).splitlines() if document else []
        for line in lines[:SHOWN_LINES]:
            print(line)
        if len(lines) > SHOWN_LINES:
            print(f"  … {len(lines) - SHOWN_LINES} more lines")
    if response.is_error:
        raise SystemExit(1)
    return document
