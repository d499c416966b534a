"""Requests to a Partners API: with a token, repeated where that is safe, and every refusal in words."""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from devtools.client.failures import Failure, Refused, Unreachable
from devtools.client.profiles import Profile
from devtools.client.safe_text import clean
from devtools.client.server import API, Server
from devtools.client.tokens import Tokens
from jsonapi.media_types import JSON_API

MOST_ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 120
PAGE_SIZE = 100
_TIMEOUT = httpx.Timeout(60, connect=10)  # connecting an account asks its channel meanwhile
_FIRST_PAUSE_SECONDS = 0.5
_KEY = "Idempotency-Key"

Query = Mapping[str, Any]


def path(*parts: str) -> str:
    """A path below /api/v1, such as `/users/1/`."""
    return "".join(f"/{quote(part, safe='')}" for part in parts) + "/"


def resource(type_: str, id_: str | None = None, **attributes: Any) -> dict[str, Any]:
    """A JSON:API document for a new resource, or for a change of one. Attributes that are None are left out."""
    given = {name.replace("_", "-"): value for name, value in attributes.items() if value is not None}
    return {"data": {"type": type_, **({"id": id_} if id_ else {}), "attributes": given}}


def data_of(document: Any) -> dict[str, Any]:
    """The resource of a document. Raises Unreachable if it has none."""
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict):
        raise Unreachable("The server's answer is no JSON:API document with one resource.")
    return data


def connection(server: Server) -> httpx.Client:
    # A proxy from the environment cannot reach a server on this machine.
    agent = {"User-Agent": "partners-cli/1"}
    return httpx.Client(
        base_url=server.url, timeout=_TIMEOUT, trust_env=not server.is_local, headers=agent,
        verify=server.is_encrypted,  # otherwise no certificates are read, which takes longer than most requests
    )  # fmt: skip


