"""The sandbox's page for people at `/`: accounts, clock, faults, limits, bookings and the request log.

The page is static. Its script reads and changes everything through `GET /` and `/_control/…`, and shows values only as
text.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FILES = Path(__file__).parent
TYPES = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def wants_page(request: Request) -> bool:
    """Whether a browser asks. Others get JSON, also those that accept everything."""
    return "text/html" in request.headers.get("accept", "")


def page() -> Response:
    headers = {**HEADERS, "Content-Security-Policy": POLICY, "Vary": "Accept"}
    return Response((FILES / "page.html").read_bytes(), media_type="text/html", headers=headers)


def routes() -> list[Route]:
    """The page's own files."""

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in TYPES:
            return Response(status_code=404)
        return Response((FILES / name).read_bytes(), media_type=TYPES[name], headers=HEADERS)

    return [Route("/_page/{name}", file)]
