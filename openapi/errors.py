"""Errors in the published schema: their document, and what each status means."""

from typing import Any

from rest_framework import serializers

from jsonapi.media_types import JSON_API
from openapi.headers import headers_of

# Statuses of every operation: token, permission, media type, rate limit, server.
EVERYWHERE = (401, 403, 406, 429, 500, 503)
WITH_BODY = (400, 408, 409, 411, 413, 415)
READING = (400,)

# Status to the response's name in `components.responses` and what it means.
RESPONSES = {
    400: ("BadRequest", "The document or a query parameter is invalid; each error says which."),
    401: ("Unauthorized", "No token, or one that is unknown, expired or revoked."),
    403: ("Forbidden", "The token lacks the scope or the tier, may only read, or the caller's address is not allowed."),
    404: ("NotFound", "The resource does not exist, or not for this token."),
    406: ("NotAcceptable", "`Accept` names no media type of this API."),
    408: ("RequestTimeout", "The body did not arrive in time."),
    409: ("Conflict", "The request conflicts with the current state, or `type` or `id` do not match the URL."),
    411: ("LengthRequired", "The body has no length and is not chunked."),
    412: ("PreconditionFailed", "The resource has changed: `If-Match` names no tag of its present state."),
    413: ("ContentTooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The media type or the encoding of the body is not supported."),
    422: ("Unprocessable", "The request is well-formed, but a business rule or the channel refuses it."),
    429: ("TooManyRequests", "Too many requests; `Retry-After` says when to retry."),
    500: ("InternalServerError", "A failure of the server; `meta.request-id` identifies it in the log."),
    502: ("BadGateway", "The channel failed or did not answer in time."),
    503: (
        "ServiceUnavailable",
        "The database does not answer, or too many requests wait; `Retry-After` says when to retry.",
    ),
}


class ErrorSource(serializers.Serializer[Any]):
    pointer = serializers.CharField(
        required=False,
        allow_null=True,
        help_text="JSON pointer into the request document; null where none applies.",
    )
    parameter = serializers.CharField(required=False, help_text="The query parameter at fault.")
    header = serializers.CharField(required=False, help_text="The request header at fault.")


class ErrorLinks(serializers.Serializer[Any]):
    about = serializers.CharField(help_text="The page that explains this kind of error, as a URI reference.")
    type = serializers.CharField(
        required=False, help_text="The kind of error, as the profile of cursor pagination names it."
    )


class ErrorObject(serializers.Serializer[Any]):
    status = serializers.CharField(help_text="The HTTP status, as text.")
    title = serializers.CharField(help_text="The phrase of the HTTP status.")
    detail = serializers.CharField(help_text="A description of the error, for people.")
    source = ErrorSource(help_text="The part of the request that caused the error.")  # type: ignore[assignment]
    links = ErrorLinks(help_text="Where to read more.")
    code = serializers.CharField(required=False, help_text="The kind of error, or the rule broken, for programs.")
    meta = serializers.DictField(required=False, help_text="Further details, such as `channel` or `request-id`.")


class ErrorDocument(serializers.Serializer[Any]):
    errors = ErrorObject(many=True, help_text="One object for each error.")  # type: ignore[assignment]


def error_responses(examples: dict[str, Any]) -> dict[str, Any]:
    """`components.responses`; `examples` are whole documents by status."""
    return {
        name: {
            "description": words,
            "headers": headers_of(status),
            "content": {
                JSON_API: {
                    "schema": {"$ref": "#/components/schemas/ErrorDocument"},
                    "example": examples[str(status)],
                }
            },
        }
        for status, (name, words) in RESPONSES.items()
    }
