"""The token endpoints in the published schema. They follow OAuth 2.0 and not JSON:API."""

from typing import Any

from openapi.headers import headers_of

FORM = "application/x-www-form-urlencoded"


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


def _number(description: str) -> dict[str, Any]:
    return {"type": "integer", "description": description}


def _object(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


# `components.schemas` of the endpoints. As in the contract, the form is part of the operation.
SCHEMAS = {
    "TokenError": _object(
        ["error"],
        {"error": _text("RFC 6749's code."), "error_description": _text("A description of the error, for people.")},
    )
}
CLIENT = {
    "client_id": _text("The application's id.", example="demo-partner"),
    "client_secret": _text("The application's secret.", example="demo-partner-secret"),
}
FAILURES = {
    400: "Malformed, or a scope or user that is not the application's.",
    401: "Unknown client or wrong secret.",
    403: "The caller's address is not allowed.",
    429: "Too many requests.",
}


def token_paths(examples: dict[str, Any]) -> dict[str, Any]:
    """The paths of these endpoints; `examples` by operationId."""
    return {
        "/o/token/": {"post": _create_token(examples["create_token"])},
        "/o/revoke_token/": {"post": _revoke_token(examples["revoke_token"])},
        "/o/introspect/": {"post": _introspect_token(examples["introspect_token"])},
    }


def _create_token(example: dict[str, Any]) -> dict[str, Any]:
    form = _object(
        ["grant_type", "client_id", "client_secret"],
        {
            "grant_type": _text("Always client_credentials.", enum=["client_credentials"]),
            **CLIENT,
            "scope": _text(
                "Scopes, separated by spaces; all enabled ones when left out.", example="listings:read user:read"
            ),
            "user_id": _number("The user to bind the token to."),
            "credential_id": _number("The user's credential to bind it to; else the primary one."),
        },
    )
    answer = _object(
        ["access_token", "token_type", "expires_in", "scope"],
        {
            "access_token": _text("Send it as `Authorization: Bearer …`."),
            "token_type": _text("Always Bearer."),
            "expires_in": _number("Seconds."),
            "scope": _text("The scopes granted, separated by spaces."),
            "user_id": _text("The user it is bound to, if any."),
            "credential_id": _text("The credential it is bound to, if any."),
        },
    )
    return {
        "operationId": "create_token",
        "tags": ["OAuth2"],
        "summary": "Get an access token",
        "description": "OAuth 2.0 client credentials (RFC 6749, 4.4). Without `user_id` the token is app-level; with "
        "it, user-scoped. The client may authenticate by HTTP Basic instead of in the body.",
        "security": [],
        "requestBody": _form(form, example["request"]),
        "responses": {
            "200": {
                "description": "A bearer token",
                "headers": headers_of(200),
                "content": {"application/json": {"schema": answer, "example": example["response"]}},
            },
            **_failures(),
        },
    }


def _revoke_token(example: dict[str, Any]) -> dict[str, Any]:
    form = _object(
        ["token", "client_id", "client_secret"],
        {
            "token": _text("The access token to revoke, or a personal access token.", minLength=1),
            "token_type_hint": _text("What kind of token it is; there is one kind."),
            **CLIENT,
        },
    )
    return {
        "operationId": "revoke_token",
        "tags": ["OAuth2"],
        "summary": "Revoke an access token",
        "description": "RFC 7009. A token that is unknown or another application's answers 200 all the same. The "
        "client may authenticate by HTTP Basic instead of in the body.",
        "security": [],
        "requestBody": _form(form, example["request"]),
        "responses": {
            "200": {"description": "The token opens nothing any more", "headers": headers_of(200)},
            **_failures(),
        },
    }


def _introspect_token(example: dict[str, Any]) -> dict[str, Any]:
    form = _object(
        ["token", "client_id", "client_secret"],
        {
            "token": _text("An access token or a personal access token of the application.", minLength=1),
            "token_type_hint": _text("What kind of token it is; there is one kind."),
            **CLIENT,
        },
    )
    answer = _object(
        ["active"],
        {
            "active": {"type": "boolean", "description": "Whether the token opens anything at the moment."},
            "scope": _text("The scopes that it opens, separated by spaces."),
            "client_id": _text("The application's id."),
            "token_type": _text("Always Bearer."),
            "iat": _number("When it was issued, in seconds since 1970."),
            "exp": _number("When it expires, in seconds since 1970; left out if never."),
            "user_id": _text("The user it is bound to, if any."),
            "credential_id": _text("The credential it is bound to, if any."),
        },
    )
    return {
        "operationId": "introspect_token",
        "tags": ["OAuth2"],
        "summary": "Ask what a token opens",
        "description": "RFC 7662, for the application's own tokens. A token that is unknown, expired, revoked or "
        "another application's answers only `active`: false. The client may authenticate by HTTP Basic instead of in "
        "the body.",
        "security": [],
        "requestBody": _form(form, example["request"]),
        "responses": {
            "200": {
                "description": "What the token opens",
                "headers": headers_of(200),
                "content": {"application/json": {"schema": answer, "example": example["response"]}},
            },
            **_failures(),
        },
    }


def _form(schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {FORM: {"schema": schema, "example": example}}}


def _failures() -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/TokenError"}}}
    return {
        str(status): {"description": words, "headers": headers_of(status), "content": content}
        for status, words in FAILURES.items()
    } | {
        "500": {"$ref": "#/components/responses/InternalServerError"},
        "503": {"$ref": "#/components/responses/ServiceUnavailable"},
    }
