"""Content negotiation (JSON:API 1.1): which media types are accepted, and which type an answer has."""

from collections.abc import Iterable

from django.http.request import MediaType
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from jsonapi.media_types import JSON, JSON_API

ACCEPTED_BODIES = f"{JSON_API}, {JSON}"


class Negotiation(BaseContentNegotiation):
    """Refuses JSON:API media types with parameters other than `profile`; `ext` names extensions, and none exist here.

    Raises NotAcceptable and UnsupportedMediaType.
    """

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        by_type = {str(renderer.media_type): renderer for renderer in renderers}
        anything = not request.headers.get("Accept", "").strip()
        for accepted in [MediaType("*/*")] if anything else request._request.accepted_types_by_precedence:
            for media_type, renderer in by_type.items():
                if MediaType(f"{accepted.main_type}/{accepted.sub_type}").match(media_type) and (
                    str(accepted.sub_type) != "vnd.api+json" or _is_plain(accepted, may_have=("profile", "q"))
                ):
                    return renderer, media_type
        raise exceptions.NotAcceptable(f"This API answers {JSON_API} without parameters, or {JSON}.")

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        check_content_type(request)
        sent = MediaType(request.content_type)
        for parser in parsers:
            if f"{sent.main_type}/{sent.sub_type}".lower() == parser.media_type:
                return parser
        raise UnsupportedType(request)


def check_content_type(request: Request) -> None:
    """Raises UnsupportedType for a JSON:API content type with parameters other than `profile`."""
    sent = MediaType(request.content_type or "")
    if str(sent.sub_type).lower() == "vnd.api+json" and not _is_plain(sent, may_have=("profile",)):
        raise UnsupportedType(request)


class UnsupportedType(exceptions.UnsupportedMediaType):
    """The body has another media type. The headers tell which are accepted (RFC 9110, section 15.5.16; RFC 5789)."""

    def __init__(self, request: Request) -> None:
        sent = request.content_type or "no Content-Type"
        super().__init__(sent, detail=f"Send {JSON_API}, without parameters, or {JSON}, not {sent}.")
        self.headers = {"Accept": ACCEPTED_BODIES, **accepted_bodies([str(request.method)])}


def accepted_bodies(methods: Iterable[str]) -> dict[str, str]:
    """The headers that tell which media types bodies may have, for those of the methods that have such a header."""
    return {f"Accept-{name.capitalize()}": ACCEPTED_BODIES for name in methods if name in ("POST", "PATCH")}


class UnsupportedCoding(exceptions.UnsupportedMediaType):
    """The body is compressed. `Accept-Encoding` tells what would be accepted (RFC 9110, section 15.5.16)."""

    headers = {"Accept-Encoding": "identity"}


def is_coded(content_encoding: str) -> bool:
    """Whether a Content-Encoding header names anything but `identity`, which means no encoding."""
    return any(coding.strip().lower() not in ("", "identity") for coding in content_encoding.split(","))


def check_content_coding(request: Request) -> None:
    """Raises UnsupportedCoding for a compressed body."""
    coding = request.headers.get("Content-Encoding", "")
    if is_coded(coding):
        raise UnsupportedCoding(coding, detail=f"Send the body without an encoding, not in {coding}.")


def _is_plain(media_type: MediaType, may_have: tuple[str, ...]) -> bool:
    return set(media_type.params) <= set(may_have)
