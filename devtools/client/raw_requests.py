"""`partners api`: any request, for what has no command of its own."""

from typing import Annotated, Any

import httpx
import typer

from devtools.client.api import document_of, refusal
from devtools.client.failures import Failure, UsageFailure
from devtools.client.option_texts import read_text
from devtools.client.safe_text import clean
from devtools.client.server import API
from devtools.client.session import Session, command

_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_OUTSIDE = ("/api/", "/o/", "/.well-known/", "/healthz", "/readyz")


def add_to(app: typer.Typer, **options: Any) -> None:
    command(app, "api", **options)(request)


def request(
    session: Session,
    method: Annotated[
        str, typer.Argument(help=f"One of {', '.join(_METHODS)}.", autocompletion=lambda: list(_METHODS))
    ],
    url_path: Annotated[
        str, typer.Argument(metavar="PATH", help="Below /api/v1, with its query: '/users/?page[size]=1'.")
    ],
    data: Annotated[
        str | None, typer.Option("--data", "-d", help="The body: a text, @FILE, or - for stdin.", show_default=False)
    ] = None,
    header: Annotated[list[str] | None, typer.Option("--header", "-H", help="NAME: VALUE", show_default=False)] = None,
    include: Annotated[bool, typer.Option("--include", "-i", help="Print the status and the headers, too.")] = False,
) -> None:
    """Send any request, and print the answer's document."""
    if method.upper() not in _METHODS:
        raise UsageFailure(f"{method} is not one of {', '.join(_METHODS)}.")
    body = None if data is None else read_text(data, "--data").encode()
    response = session.api.send(method.upper(), full_path(url_path), body, headers=dict(map(_header, header or [])))
    if include:
        session.output.line(f"{response.http_version} {response.status_code} {response.reason_phrase}")
        for name, value in response.headers.items():
            session.output.line(f"{name}: {value}")
        session.output.line("")
    _show(session, response)
    if response.is_error or response.is_redirect:
        raise refusal(response)


def full_path(text: str) -> str:
    """The path and query of the URL. Raises UsageFailure for the URL of a server: it must not get the token."""
    if "://" in text or text.startswith("//"):
        raise UsageFailure("PATH is a path, without a server. --url names the server.")
    text = text if text.startswith("/") else f"/{text}"
    return text if text.startswith(_OUTSIDE) else API + text


def _show(session: Session, response: httpx.Response) -> None:
    try:
        document = document_of(response)
    except Failure:
        for line in response.text.splitlines():
            session.output.line(line)
        return
    if document is not None:
        session.output.document(document)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or clean(text) != text or not text.isascii():
        raise UsageFailure(f"A header has the form NAME: VALUE, unlike {text!r}.")
    return name.strip(), value.strip()
