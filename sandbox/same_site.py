"""Keeps pages of other sites from controlling the sandbox, which has no login, through a developer's browser."""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from sandbox.json_response import json_response

Endpoint = Callable[[Request], Awaitable[Response]]


def from_this_site(endpoint: Endpoint) -> Endpoint:
    """The endpoint, which answers 403 to what a page of another site sends.

    - A browser names the page's origin in every POST and DELETE, and its relation in `Sec-Fetch-Site`. Programs send
      neither.
    - A name that somebody else lets point at this machine (DNS rebinding) is refused by the Host, which must be an
      address or a name that cannot be bought.
    """

    async def checked(request: Request) -> Response:
        if not is_own_host(request) or not _is_own_page(request):
            return json_response({"error": "Requests of other sites' pages are refused."}, 403)
        return await endpoint(request)

    return checked


def is_own_host(request: Request) -> bool:
    """Whether the Host is an address, `localhost`, or a name without a dot, as of a container."""
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    if "." not in name and ":" not in name:
        return name != ""
    if name.endswith(".localhost"):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_own_page(request: Request) -> bool:
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    origin = request.headers.get("origin")
    return origin is None or origin == f"{request.url.scheme}://{request.headers.get('host', '')}"
