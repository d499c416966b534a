"""WSGI middleware for Content-Type and Accept headers that Django cannot parse.

On such a header Django fails before any view runs, and the client gets no answer. The middleware replaces the header
by an unknown media type, so that the client gets 406 or 415.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

MEDIA_TYPES = ("CONTENT_TYPE", "HTTP_ACCEPT")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def with_readable_headers(application: Application) -> Application:
    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        make_readable(environ)
        return application(environ, start_response)

    return call


def make_readable(environ: dict[str, Any]) -> None:
    for name in MEDIA_TYPES:
        if not is_readable(environ.get(name, "")):
            environ[name] = "malformed"


def is_readable(header: str) -> bool:
    """Whether Django can parse the header as one media type and as a list of media types."""
    try:
        for media_type in (header, *header.split(",")):
            parse_header_parameters(media_type)
    except (ValueError, LookupError):  # LookupError: a parameter has an unknown encoding
        return False
    return True