class Api:
    """One server with one token. Every method raises Failure. `notice` gets a line for the user before a long wait."""

    def __init__(self, http: httpx.Client, tokens: Tokens, notice: Callable[[str], None]) -> None:
        self._http, self._tokens, self._notice = http, tokens, notice

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, query=query)

    def call(self, method: str, path: str, document: Any = None, *, query: Query | None = None) -> Any:
        """The answer's document, or None. `path` is below /api/v1. Parameters that are None are not sent."""
        body = None if document is None else json.dumps(document).encode()
        response = self.send(method, API + path, body, query=query)
        if response.is_error or response.is_redirect:
            raise refusal(response)
        return document_of(response)

    def pages(self, path: str, *, query: Query | None = None, most: int | None) -> Iterator[Any]:
        """The documents of a list's pages, until they have at least `most` resources together. None means all."""
        parameters: dict[str, Any] = {"page[size]": min(most or PAGE_SIZE, PAGE_SIZE), **(query or {})}
        found, seen = 0, set()
        while True:
            page = self.call("GET", path, query=parameters)
            resources = page.get("data") if isinstance(page, dict) else None
            if not isinstance(resources, list) or not all(isinstance(each, dict) for each in resources):
                raise Unreachable("The server's answer is no JSON:API document with a list of resources.")
            yield page
            found += len(resources)
            following = _following(page)
            if following is None or following in seen or (most is not None and found >= most):
                return
            seen.add(following)
            # Only the parameters: a link to another host must not get the token.
            parameters = dict(httpx.QueryParams(following))

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The answer to one request, whatever its status. `path` begins with a slash and is that of the URL."""
        given = httpx.Headers({"Accept": JSON_API})
        if body is not None:
            given["Content-Type"] = JSON_API
        if method == "POST":
            given[_KEY] = str(uuid.uuid4())
        given.update(headers)
        parameters = {name: value for name, value in (query or {}).items() if value is not None}

        def build() -> httpx.Request:
            headers = httpx.Headers({"Authorization": f"Bearer {self._tokens.token()}"})
            headers.update(given)
            return self._http.build_request(method, path, params=parameters or None, content=body, headers=headers)

        response = send_patiently(self._http, build, self._notice)
        refused = response.status_code == 401 and "invalid_token" in response.headers.get("WWW-Authenticate", "")
        if refused and self._tokens.renew():
            response = send_patiently(self._http, build, self._notice)
        return response


def send_patiently(
    http: httpx.Client, build: Callable[[], httpx.Request], notice: Callable[[str], None]
) -> httpx.Response:
    """Send a request that may be repeated, again and again while the server asks to wait. Raises Unreachable."""
    attempt = 1
    while True:
        last = attempt == MOST_ATTEMPTS
        try:
            response = http.send(build())
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            raise Unreachable(
                f"Nothing answers at {http.base_url}: {clean(error) or 'no connection'}. `make serve` starts a "
                "server on this machine; `partners login --url` names another."
            ) from error
        except httpx.TransportError as error:
            if last:
                raise Unreachable(f"{http.base_url} gave no answer: {clean(error) or type(error).__name__}.") from error
            time.sleep(_FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"The answer of {http.base_url} cannot be read: {clean(error)}.") from error
        else:
            seconds = _seconds_to_wait(response)
            if seconds is None or last:
                return response
            if seconds >= 1:
                notice(f"The server answered {response.status_code} and asks to wait. Waiting {seconds:.0f} s …")
            time.sleep(seconds)
        attempt += 1


def request_token(http: httpx.Client, profile: Profile, notice: Callable[[str], None], **parameters: str) -> Any:
    """The answer of the token endpoint. `parameters` are `user_id` and `scope`. Raises Failure."""
    form = {
        "grant_type": "client_credentials",
        "client_id": profile.client_id,
        "client_secret": profile.client_secret,
        **parameters,
    }
    response = send_patiently(http, lambda: http.build_request("POST", "/o/token/", data=form), notice)
    if response.is_error or response.is_redirect:
        raise refusal(response)
    answer = document_of(response)
    if not isinstance(answer, dict) or not isinstance(answer.get("access_token"), str):
        raise Unreachable(f"The answer of {http.base_url} has no access token. Does a Partners API run there?")
    return answer


def document_of(response: httpx.Response) -> Any:
    """The JSON of an answer, or None if it is empty. Raises Unreachable if it is not JSON."""
    if not response.content:
        return None
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        kind = clean(response.headers.get("Content-Type", "no content type"))
        raise Unreachable(
            f"The answer of {response.request.url.host} is not JSON ({response.status_code}, {kind}). "
            "Does a Partners API run there?"
        ) from error


def refusal(response: httpx.Response) -> Refused:
    """The refusal in words: what is wrong, where in the request, and the id under which the server's log has it."""
    try:
        answer = document_of(response)
    except Failure:
        answer = None
    status = f"{response.status_code} {clean(response.reason_phrase)}".strip()
    lines = [f"{status}: {line}" for line in _problems(answer)] or [f"{status}."]
    if request_id := response.headers.get("X-Request-ID"):
        lines.append(f"Request id {clean(request_id)}")
    return Refused(response.status_code, "\n".join(lines), answer=answer)


def _problems(answer: Any) -> Iterator[str]:
    if not isinstance(answer, dict):
        return
    if "error" in answer:  # of the token endpoint, in the form of OAuth 2.0
        yield f"{clean(answer.get('error_description') or answer['error'])} ({clean(answer['error'])})"
    errors = answer.get("errors")
    for error in errors if isinstance(errors, list) else []:
        if not isinstance(error, dict):
            continue
        source, meta = error.get("source"), error.get("meta")
        source, meta = source if isinstance(source, dict) else {}, meta if isinstance(meta, dict) else {}
        places = [str(place) for name in ("pointer", "parameter", "header") if (place := source.get(name))]
        notes = [clean(note) for note in (*places, error.get("code") or meta.get("code")) if note]
        detail = clean(error.get("detail") or error.get("title") or "")
        yield f"{detail} ({', '.join(notes)})" if notes else detail


def _seconds_to_wait(response: httpx.Response) -> float | None:
    """How long the server asks to wait before the same request may succeed. None if it will not, or not soon."""
    asked = response.headers.get("Retry-After", "")
    if response.status_code not in (409, 429, 503) or not (asked.isascii() and asked.isdigit()):
        return None
    return float(asked) if len(asked) < 6 and int(asked) <= LONGEST_WAIT_SECONDS else None


def _following(page: Any) -> str | None:
    """The query of the next page."""
    links = page.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    if isinstance(following, dict):
        following = following.get("href")
    try:
        return httpx.URL(following).query.decode("ascii", "replace") if isinstance(following, str) else None
    except httpx.InvalidURL:
        return None
