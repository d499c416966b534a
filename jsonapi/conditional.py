"""Conditional requests (RFC 9110, section 13): entity tags, 304 for what a client has already, 412 for what changed.

Single resources have strong tags, and collections weak ones. The tag of an answer is a hash of its bytes, unless the
view made a cheaper one of the versions of the rows that it shows (jsonapi/fast/views.py): then an answer that a client
has already is recognised without reading or rendering it.

Compressed answers have tags of their own, which end with `-gzip` (partners/compression.py). All comparisons ignore this
ending, because both forms show the same state.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from django.http import HttpRequest
from django.utils.http import parse_etags
from rest_framework.response import Response

from jsonapi.media_types import JSON, JSON_API
from jsonapi.refusals import Refusal

COMPRESSED = "-gzip"
_ANY = ["*"]


class PreconditionFailed(Refusal):
    """`header` names the condition that does not hold for the resource. Nothing was changed."""

    status, code = 412, "precondition_failed"

    def __init__(self, header: str, detail: str) -> None:
        super().__init__(detail)
        self.header = header


def make_tag(*parts: bytes, weak: bool = False) -> str:
    """The entity tag of a representation that consists of, or is determined by, these parts."""
    digest = blake2b(digest_size=15)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return f'{"W/" if weak else ""}"{urlsafe_b64encode(digest.digest()).decode()}"'


def tag_of_body(media_type: str, body: bytes, *, weak: bool = False) -> str:
    """The tag of an answer with this content type and body."""
    return make_tag(media_type.encode(), body, weak=weak)


def is_known(request: HttpRequest, tag: str) -> str | None:
    """The tag in the request's `If-None-Match` that equals `tag` in weak comparison, or None.

    `*` equals every tag. The form that the client sent is returned, because a client that accepts compression knows
    the tag of the compressed form.
    """
    sent = _sent(request, "HTTP_IF_NONE_MATCH")
    if sent == _ANY:
        return tag
    return next(
        (each if each.endswith(f'{COMPRESSED}"') else tag for each in sent if _plain(each) == _plain(tag)), None
    )


def asks_for_changes(request: HttpRequest) -> bool:
    """Whether the client has an answer already, so that a 304 is possible."""
    return "HTTP_IF_NONE_MATCH" in request.META


def has_preconditions(request: HttpRequest) -> bool:
    """Whether a request that writes makes conditions. `If-Unmodified-Since` is ignored: no resource has a
    `Last-Modified` (RFC 9110, section 13.1.4).
    """
    return "HTTP_IF_MATCH" in request.META or "HTTP_IF_NONE_MATCH" in request.META


def check_preconditions(request: HttpRequest, current: Iterable[bytes]) -> None:
    """Raise PreconditionFailed unless the request's conditions hold for a resource that exists.

    `current` are the bodies that show its state, each of which counts. A tag from an answer in either media type counts
    too.
    """
    tags = {_plain(tag_of_body(media_type, body)) for body in current for media_type in (JSON_API, JSON)}
    if "HTTP_IF_MATCH" in request.META:
        sent = _sent(request, "HTTP_IF_MATCH")
        # Strong comparison: a weak tag never matches.
        if sent != _ANY and not any(not each.startswith("W/") and _plain(each) in tags for each in sent):
            raise PreconditionFailed("If-Match", "The resource has changed since you read it. Read it again.")
    if "HTTP_IF_NONE_MATCH" in request.META:
        sent = _sent(request, "HTTP_IF_NONE_MATCH")
        if sent == _ANY or any(_plain(each) in tags for each in sent):
            raise PreconditionFailed("If-None-Match", "The resource exists in a form that If-None-Match excludes.")


def tag_rendered(request: HttpRequest, weak: bool, response: Response) -> None:
    """A post-render callback of an answer with status 200: sets its tag, and makes it a 304 if the client has it."""
    if "ETag" not in response.headers:
        response.headers["ETag"] = tag_of_body(response.headers["Content-Type"], response.content, weak=weak)
    if request.method in ("GET", "HEAD") and asks_for_changes(request):
        known = is_known(request, response.headers["ETag"])
        if known is not None:
            response.headers["ETag"] = known
            make_not_modified(response)


def make_not_modified(response: Any) -> None:
    """Turn a rendered answer into a 304 with the same headers, without those that describe a body."""
    response.status_code = 304
    response.content = b""
    for name in ("Content-Type", "Content-Length"):
        response.headers.pop(name, None)


def _sent(request: HttpRequest, header: str) -> list[str]:
    """The tags of a header. A header that cannot be read names none, so that nothing matches."""
    return parse_etags(request.META.get(header, ""))


def _plain(tag: str) -> str:
    """The opaque part, without `W/`, quotes and the ending of the compressed form."""
    return tag.removeprefix("W/").strip('"').removesuffix(COMPRESSED)
