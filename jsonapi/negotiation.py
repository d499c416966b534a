"""Content negotiation (JSON:API 1.1): which media types are accepted, and which type an answer has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http.request import MediaType
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from jsonapi.media_types import JSON, JSON_API

ACCEPTED_BODIES = f"{JSON_API}, {JSON}"


class Negotiation(BaseContentNegotiation):
    """Chooses the answer's media type by the rules of JSON:API 1.1 (*Server Responsibilities*) and RFC 9110.

    A JSON:API media type may have the parameters `ext` and `profile`. A view declares the extensions and profiles that
    it supports (`extensions`, `profiles`). What the request and its answer have of them is in the request's `spoken`.

    Raises NotAcceptable and UnsupportedMediaType.
    """

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        spoken = spoken_by(request)
        accepted = _accepted(request.headers.get("Accept", ""))
        instances = [each for each in accepted if _is_json_api(each)]
        usable = [each for each in instances if _is_usable(each, spoken.supported_extensions)]
        if instances and not usable:
            raise _not_acceptable()  # whatever else is accepted
        ranges = [each for each in accepted if not _is_json_api(each)] + usable
        by_type = {str(renderer.media_type): renderer for renderer in renderers}
        choices = [choice for media_type in by_type for choice in _choices(media_type, ranges)]
        if not choices:
            raise _not_acceptable()
        best = max(choices, key=lambda choice: choice.rank)
        if _is_json_api(best.accepted):
            spoken.asked_extensions = _uris(best.accepted, "ext")
            spoken.asked_profiles = _uris(best.accepted, "profile") & spoken.supported_profiles
        return by_type[best.media_type], best.media_type

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        check_content_type(request)
        sent = MediaType(request.content_type)
        for parser in parsers:
            if f"{sent.main_type}/{sent.sub_type}".lower() == parser.media_type:
                return parser
        raise UnsupportedType(request)


@dataclass(slots=True)
class Spoken:
    """Extensions and profiles of JSON:API, as URIs: what a view supports, and what a request has and asks for.

    `asked_extensions` and `asked_profiles` are of the accepted media type, `sent_extensions` of the request's body. The
    answer has the asked ones in its media type. A view can change that: it sets `asked_profiles` to those it applied.
    """

    supported_extensions: frozenset[str] = frozenset()
    supported_profiles: frozenset[str] = frozenset()
    asked_extensions: frozenset[str] = frozenset()
    asked_profiles: frozenset[str] = frozenset()
    sent_extensions: frozenset[str] = frozenset()

    def media_type(self) -> str:
        """The media type of an answer in JSON:API."""
        parameters = {"ext": self.asked_extensions, "profile": self.asked_profiles}
        written = (f'; {name}="{" ".join(sorted(uris))}"' for name, uris in parameters.items() if uris)
        return JSON_API + "".join(written)


def spoken_by(request: Request) -> Spoken:
    """The request's extensions and profiles."""
    http_request: Any = request._request
    if not hasattr(http_request, "spoken"):
        view = request.parser_context.get("view")
        http_request.spoken = Spoken(
            frozenset(getattr(view, "extensions", ())), frozenset(getattr(view, "profiles", ()))
        )
    spoken: Spoken = http_request.spoken
    return spoken


@dataclass(frozen=True, slots=True)
class _Choice:
    media_type: str
    accepted: MediaType
    rank: tuple[float, int, int]  # quality, how specific the range is, and how early it is in the header


def _accepted(header: str) -> list[MediaType]:
    ranges = [MediaType(each) for each in header.split(",") if each.strip()]
    for each in ranges:  # types are case-insensitive
        each.main_type, each.sub_type = str(each.main_type).lower(), str(each.sub_type).lower()
    return ranges or [MediaType("*/*")]


def _choices(media_type: str, ranges: Sequence[MediaType]) -> list[_Choice]:
    """The choice for this media type by the most specific of the ranges that match it, unless that excludes it."""
    main_type, _, sub_type = media_type.partition("/")
    levels = {(main_type, sub_type): 2, (main_type, "*"): 1, ("*", "*"): 0}
    matching = [
        _Choice(media_type, each, (each.quality, levels[each.main_type, each.sub_type], -place))
        for place, each in enumerate(ranges)
        if (each.main_type, each.sub_type) in levels
    ]
    most_specific = max((choice.rank[1] for choice in matching), default=0)
    return [choice for choice in matching if choice.rank[1] == most_specific and choice.rank[0] > 0]


def _is_json_api(media_type: MediaType) -> bool:
    return f"{media_type.main_type}/{media_type.sub_type}".lower() == JSON_API


def _is_usable(media_type: MediaType, extensions: frozenset[str]) -> bool:
    return set(media_type.params) <= {"ext", "profile", "q"} and _uris(media_type, "ext") <= extensions


def _uris(media_type: MediaType, parameter: str) -> frozenset[str]:
    return frozenset(str(media_type.params.get(parameter, "")).split())


def _not_acceptable() -> exceptions.NotAcceptable:
    return exceptions.NotAcceptable(f"This API answers {JSON_API} without parameters, or {JSON}.")


def check_content_type(request: Request) -> None:
    """Raises UnsupportedType for a JSON:API content type with other parameters than `ext` and `profile`, or with an
    extension that the view does not support."""
    sent, spoken = MediaType(request.content_type or ""), spoken_by(request)
    if not _is_json_api(sent):
        return
    if "q" in sent.params or not _is_usable(sent, spoken.supported_extensions):
        raise UnsupportedType(request)
    spoken.sent_extensions = _uris(sent, "ext")


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
