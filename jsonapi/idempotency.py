"""The header `Idempotency-Key`: a POST that is repeated with its key runs once, and gets its first answer again.

The model is draft-ietf-httpapi-idempotency-key-header. This module reads the header and wraps the POST methods of
views. Where answers are kept is up to a `Keeper`, which a higher room registers when Django starts.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Protocol, cast

import orjson
from django.db import DatabaseError
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

import clock
from jsonapi.parsing import read_body
from jsonapi.refusals import Refusal

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
LONGEST_KEY = 255  # characters
# A string of RFC 8941, whose parameters have no meaning here, or the bare key, as most clients send it.
_QUOTED = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"(?:\s*;.*)?')
_BARE = re.compile(r'[^\x00-\x20",;\\\x7f-\U0010ffff]+')
_ESCAPED = re.compile(r"\\(.)")

# Refusals for reasons other than the request's content: the same request may succeed later.
TEMPORARY = frozenset({401, 406, 408, 411, 413, 415, 429})
KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Link")

# Codes of errors, with the meanings that `links.about` shows.
CODES = {
    "idempotency_key_invalid": "The `Idempotency-Key` is not 1 to 255 printable ASCII characters.",
    "idempotency_key_in_use": "The first request with the `Idempotency-Key` is still running; repeat it later.",
    "idempotency_answer_gone": "The request with the `Idempotency-Key` was carried out, but its answer was erased.",
    "idempotency_key_reused": "The `Idempotency-Key` was sent with another request; use a new key.",
}


class BadKey(Refusal):
    status, code, header = 400, "idempotency_key_invalid", HEADER


class KeyReused(Refusal):
    """The key was sent before with another request."""

    status, code, header = 422, "idempotency_key_reused", HEADER


class KeyInUse(Refusal):
    """The first request with the key is still running."""

    status, code, header = 409, "idempotency_key_in_use", HEADER
    retry_after = 2  # seconds


class AnswerGone(Refusal):
    """The request has run, but its answer was erased."""

    status, code, header = 409, "idempotency_answer_gone", HEADER


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """A request with a key. `user_id` is the token's user, and None on an app-level token.

    `content` holds everything that a repetition must have in common with the first request: the URL and the body.
    """

    key: str
    application_id: int
    user_id: int | None
    operation: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Claim(Protocol):
    """The right to carry out a request, which one of several repetitions gets."""

    def keep(self, answer: Answer, *, about_user: int | None, now: datetime) -> bool:
        """Keep the answer, in the caller's transaction if there is one. `about_user` is whose data it may contain.

        False if an answer is kept already, or if the claim took so long that another request has it.
        """

    def release(self) -> None:
        """Make the key free again, unless an answer is kept."""


class Keeper(Protocol):
    def claim(self, request: KeyedRequest, *, now: datetime) -> Claim | Answer:
        """The claim of the first request with the key, and the answer for a repetition.

        Raises KeyReused, KeyInUse and AnswerGone.
        """


_keepers: list[Keeper] = []


def register(keeper: Keeper) -> None:
    """Set where answers are kept. Call it from an app's `ready()`. Without a keeper, keys have no effect."""
    _keepers[:] = [keeper]


class PostsOnce:
    """The part of a view that carries out a POST with a key once. PartnerView wraps `post` in `once`."""

    claim: Claim | None = None  # of the request, until its answer is kept

    def keep_answer(self, response: Any) -> None:
        """Keep a rendered answer in the transaction of the request's writes. Raises KeyInUse, which rolls it back."""
        if self.claim and not self.claim.keep(
            _answer(response), about_user=_about_user(self, response), now=clock.real_now()
        ):
            raise KeyInUse("Another request with this Idempotency-Key has taken over.")


def once(post: Callable[..., Any]) -> Callable[..., Any]:
    """The method `post` of a view, carried out once for each Idempotency-Key."""

    @wraps(post)
    def post_once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
        key = read_key(request.headers.get(HEADER))
        if key is None or not _keepers:
            return post(view, request, *args, **kwargs)
        outcome = _keepers[0].claim(_keyed(view, request, key), now=clock.real_now())
        if isinstance(outcome, Answer):
            return _replay(outcome, request)
        view.claim = outcome
        try:
            response = post(view, request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001  the handler makes every exception an answer, which may be kept
            response = view.handle_exception(error)
        if view.claim is not None:  # the answer was not kept with the request's writes
            _settle(view, outcome, response)
        return response

    post_once.runs_once = True  # type: ignore[attr-defined]
    return post_once


def read_key(header: str | None) -> str | None:
    """The key in the header; None without a header. Raises BadKey."""
    if header is None:
        return None
    sent = header.strip()
    quoted = _QUOTED.fullmatch(sent)
    bare = sent if _BARE.fullmatch(sent) else ""
    key = _ESCAPED.sub(r"\1", quoted[1]) if quoted else bare
    if not 0 < len(key) <= LONGEST_KEY:
        raise BadKey(f'Send one key of 1 to {LONGEST_KEY} printable ASCII characters, as in {HEADER}: "8e03978e".')
    return key


def _keyed(view: Any, request: Request, key: str) -> KeyedRequest:
    target = request._request.get_full_path().encode()
    return KeyedRequest(
        key=key,
        application_id=view.access.application_id,
        user_id=view.access.user_id,
        operation=view.operations["POST"].id,
        content=target + b"\n" + read_body(request),
    )


def _settle(view: Any, claim: Claim, response: Any) -> None:
    """Keep the answer, unless it is kept with the request's writes, or make the key free."""
    if response.status_code >= 500 or response.status_code in TEMPORARY or "Retry-After" in response.headers:
        with suppress(DatabaseError):  # the claim expires by itself
            claim.release()
        return
    if isinstance(response, Response):
        view.finalize_response(view.request, response).render()
    claim.keep(_answer(response), about_user=_about_user(view, response), now=clock.real_now())


def _answer(response: Any) -> Answer:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return Answer(response.status_code, headers, bytes(response.content))


def _about_user(view: Any, response: Any) -> int | None:
    """The user whose data the answer may contain: the token's, the URL's, or the one that was created."""
    if view.access.user_id is not None:
        return cast(int, view.access.user_id)
    if response.status_code >= 400:
        return None
    if "user_id" in view.kwargs:
        return cast(int, view.kwargs["user_id"])
    made = orjson.loads(response.content).get("data") if response.content else None
    return int(made["id"]) if isinstance(made, dict) and made["type"] == "users" else None


def _replay(answer: Answer, request: Request) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, headers={**answer.headers, REPLAYED: "true"})
    first_type = answer.headers.get("Content-Type", "")
    if not first_type:
        del response.headers["Content-Type"]
    elif first_type.partition(";")[0] != str(request.accepted_media_type).partition(";")[0]:
        response.headers["Content-Type"] = request.accepted_media_type  # the document is the same in both types
    return response
