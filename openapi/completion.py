"""The parts of the published schema that no serializer describes, and the parts that all operations share."""

from collections.abc import Iterable, Mapping
from typing import Any

from openapi.channels import ConnectableChannel, channels_in_words, describe_channels
from openapi.errors import error_responses
from openapi.examples import add_examples, examples
from openapi.headers import HEADERS
from openapi.links import add_links
from openapi.tokens import SCHEMAS, token_paths

TAGS = {
    "OAuth2": "Tokens.",
    "Users": "Your customers and their logins.",
    "Accounts": "Users' connections to channels.",
    "Listings": "Listings and the prices of their nights.",
    "Customizations": "The user's own settings for the prices of a listing.",
}


def complete(
    document: dict[str, Any],
    *,
    version: str,
    scopes: Mapping[str, str],
    channels: Iterable[ConnectableChannel],
    create_account: str,
) -> dict[str, Any]:
    """Adds to a generated document whatever no serializer describes.

    `version` is the OpenAPI version, `scopes` are names with descriptions, and `create_account` is the path of the
    operation that connects accounts to the channels.
    """
    document["servers"] = [{"url": "/", "description": "This server"}]
    document["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]
    for path in document["paths"].values():
        for operation in path.values():
            add_examples(operation)
            add_links(operation)
    _describe_channels(document["paths"][create_account]["post"], channels)
    document["paths"] |= token_paths(examples()["operations"])
    components = document["components"]
    components["schemas"] |= SCHEMAS
    components["responses"] = error_responses(examples()["errors"])
    components["headers"] = HEADERS
    components["securitySchemes"] = _security_schemes(scopes)
    completed: dict[str, Any] = nulls_as_types(document) if version.startswith("3.1") else document
    return completed


def _security_schemes(scopes: Mapping[str, str]) -> dict[str, Any]:
    client_credentials = {"tokenUrl": "/o/token/", "refreshUrl": "/o/token/", "scopes": dict(scopes)}
    return {
        "oauth2": {
            "type": "oauth2",
            "description": "Client credentials; add `user_id` for a user-scoped token.",
            "flows": {"clientCredentials": client_credentials},
        },
        "personalAccessToken": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "PersonalAccessToken",
            "description": "A long-lived token of one credential, which begins with `bpat_`.",
        },
    }


def _describe_channels(create_account: dict[str, Any], channels: Iterable[ConnectableChannel]) -> None:
    described = describe_channels(channels)
    create_account["description"] += f"\n\nChannels and their `credentials`:\n\n{channels_in_words(described)}"
    create_account["x-channels"] = described


def nulls_as_types(schema: Any) -> Any:
    """Replaces `nullable`, which OpenAPI 3.1 does not have."""
    if isinstance(schema, list):
        return [nulls_as_types(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {name: nulls_as_types(inner) for name, inner in schema.items() if name != "nullable"}
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        copy["type"] = [schema["type"], "null"]
    return copy
