"""Errors in the published schema: their document, and what each status means."""

from typing import Any

from rest_framework import serializers

from openapi.headers import headers_of

# What any operation may answer: no token, no right, nothing acceptable, too often, our fault.
EVERYWHERE = (401, 403, 406, 429, 500, 503)
WITH_BODY = (400, 409, 415)
READING = (400,)

# Status to the response's name in `components.responses` and what it means.
RESPONSES = {
    400: ("BadRequest", "The document or a query parameter is invalid; each error says which."),
    401: ("Unauthorized", "No token, or one that is unknown, expired or revoked."),
    403: ("Forbidden", "The token lacks the scope or the tier, may only read, or the caller's address is not allowed."),
    404: ("NotFound", "It does not exist, or not for this token."),
    406: ("NotAcceptable", "No media type in `Accept` that this API answers with."),
    409: ("Conflict", "It conflicts with the present state, or the type or id is not the URL's."),
    415: ("UnsupportedMediaType", "The body's media type is not taken here."),
    422: ("Unprocessable", "Well-formed, but refused by the domain or by the channel."),
    429: ("TooManyRequests", "Too many requests; `Retry-After` says when to come back."),
    500: ("InternalServerError", "A failure of ours; `meta.request-id` finds it in the log."),
    502: ("BadGateway", "The channel failed or did not answer in time."),
    503: ("ServiceUnavailable", "Our database does not answer; `Retry-After` says when to come back."),
}


class ErrorSource(serializers.Serializer[Any]):
    pointer = serializers.CharField(
        required=False,
        allow_null=True,
        help_text="JSON pointer into the request document; null where none applies.",
    )
    parameter = serializers.CharField(required=False, help_text="The query parameter at fault.")


class ErrorObject(serializers.Serializer[Any]):
    status = serializers.CharField(help_text="The HTTP status, as text.")
    title = serializers.CharField(help_text="The status in words.")
    detail = serializers.CharField(help_text="What happened, for people.")
    source = ErrorSource(help_text="What in the request it is about.")  # type: ignore[assignment]
    code = serializers.CharField(required=False, help_text="The kind of problem, for programs.")
    meta = serializers.DictField(required=False, help_text="More about it, such as `channel` or `request-id`.")


class ErrorDocument(serializers.Serializer[Any]):
    errors = ErrorObject(many=True, help_text="One for each thing that is wrong.")  # type: ignore[assignment]


def error_responses(examples: dict[str, Any]) -> dict[str, Any]:
    """`components.responses`; `examples` are whole documents by status."""
    return {
        name: {
            "description": words,
            "headers": headers_of(status),
            "content": {
                "application/vnd.api+json": {
                    "schema": {"$ref": "#/components/schemas/ErrorDocument"},
                    "example": examples[str(status)],
                }
            },
        }
        for status, (name, words) in RESPONSES.items()
    }
