"""The parts of the published schema that no serializer describes, and the parts that all operations share."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from jsonapi.pagination import RESOURCE_META, Pages
from openapi import bulk
from openapi.bulk import bulk_path
from openapi.channels import ConnectableChannel, channels_in_words, describe_channels
from openapi.errors import error_responses
from openapi.events import event_schemas, webhooks
from openapi.examples import add_examples, examples
from openapi.headers import HEADERS
from openapi.links import add_links
from openapi.tokens import SCHEMAS, token_paths

TAGS = {
    "OAuth2": "Tokens.",
    "Users": "Your customers and their logins.",
    "Accounts": "Users' connections to channels.",
    "Listings": "Listings and the prices of their nights.",
    "Webhooks": "Events, and the endpoints that receive them.",
    "Customizations": "The user's own settings for the prices of a listing.",
    "Operations": "Many changes in one request.",
    "Compsets": "Comp sets: the homes that a listing is compared with, and their figures.",
    "Insights": "Figures of a user's listings beside those of the market.",
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
    document["paths"]["/api/v1/operations/"] = bulk_path(examples()["operations"].get("run_operations", {}))
    components = document["components"]
    components["schemas"] |= {**SCHEMAS, **bulk.SCHEMAS, RESOURCE_META: Pages.resource_meta()}
    components["responses"] = error_responses(examples()["errors"])
    used = _headers_used(document)
    components["headers"] = {name: header for name, header in HEADERS.items() if name in used}
    components["securitySchemes"] = _security_schemes(scopes)
    if not version.startswith("3.1"):
        return document
    completed: dict[str, Any] = nulls_as_types(document)
    completed["webhooks"] = webhooks()
    completed["components"]["schemas"] |= event_schemas()
    return completed


def _headers_used(document: dict[str, Any]) -> set[str]:
    """The headers that a response has. Those of deprecated operations wait for the first one."""
    return set(re.findall(r"#/components/headers/([\w-]+)", repr(document)))


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
