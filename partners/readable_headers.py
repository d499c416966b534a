"""Headers that Django fails to read, before it reads them: a content type of theirs ends a request without an answer.

What is malformed is put in place of such a header, so that the API refuses it as it refuses any unknown media type.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

MEDIA_TYPES = ("CONTENT_TYPE", "HTTP_ACCEPT")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def with_readable_headers(application: Application) -> Application:
    """WSGI middleware."""

    def read(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        for name in MEDIA_TYPES:
            if not is_readable(environ.get(name, "")):
                environ[name] = "malformed"
        return application(environ, start_response)

    return read


def is_readable(header: str) -> bool:
    """Whether it can be taken apart, as one media type and as a list of them."""
    try:
        for media_type in (header, *header.split(",")):
            parse_header_parameters(media_type)
    except (ValueError, LookupError):  # a parameter in an encoding that nobody knows
        return False
    return True
